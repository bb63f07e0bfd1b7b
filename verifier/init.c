/*
 * Who is verified, and what a verified driver's imports are bound to.
 */
#include "vf.h"

BOOLEAN VfEnabled;

/* The option's value: "on", or names with commas between. It lives as long as the options. */
static const CHAR *VfNames;
static ULONG VfNamesLength;

static BOOLEAN
VfIsWord(const CHAR *Word, SIZE_T Length, const CHAR *Text)
{
    return Length == strlen(Text) && RtlCompareTextNoCase(Word, Text, Length) == 0;
}

/* One of the names of the list, or any when the list is "on". */
static BOOLEAN
VfIsVerifiedName(const CHAR *BaseName)
{
    const CHAR *End = VfNames + VfNamesLength;

    if (VfIsWord(VfNames, VfNamesLength, "on")) {
        return TRUE;
    }
    for (const CHAR *Word = VfNames; Word < End;) {
        const CHAR *Next = Word;

        while (Next < End && *Next != ',') {
            Next++;
        }
        if (VfIsWord(Word, (SIZE_T)(Next - Word), BaseName)) {
            return TRUE;
        }
        Word = Next + 1;
    }
    return FALSE;
}

static PVOID
VfFindWrapper(const CHAR *Name)
{
    for (const LDR_EXPORT *Entry = VfWrapperTableStart; Entry < VfWrapperTableEnd;
         Entry++) {
        if (strcmp(Entry->Name, Name) == 0) {
            return (PVOID)Entry->Address;
        }
    }
    return NULL;
}

/* What an import of Name, which is Routine, is bound to. */
static PVOID
VfFindRoutine(const CHAR *Name, PVOID Routine)
{
    PVOID Found = VfFindWrapper(Name);

    if (Found == NULL) {
        Found = VfFindRuleStub(Name, Routine);
    }
    return (Found != NULL) ? Found : Routine;
}

BOOLEAN
VfIsVerifiedAddress(ULONG_PTR Address)
{
    PKLDR_DATA_TABLE_ENTRY Image = LdrFindImage(Address);

    return Image != NULL && Image->Verified;
}

VOID
VfInitialize(const CHAR *Options)
{
    static const LDR_VERIFIER Verifier = {VfIsVerifiedName, VfFindRoutine};

    VfNames = RtlQueryOption(Options, "verifier", &VfNamesLength);
    if (VfNames == NULL || VfNamesLength == 0 ||
        VfIsWord(VfNames, VfNamesLength, "off")) {
        return;
    }
    if (!VfInitializeLockOrder()) {
        KePrint("dirql: no memory for the verifier\n");
        return;
    }
    VfEnabled = TRUE;
    VfObserveCalls();
    LdrSetVerifier(&Verifier);
    ExInitializeTracking(Options);
    KePrint("dirql: verifier: %.*s\n", (int)VfNamesLength, VfNames);
}

VOID
VfPrintReport(VOID)
{
    if (VfEnabled) {
        VfPrintTimes();
        ExPrintTracking();
    }
}

/*
 * A routine by its name, as for an import: a verified driver must not get round the verifier
 * by asking. PASSIVE_LEVEL.
 */
static PVOID NTAPI
VfMmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    CHAR Name[64];
    SIZE_T Count = SystemRoutineName->Length / sizeof(WCHAR);
    PVOID Routine = MmGetSystemRoutineAddress(SystemRoutineName);

    if (Routine == NULL || Count >= sizeof(Name)) {
        return Routine;
    }
    RtlNarrowText(Name, SystemRoutineName->Buffer, Count);
    Name[Count] = '\0';
    return VfFindRoutine(Name, Routine);
}
VERIFY(MmGetSystemRoutineAddress);
