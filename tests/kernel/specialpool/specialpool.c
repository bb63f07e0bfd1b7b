/*
 * specialpool: one misuse of pool a boot, with the special pool and without, and the stop
 * that has to name it. What works is pool.sys's, booted with the verifier on.
 */
#include "specialpool.h"

DRIVER_INITIALIZE DriverEntry;

static const KTAP_CASE Cases[] = {
    {L"pastend", WritePastEnd},
    {L"beforestart", WriteBeforeStart},
    {L"readfreed", ReadFreed},
    {L"writefreed", WriteFreed},
    {L"kernelpastend", KernelReadsPastEnd},
    {L"kernelfreed", KernelReadsFreed},
    {L"slack", ChangeSlack},
    {L"nearby", ChangeNearby},
    {L"onebit", ChangeOneBit},
    {L"guard", FreeGuard},
    {L"middle", FreeMiddle},
    {L"twice", FreeSpecialTwice},
    {L"tag", FreeWrongTag},
    {L"timer", FreeTimer},
    {L"timerdpc", FreeTimerWithDpc},
    {L"dpc", FreeDpc},
    {L"overrun", OverrunOrdinary},
    {L"header", OverwriteHeader},
    {L"ordinarytwice", FreeOrdinaryTwice},
    {L"ordinarytag", FreeOrdinaryWrongTag},
    {L"nothing", FreeNothing},
    {L"poison", WriteFreedOrdinary},
    {L"allocate", AllocateAtDevice},
    {L"free", FreeAtDevice},
    {L"allocatepaged", AllocatePagedAtDispatch},
    {L"freepaged", FreePagedAtDispatch},
};

PUCHAR
MakeBlock(POOL_TYPE PoolType)
{
    PUCHAR Block = ExAllocatePoolWithTag(PoolType, BLOCK_SIZE, KTAP_TAG);

    ok(Block != NULL, "a block to misuse");
    return Block;
}

static VOID
SpecialPoolTests(VOID)
{
    KtapRunCase(Cases, RTL_NUMBER_OF(Cases));
    ok(FALSE, "the misuse ends in a stop");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, SpecialPoolTests);
}
