/*
 * Share access: how a driver lets two clients open one thing of its own only when each
 * allows what the other wants. The counts are the driver's, and so is their lock.
 */
#include "iop.h"

/* Notes in the file object what the open is for and what it shares. FALSE: it neither
   reads nor writes nor deletes, and such an open does not count. */
static BOOLEAN
IopNoteShare(PFILE_OBJECT File, ACCESS_MASK Access, ULONG Share)
{
    BOOLEAN Counts;

    File->ReadAccess = (Access & (FILE_READ_DATA | FILE_EXECUTE)) != 0;
    File->WriteAccess = (Access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
    File->DeleteAccess = (Access & DELETE) != 0;
    Counts = File->ReadAccess || File->WriteAccess || File->DeleteAccess;
    File->SharedRead = Counts && (Share & FILE_SHARE_READ) != 0;
    File->SharedWrite = Counts && (Share & FILE_SHARE_WRITE) != 0;
    File->SharedDelete = Counts && (Share & FILE_SHARE_DELETE) != 0;
    return Counts;
}

/* Whether the opens there are and the one of File can be together. */
static BOOLEAN
IopSharesFit(PFILE_OBJECT File, const SHARE_ACCESS *Share)
{
    return !((File->ReadAccess && Share->SharedRead < Share->OpenCount) ||
             (File->WriteAccess && Share->SharedWrite < Share->OpenCount) ||
             (File->DeleteAccess && Share->SharedDelete < Share->OpenCount) ||
             (Share->Readers != 0 && !File->SharedRead) ||
             (Share->Writers != 0 && !File->SharedWrite) ||
             (Share->Deleters != 0 && !File->SharedDelete));
}

/*
 * Counts one more open, with what IoSetShareAccess or IoCheckShareAccess noted in
 * FileObject. The caller holds the lock of ShareAccess. PASSIVE_LEVEL. Source: manual,
 * IoUpdateShareAccess.
 */
VOID NTAPI
IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    if (!FileObject->ReadAccess && !FileObject->WriteAccess &&
        !FileObject->DeleteAccess) {
        return;
    }
    ShareAccess->OpenCount++;
    ShareAccess->Readers += FileObject->ReadAccess;
    ShareAccess->Writers += FileObject->WriteAccess;
    ShareAccess->Deleters += FileObject->DeleteAccess;
    ShareAccess->SharedRead += FileObject->SharedRead;
    ShareAccess->SharedWrite += FileObject->SharedWrite;
    ShareAccess->SharedDelete += FileObject->SharedDelete;
}
EXPORT(IoUpdateShareAccess);

/*
 * Whether an open with DesiredAccess that shares DesiredShareAccess (FILE_SHARE_) can be
 * beside those that ShareAccess counts; with Update, it is counted. STATUS_SUCCESS or
 * STATUS_SHARING_VIOLATION. The caller holds the lock of ShareAccess. PASSIVE_LEVEL.
 * Source: manual, IoCheckShareAccess.
 */
NTSTATUS
NTAPI
IoCheckShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                   PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess, BOOLEAN Update)
{
    if (!IopNoteShare(FileObject, DesiredAccess, DesiredShareAccess)) {
        return STATUS_SUCCESS;
    }
    if (!IopSharesFit(FileObject, ShareAccess)) {
        return STATUS_SHARING_VIOLATION;
    }
    if (Update) {
        IoUpdateShareAccess(FileObject, ShareAccess);
    }
    return STATUS_SUCCESS;
}
EXPORT(IoCheckShareAccess);

/*
 * Makes ShareAccess count one open, that of FileObject: the first. The caller holds the
 * lock of ShareAccess. PASSIVE_LEVEL. Source: manual, IoSetShareAccess.
 */
VOID NTAPI
IoSetShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                 PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    IopNoteShare(FileObject, DesiredAccess, DesiredShareAccess);
    memset(ShareAccess, 0, sizeof(*ShareAccess));
    IoUpdateShareAccess(FileObject, ShareAccess);
}
EXPORT(IoSetShareAccess);

/* Takes back what was counted for FileObject; for IRP_MJ_CLEANUP. The caller holds the
   lock of ShareAccess. PASSIVE_LEVEL. Source: manual, IoRemoveShareAccess. */
VOID NTAPI
IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    if (!FileObject->ReadAccess && !FileObject->WriteAccess &&
        !FileObject->DeleteAccess) {
        return;
    }
    ShareAccess->OpenCount--;
    ShareAccess->Readers -= FileObject->ReadAccess;
    ShareAccess->Writers -= FileObject->WriteAccess;
    ShareAccess->Deleters -= FileObject->DeleteAccess;
    ShareAccess->SharedRead -= FileObject->SharedRead;
    ShareAccess->SharedWrite -= FileObject->SharedWrite;
    ShareAccess->SharedDelete -= FileObject->SharedDelete;
}
EXPORT(IoRemoveShareAccess);
