/*
 * WDFFILEOBJECT: opening, cleaning up and closing.
 */
#include "wdfp.h"
#include "file.h"
#include "queue.h"
#include "request.h"

/* Nobody finds it any more. */
static VOID
WdfpDisposeFile(PWDFP_OBJECT Object)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    RemoveEntryList(&((PWDFP_FILE)Object)->Link);
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
}

static const WDFP_TYPE WdfpFileType = {WdfpFileObjectType,
                                       "WDFFILEOBJECT",
                                       sizeof(WDFP_FILE),
                                       WDFP_TYPE_FRAMEWORKS,
                                       WdfpDisposeFile,
                                       NULL,
                                       NULL};

static PWDFP_FILE
WdfpFileFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFFILEOBJECT Handle)
{
    return WdfpObject(Globals, Handle, WdfpFileObjectType);
}

/* Whether the driver asked for file objects. */
static BOOLEAN
WdfpWantsFiles(PWDFP_DEVICE Device)
{
    WDF_FILEOBJECT_CLASS Class =
        Device->Init->FileConfig.FileObjectClass & ~WdfFileObjectCanBeOptional;

    return Device->Init->FileConfig.Size != 0 && Class > WdfFileObjectNotRequired;
}

PWDFP_FILE
WdfpFindFile(PWDFP_DEVICE Device, PFILE_OBJECT FileObject)
{
    PWDFP_FILE Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    for (PLIST_ENTRY Link = Device->Files.Flink; Link != &Device->Files;
         Link = Link->Flink) {
        PWDFP_FILE File = CONTAINING_RECORD(Link, WDFP_FILE, Link);

        if (File->FileObject == FileObject) {
            Found = File;
            break;
        }
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    return Found;
}

static NTSTATUS
WdfpCreateFile(PWDFP_DEVICE Device, PFILE_OBJECT FileObject, PWDFP_FILE *Result)
{
    PWDF_OBJECT_ATTRIBUTES Attributes =
        Device->Init->FileAttributes.Size == 0 ? NULL : &Device->Init->FileAttributes;
    PWDFP_FILE File;
    NTSTATUS Status = WdfpCreateObject(Device->Object.Globals, &WdfpFileType, Attributes,
                                       Device, FALSE, (PVOID *)&File);
    KIRQL OldIrql;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    File->Device = Device;
    File->FileObject = FileObject;
    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    InsertTailList(&Device->Files, &File->Link);
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    *Result = File;
    return STATUS_SUCCESS;
}

/* Whoever has a control device open keeps its memory: the device may be deleted before. */
static VOID
WdfpHoldDevice(PWDFP_DEVICE Device)
{
    if (Device->Init->Kind == WdfpControlDevice) {
        WdfpReference(Device);
    }
}

static VOID
WdfpLetGoOfDevice(PWDFP_DEVICE Device)
{
    if (Device->Init->Kind == WdfpControlDevice) {
        WdfpDereference(Device);
    }
}

/* Completes a create; one that failed holds nothing. */
static NTSTATUS
WdfpEndCreate(PWDFP_DEVICE Device, PIRP Irp, NTSTATUS Status)
{
    WdfpCompleteIrp(Irp, Status);
    if (!NT_SUCCESS(Status)) {
        WdfpLetGoOfDevice(Device);
    }
    return Status;
}

/* A create that the driver failed leaves no file. */
static VOID
WdfpCreateCompletes(PWDFP_REQUEST Request, NTSTATUS Status)
{
    if (!NT_SUCCESS(Status) && Request->File != NULL) {
        WdfpDelete(Request->File);
        Request->File = NULL;
        WdfpLetGoOfDevice(Request->Device);
    }
}

/* Hands the create to EvtDeviceFileCreate, which completes it. */
static NTSTATUS
WdfpPresentCreate(PWDFP_DEVICE Device, PIRP Irp, PWDFP_FILE File)
{
    PWDFP_REQUEST Request;
    NTSTATUS Status = WdfpCreateRequest(Device, Irp, &Request);

    if (!NT_SUCCESS(Status)) {
        WdfpDelete(File);
        return WdfpEndCreate(Device, Irp, Status);
    }
    Request->File = File;
    Request->Completing = WdfpCreateCompletes;
    Request->Presented = TRUE;
    IoMarkIrpPending(Irp);
    WDFP_CALL_VOID(Device->Object.Globals, Device->Init->FileConfig.EvtDeviceFileCreate,
                   WdfpHandle(Device), WdfpHandle(Request), WdfpHandle(File));
    return STATUS_PENDING;
}

/* A device that has not started or is gone is not opened; a control device once its driver
   says so. */
static BOOLEAN
WdfpCanBeOpened(PWDFP_DEVICE Device)
{
    if (Device->Init->Kind == WdfpControlDevice) {
        return Device->Finished;
    }
    return Device->Step >= WdfpDeviceInD0 && !Device->Gone;
}

/* IRP_MJ_CREATE. */
NTSTATUS
WdfpDispatchCreate(PWDFP_DEVICE Device, PIRP Irp)
{
    PFILE_OBJECT FileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    PWDFP_FILE File = NULL;
    NTSTATUS Status;

    if (!WdfpCanBeOpened(Device)) {
        return WdfpCompleteIrp(Irp, STATUS_INVALID_DEVICE_STATE);
    }
    WdfpHoldDevice(Device);
    if (!WdfpWantsFiles(Device)) {
        return WdfpEndCreate(Device, Irp, STATUS_SUCCESS);
    }
    Status = WdfpCreateFile(Device, FileObject, &File);
    if (!NT_SUCCESS(Status)) {
        return WdfpEndCreate(Device, Irp, Status);
    }
    if (Device->Init->FileConfig.EvtDeviceFileCreate != NULL) {
        return WdfpPresentCreate(Device, Irp, File);
    }
    return WdfpEndCreate(Device, Irp, STATUS_SUCCESS);
}

/* IRP_MJ_CLEANUP: the last handle is closed. */
NTSTATUS
WdfpDispatchCleanup(PWDFP_DEVICE Device, PIRP Irp)
{
    PWDFP_FILE File = WdfpFindFile(Device, IoGetCurrentIrpStackLocation(Irp)->FileObject);

    if (File != NULL) {
        WdfpFlushFile(Device, File);
        if (Device->Init->FileConfig.EvtFileCleanup != NULL) {
            WDFP_CALL_VOID(Device->Object.Globals,
                           Device->Init->FileConfig.EvtFileCleanup, WdfpHandle(File));
        }
    }
    return WdfpCompleteIrp(Irp, STATUS_SUCCESS);
}

/* IRP_MJ_CLOSE: no request of the file is left. */
NTSTATUS
WdfpDispatchClose(PWDFP_DEVICE Device, PIRP Irp)
{
    PWDFP_FILE File = WdfpFindFile(Device, IoGetCurrentIrpStackLocation(Irp)->FileObject);

    if (File != NULL) {
        if (Device->Init->FileConfig.EvtFileClose != NULL) {
            WDFP_CALL_VOID(Device->Object.Globals, Device->Init->FileConfig.EvtFileClose,
                           WdfpHandle(File));
        }
        WdfpDelete(File);
    }
    WdfpCompleteIrp(Irp, STATUS_SUCCESS);
    WdfpLetGoOfDevice(Device);
    return STATUS_SUCCESS;
}

/* The file's object of a file object; NULL when the device has none for it. At or below
   DISPATCH_LEVEL. Source: manual, WdfDeviceGetFileObject. */
WDFFILEOBJECT
NTAPI
ImpWdfDeviceGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                          PFILE_OBJECT FileObject)
{
    PWDFP_FILE File =
        WdfpFindFile(WdfpDeviceFromHandle(DriverGlobals, Handle), FileObject);

    return File == NULL ? NULL : WdfpHandle(File);
}

/* What followed the device's name. Source: manual, WdfFileObjectGetFileName. */
PUNICODE_STRING
NTAPI
ImpWdfFileObjectGetFileName(PWDF_DRIVER_GLOBALS DriverGlobals, WDFFILEOBJECT Handle)
{
    return &WdfpFileFromHandle(DriverGlobals, Handle)->FileObject->FileName;
}

/* FO_ flags. Source: manual, WdfFileObjectGetFlags. */
ULONG
NTAPI
ImpWdfFileObjectGetFlags(PWDF_DRIVER_GLOBALS DriverGlobals, WDFFILEOBJECT Handle)
{
    return WdfpFileFromHandle(DriverGlobals, Handle)->FileObject->Flags;
}

/* Source: manual, WdfFileObjectGetDevice. */
WDFDEVICE
NTAPI
ImpWdfFileObjectGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFFILEOBJECT Handle)
{
    return WdfpHandle(WdfpFileFromHandle(DriverGlobals, Handle)->Device);
}

/* Source: manual, WdfFileObjectWdmGetFileObject. */
PFILE_OBJECT
NTAPI
ImpWdfFileObjectWdmGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFFILEOBJECT Handle)
{
    return WdfpFileFromHandle(DriverGlobals, Handle)->FileObject;
}
