/*
 * Synchronous requests: data in the three ways, the position, and what is refused.
 */
#include "zwfile.h"

#define SYNCHRONOUS FILE_SYNCHRONOUS_IO_NONALERT

static UCHAR Buffer[2 * SECTOR_SIZE] __attribute__((aligned(16)));

static NTSTATUS
Read(HANDLE File, PIO_STATUS_BLOCK Iosb, ULONG Length, LONGLONG From)
{
    LARGE_INTEGER Offset = {.QuadPart = From};

    return ZwReadFile(File, NULL, NULL, NULL, Iosb, Buffer, Length, &Offset, NULL);
}

static VOID
TestOneDevice(ULONG Which)
{
    static const PCSTR Writes[] = {"ZwWriteFile: DO_BUFFERED_IO",
                                   "ZwWriteFile: DO_DIRECT_IO", "ZwWriteFile: neither"};
    static const PCSTR Reads[] = {"ZwReadFile: DO_BUFFERED_IO",
                                  "ZwReadFile: DO_DIRECT_IO", "ZwReadFile: neither"};
    LARGE_INTEGER Offset = {.QuadPart = 100};
    HANDLE File = Open(Which, SYNCHRONOUS);
    IO_STATUS_BLOCK Iosb = {0};
    ULONG Key = 0x77;
    NTSTATUS Status;

    RtlFillMemory(Buffer, sizeof(Buffer), 0xA0 + Which);
    Status = ZwWriteFile(File, NULL, NULL, NULL, &Iosb, Buffer, 200, &Offset, &Key);
    ok(Status == STATUS_SUCCESS && Iosb.Status == STATUS_SUCCESS &&
           Iosb.Information == 200 && Store[100] == 0xA0 + Which &&
           Store[299] == 0xA0 + Which && Store[300] != 0xA0 + Which,
       Writes[Which]);
    ok(Seen.Key == 0x77 && (Seen.Flags & SL_KEY_SPECIFIED) != 0,
       "a key reaches the driver");
    RtlZeroMemory(Buffer, sizeof(Buffer));
    Status = Read(File, &Iosb, 200, 100);
    ok(Status == STATUS_SUCCESS && Iosb.Information == 200 && Buffer[0] == 0xA0 + Which &&
           Buffer[199] == 0xA0 + Which && Buffer[200] == 0,
       Reads[Which]);
    Status = ZwReadFile(File, NULL, NULL, NULL, &Iosb, NULL, 0, &Offset, NULL);
    ok(Status == STATUS_SUCCESS && Iosb.Information == 0,
       "no bytes without a buffer are no error");
    ZwClose(File);
}

VOID
TestTransfers(VOID)
{
    for (ULONG Which = 0; Which < DEVICES; Which++) {
        TestOneDevice(Which);
    }
}

