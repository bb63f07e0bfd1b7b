/*
 * What the boot loader left behind, in one structure.
 *
 * boot/ fills it once from the multiboot2 tags, before anything else runs; every later
 * reader gets a const pointer. All addresses in it are physical unless named otherwise;
 * the strings and tables they name lie in memory the frame allocator keeps reserved.
 */
#pragma once

#include <ntdef.h>

#define BOOT_MAXIMUM_MEMORY_RANGES 128
#define BOOT_MAXIMUM_MODULES       48
#define BOOT_MAXIMUM_OPTIONS       1024

typedef enum _BOOT_MEMORY_TYPE {
    BootMemoryUsable = 1,
    BootMemoryReserved = 2,
    BootMemoryAcpiReclaim = 3,
    BootMemoryAcpiNvs = 4,
    BootMemoryBad = 5
} BOOT_MEMORY_TYPE;

typedef struct _BOOT_MEMORY_RANGE {
    ULONG64 Base;
    ULONG64 Length;
    BOOT_MEMORY_TYPE Type;
} BOOT_MEMORY_RANGE, *PBOOT_MEMORY_RANGE;

/* One GRUB module: a PE file and the words of its module2 line ("e1000.sys hwid=..."). */
typedef struct _BOOT_MODULE {
    ULONG64 Base;
    ULONG64 Length;
    const CHAR *CommandLine;
} BOOT_MODULE, *PBOOT_MODULE;

typedef struct _BOOT_INFORMATION {
    ULONG MemoryRangeCount;
    BOOT_MEMORY_RANGE MemoryRanges[BOOT_MAXIMUM_MEMORY_RANGES];
    ULONG ModuleCount;
    BOOT_MODULE Modules[BOOT_MAXIMUM_MODULES];
    UCHAR Rsdp[36]; /* a copy of the ACPI root pointer, 20 or 36 bytes of it valid */
    ULONG RsdpLength;
    ULONG64 InformationBase; /* the multiboot2 structure itself: strings live in it */
    ULONG64 InformationLength;
    ULONG64 EntryBase; /* the first instructions and the tables they page with */
    ULONG64 EntryLength;
    ULONG64 KernelBase; /* the image that is mapped at -2 GiB, physical */
    ULONG64 KernelLength;
    ULONG64
    SymbolBase; /* .symtab of the kernel, as GRUB loaded it; 0 when there is none */
    ULONG64 SymbolLength;
    ULONG64 StringBase; /* its .strtab */
    ULONG64 StringLength;
    ULONG64 EntryTimeStamp;             /* TSC at the kernel's first instruction */
    CHAR Options[BOOT_MAXIMUM_OPTIONS]; /* command line, then what fw_cfg adds */
} BOOT_INFORMATION, *PBOOT_INFORMATION;
