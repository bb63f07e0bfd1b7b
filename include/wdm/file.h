/*
 * Files: opening a device by name, and reading, writing and controlling it by handle.
 *
 * PASSIVE_LEVEL throughout. A buffer belongs to the request until it is complete, and so
 * does the status block. A file opened with FILE_SYNCHRONOUS_IO_... does one request at a
 * time, keeps a position and returns when it is done; any other returns STATUS_PENDING,
 * and an event, the file object itself or an APC tells the end.
 */
#pragma once

#include <wdm/irp.h>
#include <wdm/object.h>

/* --- Opening ---------------------------------------------------------------------- */

/* CreateDisposition */
#define FILE_SUPERSEDE           0x00000000
#define FILE_OPEN                0x00000001
#define FILE_CREATE              0x00000002
#define FILE_OPEN_IF             0x00000003
#define FILE_OVERWRITE           0x00000004
#define FILE_OVERWRITE_IF        0x00000005
#define FILE_MAXIMUM_DISPOSITION 0x00000005

/* CreateOptions */
#define FILE_DIRECTORY_FILE            0x00000001
#define FILE_WRITE_THROUGH             0x00000002
#define FILE_SEQUENTIAL_ONLY           0x00000004
#define FILE_NO_INTERMEDIATE_BUFFERING 0x00000008
#define FILE_SYNCHRONOUS_IO_ALERT      0x00000010
#define FILE_SYNCHRONOUS_IO_NONALERT   0x00000020
#define FILE_NON_DIRECTORY_FILE        0x00000040
#define FILE_COMPLETE_IF_OPLOCKED      0x00000100
#define FILE_NO_EA_KNOWLEDGE           0x00000200
#define FILE_RANDOM_ACCESS             0x00000800
#define FILE_DELETE_ON_CLOSE           0x00001000
#define FILE_OPEN_BY_FILE_ID           0x00002000
#define FILE_VALID_OPTION_FLAGS        0x00FFFFFF

/* ShareAccess */
#define FILE_SHARE_READ        0x00000001
#define FILE_SHARE_WRITE       0x00000002
#define FILE_SHARE_DELETE      0x00000004
#define FILE_SHARE_VALID_FLAGS 0x00000007

/* FileAttributes */
#define FILE_ATTRIBUTE_READONLY    0x00000001
#define FILE_ATTRIBUTE_HIDDEN      0x00000002
#define FILE_ATTRIBUTE_SYSTEM      0x00000004
#define FILE_ATTRIBUTE_DIRECTORY   0x00000010
#define FILE_ATTRIBUTE_DEVICE      0x00000040
#define FILE_ATTRIBUTE_NORMAL      0x00000080
#define FILE_ATTRIBUTE_TEMPORARY   0x00000100
#define FILE_ATTRIBUTE_VALID_FLAGS 0x00007FB7

/* IO_STATUS_BLOCK.Information of an open */
#define FILE_SUPERSEDED     0x00000000
#define FILE_OPENED         0x00000001
#define FILE_CREATED        0x00000002
#define FILE_OVERWRITTEN    0x00000003
#define FILE_EXISTS         0x00000004
#define FILE_DOES_NOT_EXIST 0x00000005

/* Sets of rights, what the generic ones stand for */
#define FILE_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x1FF)
#define FILE_GENERIC_READ                                                                \
    (STANDARD_RIGHTS_READ | FILE_READ_DATA | FILE_READ_ATTRIBUTES | FILE_READ_EA |       \
     SYNCHRONIZE)
#define FILE_GENERIC_WRITE                                                               \
    (STANDARD_RIGHTS_READ | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA |    \
     FILE_APPEND_DATA | SYNCHRONIZE)
#define FILE_GENERIC_EXECUTE                                                             \
    (STANDARD_RIGHTS_READ | FILE_READ_ATTRIBUTES | FILE_EXECUTE | SYNCHRONIZE)

/* FILE_OBJECT.Flags */
#define FO_FILE_OPEN                 0x00000001
#define FO_SYNCHRONOUS_IO            0x00000002
#define FO_ALERTABLE_IO              0x00000004
#define FO_NO_INTERMEDIATE_BUFFERING 0x00000008
#define FO_WRITE_THROUGH             0x00000010
#define FO_SEQUENTIAL_ONLY           0x00000020
#define FO_CLEANUP_COMPLETE          0x00004000
#define FO_DELETE_ON_CLOSE           0x00010000
#define FO_OPENED_CASE_SENSITIVE     0x00020000
#define FO_HANDLE_CREATED            0x00040000
#define FO_RANDOM_ACCESS             0x00100000
#define FO_FILE_OPEN_CANCELLED       0x00200000

/* ByteOffset with a HighPart of -1: not an offset but one of these LowParts */
#define FILE_WRITE_TO_END_OF_FILE      0xFFFFFFFF
#define FILE_USE_FILE_POINTER_POSITION 0xFFFFFFFE

_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwCreateFile(_Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess,
                 _In_ POBJECT_ATTRIBUTES ObjectAttributes,
                 _Out_ PIO_STATUS_BLOCK IoStatusBlock,
                 _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes,
                 _In_ ULONG ShareAccess, _In_ ULONG CreateDisposition,
                 _In_ ULONG CreateOptions, _In_reads_bytes_opt_(EaLength) PVOID EaBuffer,
                 _In_ ULONG EaLength);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwOpenFile(_Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess,
               _In_ POBJECT_ATTRIBUTES ObjectAttributes,
               _Out_ PIO_STATUS_BLOCK IoStatusBlock, _In_ ULONG ShareAccess,
               _In_ ULONG OpenOptions);

