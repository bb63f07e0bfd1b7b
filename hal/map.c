/*
 * Addresses for device registers the HAL itself uses: I/O APICs, HPET, configuration
 * space, MSI-X tables. They come from a window of the HAL's own, so that they can be had
 * before mm/ exists. Nothing is given back; a range asked for again is the same mapping.
 */
#include "halp.h"

#define MAXIMUM_MAPPINGS 384 /* 256 buses, and the devices with MSI-X tables */

typedef struct _HALP_MAPPING {
    ULONG64 Physical;
    ULONG64 Virtual;
    ULONG64 Length;
} HALP_MAPPING, *PHALP_MAPPING;

static HALP_LOCK HalpMapLock;
static HALP_MAPPING HalpMappings[MAXIMUM_MAPPINGS]; /* HalpMapLock */
static ULONG HalpMappingCount;                      /* HalpMapLock */
static ULONG64 HalpNextAddress = ARCH_HAL_BASE;     /* HalpMapLock */

static PHALP_MAPPING
HalpFindMapping(ULONG64 Physical, ULONG64 Length)
{
    for (ULONG Index = 0; Index < HalpMappingCount; Index++) {
        PHALP_MAPPING Mapping = &HalpMappings[Index];
        if (Physical >= Mapping->Physical &&
            Physical + Length <= Mapping->Physical + Mapping->Length) {
            return Mapping;
        }
    }
    return NULL;
}

/* Maps whole pages at HalpNextAddress; undoes a part that could not be finished. */
static PHALP_MAPPING
HalpCreateMapping(ULONG64 Physical, ULONG64 Length)
{
    if (HalpMappingCount == MAXIMUM_MAPPINGS || Length > ARCH_HAL_END - HalpNextAddress) {
        return NULL;
    }
    for (ULONG64 Offset = 0; Offset < Length; Offset += PAGE_SIZE) {
        if (!ArchMapPage(HalpNextAddress + Offset, Physical + Offset,
                         ARCH_PAGE_WRITE | ARCH_PAGE_UNCACHED)) {
            while (Offset != 0) {
                Offset -= PAGE_SIZE;
                ArchUnmapPage(HalpNextAddress + Offset);
            }
            return NULL;
        }
    }
    PHALP_MAPPING Mapping = &HalpMappings[HalpMappingCount++];
    Mapping->Physical = Physical;
    Mapping->Virtual = HalpNextAddress;
    Mapping->Length = Length;
    HalpNextAddress += Length;
    return Mapping;
}

/*
 * Maps Length bytes of device registers at PhysicalAddress, uncached, writable, never
 * executable. NULL: no length, beyond the processor's addresses, or the window is full.
 * Any IRQL; takes HalpMapLock.
 */
PVOID
HalMapDevice(ULONG64 PhysicalAddress, SIZE_T Length)
{
    ULONG64 Limit = 1ULL << ArchFeatures.PhysicalAddressBits;
    if (Length == 0 || PhysicalAddress >= Limit || Length > Limit - PhysicalAddress) {
        return NULL;
    }
    ULONG64 First = ALIGN_DOWN_BY(PhysicalAddress, PAGE_SIZE);
    ULONG64 Whole = ALIGN_UP_BY(PhysicalAddress + Length, PAGE_SIZE) - First;
    BOOLEAN Enabled = HalpAcquireLock(&HalpMapLock);
    PHALP_MAPPING Mapping = HalpFindMapping(First, Whole);
    if (Mapping == NULL) {
        Mapping = HalpCreateMapping(First, Whole);
    }
    HalpReleaseLock(&HalpMapLock, Enabled);
    if (Mapping == NULL) {
        HalpPrint("no room to map device registers at %llx", PhysicalAddress);
        return NULL;
    }
    return (PVOID)(ULONG_PTR)(Mapping->Virtual + (PhysicalAddress - Mapping->Physical));
}
