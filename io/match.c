/*
 * Which driver is for which device: the ids a device has against those a module names.
 */
#include "iop.h"
#include "iopnp.h"

/* Whether Text (ASCII) is the string at Id, without case. */
static BOOLEAN
IopEqualId(const WCHAR *Id, const CHAR *Text)
{
    while (*Id != L'\0' &&
           RtlUpcaseUnicodeChar(*Id) == RtlUpcaseUnicodeChar((UCHAR)*Text)) {
        Id++;
        Text++;
    }
    return *Id == L'\0' && *Text == '\0';
}

PWSTR
IopQueryIds(PIOP_PDO Pdo, BUS_QUERY_ID_TYPE Type)
{
    IO_STACK_LOCATION Location = {0};
    ULONG_PTR Information = 0;

    Location.Parameters.QueryId.IdType = Type;
    if (!NT_SUCCESS(IopSendPnp(Pdo, IRP_MN_QUERY_ID, &Location, &Information))) {
        return NULL;
    }
    return (PWSTR)Information;
}

/* Whether one of the device's ids of Type is one of the set. */
static BOOLEAN
IopMatchesIds(PIOP_PDO Pdo, const IOP_ID_SET *Set, BUS_QUERY_ID_TYPE Type)
{
    PWSTR Ids = IopQueryIds(Pdo, Type);
    BOOLEAN Matches = FALSE;

    if (Ids == NULL) {
        return FALSE;
    }
    for (const WCHAR *Id = Ids; *Id != L'\0';) {
        for (ULONG Index = 0; Index < Set->Count; Index++) {
            Matches |= IopEqualId(Id, Set->Ids[Index]);
        }
        while (*Id++ != L'\0') {
        }
    }
    ExFreePool(Ids);
    return Matches;
}

BOOLEAN
IopMatches(PIOP_PDO Pdo, const IOP_ID_SET *Set)
{
    return Set->Count != 0 && (IopMatchesIds(Pdo, Set, BusQueryHardwareIDs) ||
                               IopMatchesIds(Pdo, Set, BusQueryCompatibleIDs));
}
