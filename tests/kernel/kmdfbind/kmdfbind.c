/*
 * kmdfbind: WDFLDR.SYS as the entry stubs of every KMDF version call it, and as no stub
 * should.
 */
#include "../ktap.h"

#include <wdfldr.h>
#include <wdffuncenum.h>

DRIVER_INITIALIZE DriverEntry;

#define GUARD ((WDFFUNC)(ULONG_PTR)0x5555555555555555)

static const ULONG Counts[] = {383, 386, 387, 396, 432, 438, 444,
                               446, 448, 451, 453, 454, 458};

static WDFFUNC Table[WdfFunctionTableNumEntries + 1];
static const WDFFUNC *Pointer;

/* Bind information of a client with Count functions. */
static VOID
Describe(PWDF_BIND_INFO Info, ULONG Count)
{
    RtlZeroMemory(Info, sizeof(*Info));
    Info->Size = sizeof(*Info);
    Info->Component = L"KmdfLibrary";
    Info->Version.Major = 1;
    Info->Version.Minor = 9;
    Info->FuncCount = Count;
    Info->FuncTable = Count < 444 ? Table : (WDFFUNC *)&Pointer;
    Pointer = NULL;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Table); Index++) {
        Table[Index] = GUARD;
    }
}

static NTSTATUS
Bind(PWDF_BIND_INFO Info, PWDF_DRIVER_GLOBALS *Globals)
{
    *Globals = NULL;
    return WdfVersionBind(Ktap.DriverObject, &Ktap.RegistryPath, Info, Globals);
}

/* Binds one count and looks at where the functions came to stand. */
static VOID
TestCount(ULONG Count)
{
    const WDFFUNC *Functions;
    PWDF_DRIVER_GLOBALS Globals;
    WDF_BIND_INFO Info;
    ULONG Missing = 0;

    Describe(&Info, Count);
    if (!ok_status(Bind(&Info, &Globals), STATUS_SUCCESS,
                   "driver-binary-interface 4: a FuncCount of some KMDF 1.x is bound")) {
        return;
    }
    Functions = Count < 444 ? Table : Pointer;
    for (ULONG Index = 0; Index < Count; Index++) {
        Missing += Functions[Index] == NULL || Functions[Index] == GUARD;
    }
    ok_equal(Missing, 0, "driver-binary-interface 4: every slot leads somewhere");
    ok((Count < 444) == (Table[0] != GUARD),
       "driver-binary-interface 4: through 1.13 the pointers are copied");
    ok(Table[Count < 444 ? Count : 0] == GUARD,
       "driver-binary-interface 4: and nothing behind them is touched");
    ok(Globals->Driver == NULL && strcmp(Globals->DriverName, "kmdfbind") == 0,
       "driver-binary-interface 4: the globals name the driver");
    WdfVersionUnbind(&Ktap.RegistryPath, &Info, Globals);
}

static VOID
TestRefusals(VOID)
{
    static const ULONG Unknown[] = {0, 1, 382, 384, 439, 443, 445, 457, 459, MAXULONG};
    PWDF_DRIVER_GLOBALS Globals;
    WDF_BIND_INFO Info;

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Unknown); Index++) {
        Describe(&Info, Unknown[Index]);
        ok(Bind(&Info, &Globals) == STATUS_INVALID_PARAMETER && Globals == NULL,
           "driver-binary-interface 4: a FuncCount no KMDF had is refused");
    }
    Describe(&Info, 458);
    Info.Version.Major = 2;
    ok_status(Bind(&Info, &Globals), STATUS_REVISION_MISMATCH,
              "driver-binary-interface 4: UMDF's or a future major version is refused");
    Describe(&Info, 458);
    Info.Version.Minor = 34;
    DbgPrint("# expect line ^wdf: kmdfbind: not bound: .* asks for minor version 34$\n");
    ok_status(Bind(&Info, &Globals), STATUS_REVISION_MISMATCH,
              "driver-binary-interface 4: a newer client is refused");
    Describe(&Info, 458);
    Info.Size = 0x20;
    ok_status(Bind(&Info, &Globals), STATUS_INFO_LENGTH_MISMATCH,
              "driver-binary-interface 4: a wrong Size is refused");
    Describe(&Info, 458);
    Info.Component = L"UmdfLibrary";
    ok_status(Bind(&Info, &Globals), STATUS_NOT_SUPPORTED,
              "driver-binary-interface 4: another component is refused");
    Describe(&Info, 458);
    Info.FuncTable = NULL;
    ok_status(Bind(&Info, &Globals), STATUS_INVALID_PARAMETER,
              "driver-binary-interface 4: so is one without a table");
}

/* A stub of 1.25 or later says what it can live with. */
static VOID
TestNewerClient(VOID)
{
    PWDF_DRIVER_GLOBALS Globals;
    ULONG Minimum = 15, Count = 0;
    BOOLEAN Higher = FALSE;
    WDF_BIND_INFO2 Info;

    RtlZeroMemory(&Info, sizeof(Info));
    Describe(&Info.Base, 458);
    Info.Base.Size = sizeof(Info);
    Info.Base.Version.Minor = 35;
    Info.MinimumVersionRequired = &Minimum;
    Info.ClientVersionHigherThanFramework = &Higher;
    Info.FuncCountPtr = &Count;
    if (ok_status(
            Bind(&Info.Base, &Globals), STATUS_SUCCESS,
            "driver-binary-interface 4: a newer client that can do with less is bound")) {
        ok(Higher, "driver-binary-interface 4: and told that the framework is older");
        ok_equal(Count, 458, "driver-binary-interface 4: and how many functions it has");
        WdfVersionUnbind(&Ktap.RegistryPath, &Info.Base, Globals);
    }
    Minimum = 34;
    ok_status(Bind(&Info.Base, &Globals), STATUS_REVISION_MISMATCH,
              "driver-binary-interface 4: a minimum beyond the framework is refused");
}

static VOID
BindTests(VOID)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Counts); Index++) {
        TestCount(Counts[Index]);
    }
    TestRefusals();
    TestNewerClient();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, BindTests);
}
