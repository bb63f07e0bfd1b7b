/*
 * QEMU's fw_cfg: named files from the host, read through two ports. This is how one boot
 * image serves all tests: the command line of a run comes from here.
 */
#include "halp.h"
#include "ports.h"

#include <internal/rtl.h>

#define FW_CFG_SELECTOR  0x510
#define FW_CFG_DATA      0x511
#define FW_CFG_SIGNATURE 0x00
#define FW_CFG_DIRECTORY 0x19

#define FW_CFG_NAME_LENGTH   56
#define FW_CFG_MAXIMUM_FILES 1024

/* An entry of the directory, as it comes: numbers are big-endian. */
typedef struct _FW_CFG_FILE {
    UCHAR Size[4];
    UCHAR Selector[2];
    UCHAR Reserved[2];
    CHAR Name[FW_CFG_NAME_LENGTH];
} FW_CFG_FILE, *PFW_CFG_FILE;

static VOID
HalpReadFirmware(PVOID Buffer, ULONG Length)
{
    READ_PORT_BUFFER_UCHAR(HALP_PORT(UCHAR, FW_CFG_DATA), Buffer, Length);
}

static ULONG
HalpReadBigEndian(const UCHAR *Bytes)
{
    return ((ULONG)Bytes[0] << 24) | ((ULONG)Bytes[1] << 16) | ((ULONG)Bytes[2] << 8) |
           Bytes[3];
}

static BOOLEAN
HalpFirmwarePresent(VOID)
{
    CHAR Signature[4];
    HalpWritePort16(FW_CFG_SELECTOR, FW_CFG_SIGNATURE);
    HalpReadFirmware(Signature, sizeof(Signature));
    return memcmp(Signature, "QEMU", sizeof(Signature)) == 0;
}

static BOOLEAN
HalpFindFirmwareFile(const CHAR *Name, PFW_CFG_FILE File)
{
    UCHAR Count[4];
    HalpWritePort16(FW_CFG_SELECTOR, FW_CFG_DIRECTORY);
    HalpReadFirmware(Count, sizeof(Count));
    ULONG Files = min(HalpReadBigEndian(Count), FW_CFG_MAXIMUM_FILES);
    for (ULONG Index = 0; Index < Files; Index++) {
        HalpReadFirmware(File, sizeof(*File));
        if (strncmp(File->Name, Name, FW_CFG_NAME_LENGTH) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/*
 * Copies the first Length bytes of the named file. Returns the bytes copied, 0 when there
 * is no fw_cfg or no such file. Boot processor only: the selector is shared state.
 */
ULONG
HalReadFirmwareFile(const CHAR *Name, PVOID Buffer, ULONG Length)
{
    FW_CFG_FILE File;
    if (!HalpFirmwarePresent() || !HalpFindFirmwareFile(Name, &File)) {
        return 0;
    }
    ULONG Copied = min(HalpReadBigEndian(File.Size), Length);
    HalpWritePort16(FW_CFG_SELECTOR,
                    (USHORT)((File.Selector[0] << 8) | File.Selector[1]));
    HalpReadFirmware(Buffer, Copied);
    return Copied;
}