VOID
TestPosition(VOID)
{
    LARGE_INTEGER Here = {.LowPart = FILE_USE_FILE_POINTER_POSITION, .HighPart = -1};
    LARGE_INTEGER End = {.LowPart = FILE_WRITE_TO_END_OF_FILE, .HighPart = -1};
    HANDLE File = Open(BUFFERED, SYNCHRONOUS | FILE_WRITE_THROUGH);
    FILE_POSITION_INFORMATION Position;
    IO_STATUS_BLOCK Iosb;

    ZwReadFile(File, NULL, NULL, NULL, &Iosb, Buffer, 10, NULL, NULL);
    ok_equal(Seen.Offset, 0, "a synchronous file begins at 0");
    ZwReadFile(File, NULL, NULL, NULL, &Iosb, Buffer, 20, NULL, NULL);
    ok_equal(Seen.Offset, 10, "and goes on where the last read ended");
    Read(File, &Iosb, 8, 1000);
    ZwWriteFile(File, NULL, NULL, NULL, &Iosb, Buffer, 4, &Here, NULL);
    ok(Seen.Offset == 1008 && (Seen.Flags & SL_WRITE_THROUGH) != 0,
       "FILE_USE_FILE_POINTER_POSITION: behind the last request that had an offset");
    ok_status(Read(File, &Iosb, 8, STORE_SIZE), STATUS_END_OF_FILE,
              "a request that fails");
    ZwQueryInformationFile(File, &Iosb, &Position, sizeof(Position),
                           FilePositionInformation);
    ok_equal(Position.CurrentByteOffset.QuadPart, 1012, "leaves the position");
    ZwWriteFile(File, NULL, NULL, NULL, &Iosb, Buffer, 4, &End, NULL);
    ok_equal(Seen.Offset, -1, "FILE_WRITE_TO_END_OF_FILE reaches the driver as it is");
    Position.CurrentByteOffset.QuadPart = 77;
    ok_status(ZwSetInformationFile(File, &Iosb, &Position, sizeof(Position),
                                   FilePositionInformation),
              STATUS_SUCCESS, "FilePositionInformation can be set");
    ZwReadFile(File, NULL, NULL, NULL, &Iosb, Buffer, 1, &Here, NULL);
    ok_equal(Seen.Offset, 77, "and counts for the next read");
    Position.CurrentByteOffset.QuadPart = -1;
    ok_status(ZwSetInformationFile(File, &Iosb, &Position, sizeof(Position),
                                   FilePositionInformation),
              STATUS_INVALID_PARAMETER, "but not to a negative place");
    ZwClose(File);
}

static VOID
TestSectors(VOID)
{
    HANDLE File = Open(DIRECT, SYNCHRONOUS | FILE_NO_INTERMEDIATE_BUFFERING);
    LARGE_INTEGER Offset = {.QuadPart = SECTOR_SIZE};
    FILE_POSITION_INFORMATION Position;
    IO_STATUS_BLOCK Iosb;

    ok_status(Read(File, &Iosb, SECTOR_SIZE, SECTOR_SIZE), STATUS_SUCCESS,
              "without buffering: a whole sector");
    ok_status(Read(File, &Iosb, SECTOR_SIZE - 1, 0), STATUS_INVALID_PARAMETER,
              "without buffering: a part of one");
    ok_status(Read(File, &Iosb, SECTOR_SIZE, 1), STATUS_INVALID_PARAMETER,
              "without buffering: one that begins inside another");
    ok_status(
        ZwReadFile(File, NULL, NULL, NULL, &Iosb, Buffer + 1, SECTOR_SIZE, &Offset, NULL),
        STATUS_INVALID_PARAMETER, "without buffering: a buffer that is not aligned");
    Position.CurrentByteOffset.QuadPart = 5;
    ok_status(ZwSetInformationFile(File, &Iosb, &Position, sizeof(Position),
                                   FilePositionInformation),
              STATUS_INVALID_PARAMETER, "without buffering: a position inside a sector");
    ZwClose(File);
}

VOID
TestBadTransfers(VOID)
{
    HANDLE File = Open(BUFFERED, SYNCHRONOUS);
    IO_STATUS_BLOCK Iosb;
    HANDLE Event = NULL;

    ok_status(Read(File, &Iosb, 8, -5), STATUS_INVALID_PARAMETER, "a negative offset");
    ok_status(Read(File, NULL, 8, 0), STATUS_ACCESS_VIOLATION, "no status block");
    ok_status(ZwReadFile(File, NULL, NULL, NULL, &Iosb, NULL, 8, NULL, NULL),
              STATUS_ACCESS_VIOLATION, "bytes without a buffer");
    ok_status(Read((HANDLE)0x10, &Iosb, 8, 0), STATUS_INVALID_HANDLE,
              "a handle that is none");
    ok_status(Read(NULL, &Iosb, 8, 0), STATUS_INVALID_HANDLE, "no handle");
    ok_status(Read(ZwCurrentThread(), &Iosb, 8, 0), STATUS_OBJECT_TYPE_MISMATCH,
              "a handle of a thread");
    ZwCreateEvent(&Event, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);
    ok_status(Read(Event, &Iosb, 8, 0), STATUS_OBJECT_TYPE_MISMATCH,
              "an event where a file has to be");
    ok_status(ZwReadFile(File, File, NULL, NULL, &Iosb, Buffer, 8, NULL, NULL),
              STATUS_OBJECT_TYPE_MISMATCH, "a file where an event has to be");
    ok_status(ZwReadFile(File, (HANDLE)0x10, NULL, NULL, &Iosb, Buffer, 8, NULL, NULL),
              STATUS_INVALID_HANDLE, "an event that is none");
    ok_status(Read(File, &Iosb, 8, 0), STATUS_SUCCESS,
              "the file is not locked after all these");
    ZwClose(Event);
    ZwClose(File);
    ok_status(Read(File, &Iosb, 8, 0), STATUS_INVALID_HANDLE, "a closed file");
    File = Open(BUFFERED, 0);
    ok_status(ZwReadFile(File, NULL, NULL, NULL, &Iosb, Buffer, 8, NULL, NULL),
              STATUS_INVALID_PARAMETER, "an asynchronous file has no position");
    ZwClose(File);
    TestSectors();
}

