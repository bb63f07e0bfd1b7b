/* Which processors there are. One group: number 0. (AFF-4, AFF-5) */
#include "ki.h"

KAFFINITY KeActiveProcessors;
PKPRCB KiProcessorBlock[HAL_MAXIMUM_PROCESSORS];

/* The variable old drivers import; kept in step by KeAnnounceProcessor. */
CCHAR KeNumberProcessors;
EXPORT(KeNumberProcessors);

KAFFINITY
NTAPI
KeQueryActiveProcessors(VOID)
{
    return KeActiveProcessors;
}
EXPORT(KeQueryActiveProcessors);

ULONG
NTAPI
KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)
{
    if (ActiveProcessors != NULL) {
        *ActiveProcessors = KeActiveProcessors;
    }
    return RtlCountBits(KeActiveProcessors);
}
EXPORT(KeQueryActiveProcessorCount);

ULONG
NTAPI
KeQueryActiveProcessorCountEx(USHORT GroupNumber)
{
    return (GroupNumber == 0 || GroupNumber == ALL_PROCESSOR_GROUPS)
               ? KeQueryActiveProcessorCount(NULL)
               : 0;
}
EXPORT(KeQueryActiveProcessorCountEx);

ULONG
NTAPI
KeQueryMaximumProcessorCountEx(USHORT GroupNumber)
{
    return KeQueryActiveProcessorCountEx(GroupNumber);
}
EXPORT(KeQueryMaximumProcessorCountEx);

ULONG
NTAPI
KeQueryMaximumProcessorCount(VOID)
{
    return KeQueryActiveProcessorCount(NULL);
}
EXPORT(KeQueryMaximumProcessorCount);

/* Index of the processor that runs this; meaningful while the caller cannot move. */
ULONG
NTAPI
KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)
{
    ULONG Number = KeGetCurrentProcessorNumber();

    if (ProcNumber != NULL) {
        ProcNumber->Group = 0;
        ProcNumber->Number = (UCHAR)Number;
        ProcNumber->Reserved = 0;
    }
    return Number;
}
EXPORT(KeGetCurrentProcessorNumberEx);
