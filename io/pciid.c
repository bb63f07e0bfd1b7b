/*
 * The names of a PCI function, in the forms an INF lists them: from vendor, device,
 * subsystem and revision down to the class alone.
 */
#include "iop.h"
#include "iopnp.h"

#define IOP_MAXIMUM_ID_LIST 1024 /* characters of all ids of one kind */

/* A multi-string under construction, in ASCII. */
typedef struct _IOP_ID_LIST {
    CHAR Text[IOP_MAXIMUM_ID_LIST];
    ULONG Length;
} IOP_ID_LIST, *PIOP_ID_LIST;

/* Appends one string and its terminating zero; the last place stays for the list's own.
 */
#define IopAppendId(List, ...)                                                           \
    ((List)->Length =                                                                    \
         min((ULONG)IOP_MAXIMUM_ID_LIST - 1,                                             \
             (List)->Length + 1 +                                                        \
                 RtlFormat((List)->Text + (List)->Length,                                \
                           IOP_MAXIMUM_ID_LIST - 1 - (List)->Length, __VA_ARGS__)))

/* PCI\VEN_v&DEV_d with subsystem and revision: what is most specific comes first. */
static VOID
IopHardwareIds(PIOP_PDO Pdo, PIOP_ID_LIST List)
{
    ULONG SubSystem = ((ULONG)Pdo->SubSystemId << 16) | Pdo->SubVendorId;

    IopAppendId(List, "PCI\\VEN_%04X&DEV_%04X&SUBSYS_%08X&REV_%02X", Pdo->VendorId,
                Pdo->DeviceId, SubSystem, Pdo->Revision);
    IopAppendId(List, "PCI\\VEN_%04X&DEV_%04X&SUBSYS_%08X", Pdo->VendorId, Pdo->DeviceId,
                SubSystem);
    IopAppendId(List, "PCI\\VEN_%04X&DEV_%04X&CC_%02X%02X%02X", Pdo->VendorId,
                Pdo->DeviceId, Pdo->Class[0], Pdo->Class[1], Pdo->Class[2]);
    IopAppendId(List, "PCI\\VEN_%04X&DEV_%04X&CC_%02X%02X", Pdo->VendorId, Pdo->DeviceId,
                Pdo->Class[0], Pdo->Class[1]);
}

/* The less specific forms. */
static VOID
IopCompatibleIds(PIOP_PDO Pdo, PIOP_ID_LIST List)
{
    IopAppendId(List, "PCI\\VEN_%04X&DEV_%04X&REV_%02X", Pdo->VendorId, Pdo->DeviceId,
                Pdo->Revision);
    IopAppendId(List, "PCI\\VEN_%04X&DEV_%04X", Pdo->VendorId, Pdo->DeviceId);
    IopAppendId(List, "PCI\\VEN_%04X&CC_%02X%02X%02X", Pdo->VendorId, Pdo->Class[0],
                Pdo->Class[1], Pdo->Class[2]);
    IopAppendId(List, "PCI\\VEN_%04X&CC_%02X%02X", Pdo->VendorId, Pdo->Class[0],
                Pdo->Class[1]);
    IopAppendId(List, "PCI\\VEN_%04X", Pdo->VendorId);
    IopAppendId(List, "PCI\\CC_%02X%02X%02X", Pdo->Class[0], Pdo->Class[1],
                Pdo->Class[2]);
    IopAppendId(List, "PCI\\CC_%02X%02X", Pdo->Class[0], Pdo->Class[1]);
}

/* Fills List with the ids of Type; FALSE: the bus has none of that type. */
static BOOLEAN
IopCollectIds(PIOP_PDO Pdo, BUS_QUERY_ID_TYPE Type, PIOP_ID_LIST List)
{
    switch (Type) {
    case BusQueryDeviceID:
        IopAppendId(List, "PCI\\VEN_%04X&DEV_%04X&SUBSYS_%08X&REV_%02X", Pdo->VendorId,
                    Pdo->DeviceId, ((ULONG)Pdo->SubSystemId << 16) | Pdo->SubVendorId,
                    Pdo->Revision);
        return TRUE;
    case BusQueryHardwareIDs:
        IopHardwareIds(Pdo, List);
        return TRUE;
    case BusQueryCompatibleIDs:
        IopCompatibleIds(Pdo, List);
        return TRUE;
    case BusQueryInstanceID:
        /* Where it sits: unique on a machine whose buses do not change. */
        IopAppendId(List, "%02X%02X", Pdo->Address.Bus,
                    (Pdo->Address.Device << 3) | Pdo->Address.Function);
        return TRUE;
    default:
        return FALSE;
    }
}

/*
 * Returns the ids of Type as a multi-string (with one more zero at its end) that the
 * caller frees with ExFreePool; NULL: no ids of that type, or no memory. PASSIVE_LEVEL.
 */
PWSTR
IopBuildPciId(PIOP_PDO Pdo, BUS_QUERY_ID_TYPE Type)
{
    PIOP_ID_LIST List = IopAllocate(sizeof(*List), IOP_TAG_PNP);
    PWSTR Result = NULL;

    if (List == NULL) {
        return NULL;
    }
    if (IopCollectIds(Pdo, Type, List)) {
        Result = IopAllocate((List->Length + 1) * sizeof(WCHAR), IOP_TAG_PNP);
    }
    for (ULONG Index = 0; Result != NULL && Index < List->Length; Index++) {
        Result[Index] = (UCHAR)List->Text[Index];
    }
    ExFreePoolWithTag(List, IOP_TAG_PNP);
    return Result;
}
