/*
 * What the HAL takes out of the ACPI tables, and the parsers that take it out.
 *
 * The parsers are pure: bytes in, a structure out, no port, no mapping, no global. So
 * they compile natively and are fuzzed (tests/host/fuzz_acpi.c). Each is given the number
 * of bytes that may be read; no length inside a table is believed beyond that.
 */
#pragma once

#include <internal/hal.h>

#define ACPI_HEADER_LENGTH 36

#define HALP_ISA_LINES          16
#define HALP_MAXIMUM_IOAPICS    8
#define HALP_MAXIMUM_LOCAL_NMIS 16
#define HALP_MAXIMUM_ECAM       8
#define HALP_EVERY_PROCESSOR    MAXULONG

/* Where an ISA line arrives, after the source overrides. */
typedef struct _HALP_ISA_SOURCE {
    ULONG Gsi;
    BOOLEAN ActiveLow;
    BOOLEAN Level;
    BOOLEAN Overridden;
} HALP_ISA_SOURCE, *PHALP_ISA_SOURCE;

typedef struct _HALP_IOAPIC_ENTRY {
    ULONG64 Address;
    ULONG GsiBase;
    UCHAR Id;
} HALP_IOAPIC_ENTRY, *PHALP_IOAPIC_ENTRY;

typedef struct _HALP_LOCAL_NMI {
    ULONG AcpiId; /* or HALP_EVERY_PROCESSOR */
    UCHAR Lint;   /* 0 or 1 */
    BOOLEAN ActiveLow;
    BOOLEAN Level;
} HALP_LOCAL_NMI, *PHALP_LOCAL_NMI;

typedef struct _HALP_MADT {
    ULONG64 LocalApicAddress;
    ULONG ProcessorCount;
    HAL_PROCESSOR Processors[HAL_MAXIMUM_PROCESSORS];
    ULONG ProcessorsLeftOut; /* enabled, but beyond the table or the 8-bit APIC ids */
    ULONG IoApicCount;
    HALP_IOAPIC_ENTRY IoApics[HALP_MAXIMUM_IOAPICS];
    HALP_ISA_SOURCE Isa[HALP_ISA_LINES];
    ULONG LocalNmiCount;
    HALP_LOCAL_NMI LocalNmis[HALP_MAXIMUM_LOCAL_NMIS];
} HALP_MADT, *PHALP_MADT;

/* One range of buses of segment 0. Base is the address of bus 0, also when First is not.
 */
typedef struct _HALP_ECAM {
    ULONG64 Base;
    UCHAR First;
    UCHAR Last;
} HALP_ECAM, *PHALP_ECAM;

typedef struct _HALP_MCFG {
    ULONG Count;
    HALP_ECAM Ranges[HALP_MAXIMUM_ECAM];
} HALP_MCFG, *PHALP_MCFG;

typedef struct _HALP_FADT {
    ULONG64 Dsdt;
    USHORT SmiCommand;  /* port; 0: the machine has no legacy mode */
    UCHAR AcpiEnable;   /* written to SmiCommand to leave legacy mode */
    USHORT Pm1aControl; /* port; 0: absent */
    USHORT Pm1bControl;
    UCHAR CenturyIndex;         /* CMOS register; 0: none */
    BOOLEAN NoFlatDestinations; /* logical ids are to be clusters, or not to be used */
} HALP_FADT, *PHALP_FADT;

typedef struct _HALP_SLEEP_TYPES {
    UCHAR A;
    UCHAR B;
} HALP_SLEEP_TYPES, *PHALP_SLEEP_TYPES;

typedef struct _HALP_ROOT_POINTER {
    ULONG64 Xsdt; /* 0: none */
    ULONG64 Rsdt;
} HALP_ROOT_POINTER, *PHALP_ROOT_POINTER;

/* The tables are little-endian and unaligned; so is the processor, memcpy says it best.
 */
FORCEINLINE USHORT
HalpRead16(const UCHAR *Bytes)
{
    USHORT Value;
    __builtin_memcpy(&Value, Bytes, sizeof(Value));
    return Value;
}

FORCEINLINE ULONG
HalpRead32(const UCHAR *Bytes)
{
    ULONG Value;
    __builtin_memcpy(&Value, Bytes, sizeof(Value));
    return Value;
}

FORCEINLINE ULONG64
HalpRead64(const UCHAR *Bytes)
{
    ULONG64 Value;
    __builtin_memcpy(&Value, Bytes, sizeof(Value));
    return Value;
}

/* tables.c */
NTSTATUS HalpParseRootPointer(const UCHAR *Bytes, ULONG Length, PHALP_ROOT_POINTER Root);
/* TRUE: the signature matches, the length fits into Available, the checksum is right. */
BOOLEAN HalpTableIsSound(const UCHAR *Table, ULONG Available, const CHAR *Signature);
FORCEINLINE ULONG
HalpTableLength(const UCHAR *Table)
{
    return HalpRead32(Table + 4);
}
ULONG HalpQueryTableEntries(const UCHAR *Root, BOOLEAN Wide);
ULONG64 HalpQueryTableEntry(const UCHAR *Root, BOOLEAN Wide, ULONG Index);

/* madt.c, mcfg.c, fadt.c, hpettable.c: Table passed HalpTableIsSound first. */
NTSTATUS HalpParseMadt(const UCHAR *Table, PHALP_MADT Madt);
/* Puts the boot processor first, the others keep their order. FALSE: it is not listed. */
BOOLEAN HalpOrderProcessors(PHALP_MADT Madt, ULONG BootApicId);
NTSTATUS HalpParseMcfg(const UCHAR *Table, PHALP_MCFG Mcfg);
NTSTATUS HalpParseFadt(const UCHAR *Table, PHALP_FADT Fadt);
/* Searches the DSDT's byte code for the \_S5 package. */
BOOLEAN HalpFindSleepTypes(const UCHAR *Dsdt, PHALP_SLEEP_TYPES Types);
/* Physical address of the HPET's registers, or 0. */
ULONG64 HalpParseHpet(const UCHAR *Table);
