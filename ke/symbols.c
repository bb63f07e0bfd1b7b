/*
 * The kernel's own symbols, from the ELF symbol table that GRUB loads beside the image.
 * Damaged or missing tables mean numbers instead of names, nothing worse.
 */
#include "ki.h"

#define MAXIMUM_TABLE_ADDRESS (1ULL << 46)
#define MAXIMUM_TABLE_LENGTH  (16ULL << 20)

#define SYMBOL_FUNCTION 2
#define SYMBOL_NOTYPE   0 /* labels in assembly */

typedef struct _ELF64_SYMBOL {
    ULONG Name;
    UCHAR Info;
    UCHAR Other;
    USHORT Section;
    ULONG64 Value;
    ULONG64 Size;
} ELF64_SYMBOL;

static const ELF64_SYMBOL *KiSymbols;
static ULONG64 KiSymbolCount;
static const CHAR *KiStrings;
static ULONG64 KiStringLength;

/* Whether a table the loader names lies in memory that is mapped. */
static BOOLEAN
KiIsTable(ULONG64 Base, ULONG64 Length)
{
    return Base != 0 && Base <= MAXIMUM_TABLE_ADDRESS && Length != 0 &&
           Length <= MAXIMUM_TABLE_LENGTH &&
           MmIsRangeMapped(ARCH_DIRECT_MAP_BASE + Base, Length);
}

/* Takes the tables the boot information names. Boot processor, once. */
VOID
KeSetSymbols(const BOOT_INFORMATION *Boot)
{
    if (!KiIsTable(Boot->SymbolBase, Boot->SymbolLength) ||
        !KiIsTable(Boot->StringBase, Boot->StringLength)) {
        return;
    }
    KiSymbols = ArchDirectMap(Boot->SymbolBase);
    KiSymbolCount = Boot->SymbolLength / sizeof(ELF64_SYMBOL);
    KiStrings = ArchDirectMap(Boot->StringBase);
    KiStringLength = Boot->StringLength;
    if (KiStrings[KiStringLength - 1] != 0) {
        KiSymbolCount = 0; /* names could run out of the table */
    }
}

static BOOLEAN
KiIsCodeSymbol(const ELF64_SYMBOL *Symbol)
{
    UCHAR Type = Symbol->Info & 0xF;

    return (Type == SYMBOL_FUNCTION || Type == SYMBOL_NOTYPE) && Symbol->Section != 0 &&
           Symbol->Name != 0 && Symbol->Name < KiStringLength;
}

static BOOLEAN
KiIsKernelCode(ULONG_PTR Address)
{
    return Address >= (ULONG_PTR)KiTextStart && Address < (ULONG_PTR)KiTextEnd;
}

static const ELF64_SYMBOL *
KiFindSymbol(ULONG_PTR Address)
{
    const ELF64_SYMBOL *Best = NULL;

    for (ULONG64 Index = 0; Index < KiSymbolCount; Index++) {
        const ELF64_SYMBOL *Symbol = &KiSymbols[Index];

        if (KiIsCodeSymbol(Symbol) && Symbol->Value <= Address &&
            (Best == NULL || Symbol->Value > Best->Value)) {
            Best = Symbol;
        }
    }
    return Best;
}

ULONG_PTR
KiFunctionStart(ULONG_PTR Address)
{
    const ELF64_SYMBOL *Symbol = KiIsKernelCode(Address) ? KiFindSymbol(Address) : NULL;

    return (Symbol != NULL) ? Symbol->Value : 0;
}

/* "KeSetEvent+0x3f" for an address in the image's code; FALSE for any other. */
BOOLEAN
KiDescribeKernelAddress(ULONG_PTR Address, CHAR *Buffer, SIZE_T Size)
{
    const ELF64_SYMBOL *Best;

    if (!KiIsKernelCode(Address)) {
        return FALSE;
    }
    Best = KiFindSymbol(Address);
    if (Best == NULL) {
        RtlFormat(Buffer, Size, "dirql+0x%I64x",
                  (ULONG64)(Address - (ULONG_PTR)KiTextStart));
    } else {
        RtlFormat(Buffer, Size, "%s+0x%I64x", KiStrings + Best->Name,
                  (ULONG64)(Address - Best->Value));
    }
    return TRUE;
}