static VOID
TestMethod(HANDLE File, ULONG Code, PCSTR Name)
{
    IO_STATUS_BLOCK Iosb;
    NTSTATUS Status;

    for (ULONG Index = 0; Index < 16; Index++) {
        Buffer[Index] = (UCHAR)Index;
    }
    Status =
        ZwDeviceIoControlFile(File, NULL, NULL, NULL, &Iosb, Code, Buffer, 16, Buffer, 8);
    ok(Status == STATUS_SUCCESS && Iosb.Information == 8 && Buffer[0] == 1 &&
           Buffer[7] == 8 && Buffer[8] == 8,
       Name);
}

VOID
TestControls(VOID)
{
    HANDLE File = Open(BUFFERED, SYNCHRONOUS);
    LONG Flushes = Seen.Flushes;
    IO_STATUS_BLOCK Iosb;

    TestMethod(File, CODE_ADD_BUFFERED, "ZwDeviceIoControlFile: METHOD_BUFFERED");
    TestMethod(File, CODE_ADD_DIRECT, "ZwDeviceIoControlFile: METHOD_OUT_DIRECT");
    TestMethod(File, CODE_ADD_NEITHER, "ZwDeviceIoControlFile: METHOD_NEITHER");
    ok_status(ZwDeviceIoControlFile(File, NULL, NULL, NULL, &Iosb, CODE(9, 0), NULL, 0,
                                    NULL, 0),
              STATUS_INVALID_DEVICE_REQUEST, "a code the driver does not know");
    ok_status(ZwDeviceIoControlFile(File, NULL, NULL, NULL, &Iosb, CODE_ADD_BUFFERED,
                                    NULL, 8, NULL, 0),
              STATUS_ACCESS_VIOLATION, "input without a buffer");
    ok_status(ZwDeviceIoControlFile(File, NULL, NULL, NULL, &Iosb, CODE_ADD_BUFFERED,
                                    NULL, 0, NULL, 8),
              STATUS_ACCESS_VIOLATION, "output without a buffer");
    RtlFillMemory(Buffer, sizeof(Buffer), 0xEE);
    ZwDeviceIoControlFile(File, NULL, NULL, NULL, &Iosb, CODE_TOO_MUCH, NULL, 0, Buffer,
                          8);
    ok(Buffer[7] != 0xEE && Buffer[8] == 0xEE,
       "a driver that says it wrote more does not make it so");
    ok_status(ZwFlushBuffersFile(File, &Iosb), STATUS_SUCCESS, "ZwFlushBuffersFile");
    ok_equal(Seen.Flushes, Flushes + 1, "IRP_MJ_FLUSH_BUFFERS reaches the driver");
    ok_status(ZwFlushBuffersFile(NULL, &Iosb), STATUS_INVALID_HANDLE,
              "ZwFlushBuffersFile without a handle");
    ZwClose(File);
}
