/*
 * The order in which memory comes to life: frames, the final page tables, system space.
 */
#include "mi.h"

/* Device registers and ACPI tables lie below 4 GiB whatever the RAM is. */
#define MI_DIRECT_MAP_MINIMUM (4ULL << 30)

/*
 * Takes over memory from the boot loader. Runs once, on the boot processor, before
 * anything allocates. STATUS_NO_MEMORY when there is less than MM_LOWEST_MEMORY of RAM or
 * no room for the tables.
 */
NTSTATUS
MmInitializeSystem(const BOOT_INFORMATION *Boot)
{
    NTSTATUS Status = MiInitializeFrames(Boot);
    ULONG64 Top;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Top = max(MmQueryTopOfMemory(), MI_DIRECT_MAP_MINIMUM);
    if (!ArchBuildAddressSpace(Boot->KernelBase, Top, MiAllocateTableFrame)) {
        return STATUS_NO_MEMORY;
    }
    return MiInitializeSpace();
}