/* --- Requests --------------------------------------------------------------------- */

_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwReadFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
               _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext,
               _Out_ PIO_STATUS_BLOCK IoStatusBlock,
               _Out_writes_bytes_(Length) PVOID Buffer, _In_ ULONG Length,
               _In_opt_ PLARGE_INTEGER ByteOffset, _In_opt_ PULONG Key);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwWriteFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
                _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext,
                _Out_ PIO_STATUS_BLOCK IoStatusBlock,
                _In_reads_bytes_(Length) PVOID Buffer, _In_ ULONG Length,
                _In_opt_ PLARGE_INTEGER ByteOffset, _In_opt_ PULONG Key);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwDeviceIoControlFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
                          _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext,
                          _Out_ PIO_STATUS_BLOCK IoStatusBlock, _In_ ULONG IoControlCode,
                          _In_reads_bytes_opt_(InputBufferLength) PVOID InputBuffer,
                          _In_ ULONG InputBufferLength,
                          _Out_writes_bytes_opt_(OutputBufferLength) PVOID OutputBuffer,
                          _In_ ULONG OutputBufferLength);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwFlushBuffersFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwCancelIoFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock);

/* --- Information ------------------------------------------------------------------ */

typedef enum _FILE_INFORMATION_CLASS {
    FileBasicInformation = 4,
    FileStandardInformation = 5,
    FileInternalInformation = 6,
    FileEaInformation = 7,
    FileAccessInformation = 8,
    FileNameInformation = 9,
    FileDispositionInformation = 13,
    FilePositionInformation = 14,
    FileModeInformation = 16,
    FileAlignmentInformation = 17,
    FileAllocationInformation = 19,
    FileEndOfFileInformation = 20,
    FileNetworkOpenInformation = 34,
    FileAttributeTagInformation = 35,
    FileMaximumInformation = 76
} FILE_INFORMATION_CLASS,
    *PFILE_INFORMATION_CLASS;

typedef struct _FILE_BASIC_INFORMATION {
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    ULONG FileAttributes;
} FILE_BASIC_INFORMATION, *PFILE_BASIC_INFORMATION;

typedef struct _FILE_STANDARD_INFORMATION {
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG NumberOfLinks;
    BOOLEAN DeletePending;
    BOOLEAN Directory;
} FILE_STANDARD_INFORMATION, *PFILE_STANDARD_INFORMATION;

typedef struct _FILE_ACCESS_INFORMATION {
    ACCESS_MASK AccessFlags;
} FILE_ACCESS_INFORMATION, *PFILE_ACCESS_INFORMATION;

typedef struct _FILE_DISPOSITION_INFORMATION {
    BOOLEAN DeleteFile;
} FILE_DISPOSITION_INFORMATION, *PFILE_DISPOSITION_INFORMATION;

typedef struct _FILE_POSITION_INFORMATION {
    LARGE_INTEGER CurrentByteOffset;
} FILE_POSITION_INFORMATION, *PFILE_POSITION_INFORMATION;

typedef struct _FILE_MODE_INFORMATION {
    ULONG Mode;
} FILE_MODE_INFORMATION, *PFILE_MODE_INFORMATION;

typedef struct _FILE_ALIGNMENT_INFORMATION {
    ULONG AlignmentRequirement;
} FILE_ALIGNMENT_INFORMATION, *PFILE_ALIGNMENT_INFORMATION;

typedef struct _FILE_END_OF_FILE_INFORMATION {
    LARGE_INTEGER EndOfFile;
} FILE_END_OF_FILE_INFORMATION, *PFILE_END_OF_FILE_INFORMATION;

_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwQueryInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
                           _Out_writes_bytes_(Length) PVOID FileInformation,
                           _In_ ULONG Length,
                           _In_ FILE_INFORMATION_CLASS FileInformationClass);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwSetInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
                         _In_reads_bytes_(Length) PVOID FileInformation,
                         _In_ ULONG Length,
                         _In_ FILE_INFORMATION_CLASS FileInformationClass);

/* --- What a driver does with the file objects of its clients ---------------------- */

/* How a "file" of the driver is open; one for each, under a lock of the driver's. */
typedef struct _SHARE_ACCESS {
    ULONG OpenCount;
    ULONG Readers;
    ULONG Writers;
    ULONG Deleters;
    ULONG SharedRead;
    ULONG SharedWrite;
    ULONG SharedDelete;
} SHARE_ACCESS, *PSHARE_ACCESS;

_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI NTSTATUS NTAPI
    IoCheckShareAccess(_In_ ACCESS_MASK DesiredAccess, _In_ ULONG DesiredShareAccess,
                       _Inout_ PFILE_OBJECT FileObject, _Inout_ PSHARE_ACCESS ShareAccess,
                       _In_ BOOLEAN Update);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoSetShareAccess(_In_ ACCESS_MASK DesiredAccess, _In_ ULONG DesiredShareAccess,
                     _Inout_ PFILE_OBJECT FileObject, _Out_ PSHARE_ACCESS ShareAccess);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoUpdateShareAccess(_In_ PFILE_OBJECT FileObject, _Inout_ PSHARE_ACCESS ShareAccess);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoRemoveShareAccess(_In_ PFILE_OBJECT FileObject, _Inout_ PSHARE_ACCESS ShareAccess);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PDEVICE_OBJECT NTAPI
    IoGetRelatedDeviceObject(_In_ PFILE_OBJECT FileObject);
/* Undoes a create that the drivers below have completed; the caller then fails it. */
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoCancelFileOpen(_In_ PDEVICE_OBJECT DeviceObject, _In_ PFILE_OBJECT FileObject);
