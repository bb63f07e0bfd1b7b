/*
 * Imports: each slot of the import address table gets the address of the routine or
 * variable it names.
 *
 * The whole table is gone through before a verdict, so that one attempt names everything
 * that is missing. All modules a driver can import from are this kernel, one export
 * table.
 */
#include "ldrp.h"
#include <internal/rtl.h>

/* Modules whose exports stand in the kernel's own table. Compared without case. */
static const CHAR *const LdrpServedModules[] = {"ntoskrnl.exe", "hal.dll", "wdfldr.sys"};

static const LDR_VERIFIER *LdrpVerifier; /* NULL: nobody verifies */

VOID
LdrSetVerifier(const LDR_VERIFIER *Verifier)
{
    LdrpVerifier = Verifier;
}

static BOOLEAN
LdrpIsServedModule(const CHAR *Module)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(LdrpServedModules); Index++) {
        if (RtlCompareTextNoCase(Module, LdrpServedModules[Index], MAXULONG_PTR) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A damaged table ends the binding at once: what follows it cannot be trusted to be
 * names. */
static NTSTATUS
LdrpDamagedImports(const LDRP_IMAGE *Image)
{
    DbgPrint("%s: the import table is damaged\n", Image->Name);
    return STATUS_INVALID_IMAGE_FORMAT;
}

/* Binds the slot at Slot, whose thunk value is Thunk. */
static NTSTATUS
LdrpBindOne(const LDRP_IMAGE *Image, const CHAR *Module, ULONG64 Thunk, ULONG64 Slot)
{
    const CHAR *Name;
    PVOID Address;

    if ((Thunk & IMAGE_ORDINAL_FLAG64) != 0) {
        DbgPrint("%s: import %s!#%u is by ordinal, which is not supported\n", Image->Name,
                 Module, (ULONG)(Thunk & 0xFFFF));
        return STATUS_ENTRYPOINT_NOT_FOUND;
    }
    Name = LdrpString(&Image->Memory, Thunk + FIELD_OFFSET(IMAGE_IMPORT_BY_NAME, Name));
    if (Name == NULL) {
        return LdrpDamagedImports(Image);
    }
    Address = LdrFindExport(Name);
    if (Address == NULL) {
        DbgPrint("%s: import %s!%s not found\n", Image->Name, Module, Name);
        return STATUS_ENTRYPOINT_NOT_FOUND;
    }
    if (Image->Verified) {
        Address = LdrpVerifier->FindRoutine(Name, Address);
    }
    return LdrpWriteQuad(Image, Slot, (ULONG_PTR)Address) ? STATUS_SUCCESS
                                                          : LdrpDamagedImports(Image);
}

static NTSTATUS
LdrpBindModule(const LDRP_IMAGE *Image, const IMAGE_IMPORT_DESCRIPTOR *Descriptor)
{
    const CHAR *Module = LdrpString(&Image->Memory, Descriptor->Name);
    /* Old linkers leave out the table of names: then the slots themselves hold it. */
    ULONG Names = Descriptor->OriginalFirstThunk != 0 ? Descriptor->OriginalFirstThunk
                                                      : Descriptor->FirstThunk;
    NTSTATUS Verdict = STATUS_SUCCESS;

    if (Module == NULL) {
        return LdrpDamagedImports(Image);
    }
    if (!LdrpIsServedModule(Module)) {
        DbgPrint("%s: imports from %s, which this kernel does not have\n", Image->Name,
                 Module);
        return STATUS_ENTRYPOINT_NOT_FOUND;
    }
    for (ULONG Index = 0; Index < LDRP_MAXIMUM_IMPORTS; Index++) {
        ULONG64 Skip = (ULONG64)Index * sizeof(ULONG64);
        ULONG64 Thunk;
        NTSTATUS Status;

        if (!LdrpRead(&Image->Memory, Names + Skip, &Thunk, sizeof(Thunk))) {
            return LdrpDamagedImports(Image);
        }
        if (Thunk == 0) {
            return Verdict;
        }
        Status = LdrpBindOne(Image, Module, Thunk, Descriptor->FirstThunk + Skip);
        if (Status == STATUS_INVALID_IMAGE_FORMAT) {
            return Status;
        }
        Verdict = NT_SUCCESS(Verdict) ? Status : Verdict;
    }
    return LdrpDamagedImports(Image);
}

/*
 * Binds every import of a laid-out image. Prints one line for each that is missing.
 * STATUS_ENTRYPOINT_NOT_FOUND: something is missing; STATUS_INVALID_IMAGE_FORMAT: the
 * table is damaged or has no end. PASSIVE_LEVEL.
 */
NTSTATUS
LdrpBindImports(PLDRP_IMAGE Image)
{
    const IMAGE_DATA_DIRECTORY *Table = &Image->Directories[IMAGE_DIRECTORY_ENTRY_IMPORT];
    NTSTATUS Verdict = STATUS_SUCCESS;
    IMAGE_IMPORT_DESCRIPTOR Descriptor;

    Image->Verified = LdrpVerifier != NULL && LdrpVerifier->IsVerified(Image->Name);
    if (Table->VirtualAddress == 0) {
        return STATUS_SUCCESS;
    }
    for (ULONG Index = 0; Index < LDRP_MAXIMUM_MODULES; Index++) {
        NTSTATUS Status;

        if (!LdrpRead(&Image->Memory,
                      Table->VirtualAddress + (ULONG64)Index * sizeof(Descriptor),
                      &Descriptor, sizeof(Descriptor))) {
            break;
        }
        if (Descriptor.Name == 0 || Descriptor.FirstThunk == 0) {
            return Verdict;
        }
        Status = LdrpBindModule(Image, &Descriptor);
        if (Status == STATUS_INVALID_IMAGE_FORMAT) {
            return Status;
        }
        Verdict = NT_SUCCESS(Verdict) ? Status : Verdict;
    }
    return LdrpDamagedImports(Image);
}
