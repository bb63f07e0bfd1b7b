/*
 * What every kernel test driver is made of: checks that print KTAP 1, and the thread that
 * runs them.
 *
 * DriverEntry calls KtapStart with the suite's routine. The routine runs in a system
 * thread at PASSIVE_LEVEL and proves its facts with ok() and its kin; each check begins
 * with the id of the rule of nt-contract.md that it proves. The plan is printed last, so
 * that a suite that dies half-way has none and fails. Checks print, so none stands in an
 * ISR: code above DISPATCH_LEVEL records what it sees, and the thread checks the record.
 *
 * Built against the public headers alone, like any driver.
 */
#pragma once

#include <ntddk.h>

#define KTAP_POISON 0x55
#define KTAP_TAG    0x7061746B /* "ktap" */

typedef VOID KTAP_SUITE(VOID);

typedef struct _KTAP_STATE {
    volatile LONG Checks;
    volatile LONG Failures;
    KTAP_SUITE *Suite;
    PDRIVER_OBJECT DriverObject;
    UNICODE_STRING RegistryPath; /* over Path: no pool, since suites are unloaded */
    WCHAR Path[128];
} KTAP_STATE;

/* One for the driver, however many of its files include this. */
__attribute__((selectany)) KTAP_STATE Ktap = {0};

/* Counts and prints one check. Any IRQL that may print. */
static inline BOOLEAN
KtapCheck(BOOLEAN Passed, PCSTR Name, PCSTR File, ULONG Line)
{
    LONG Number = InterlockedIncrement(&Ktap.Checks);

    if (Passed) {
        DbgPrint("ok %d - %s\n", Number, Name);
    } else {
        InterlockedIncrement(&Ktap.Failures);
        DbgPrint("not ok %d - %s # %s:%u\n", Number, Name, File, Line);
    }
    return Passed;
}

/* As KtapCheck, for two numbers that have to be equal; the failure says both. */
static inline BOOLEAN
KtapEqual(ULONG64 Actual, ULONG64 Expected, PCSTR Name, PCSTR File, ULONG Line)
{
    LONG Number;

    if (Actual == Expected) {
        return KtapCheck(TRUE, Name, File, Line);
    }
    Number = InterlockedIncrement(&Ktap.Checks);
    InterlockedIncrement(&Ktap.Failures);
    DbgPrint("not ok %d - %s # %s:%u got 0x%I64X, expected 0x%I64X\n", Number, Name, File,
             Line, Actual, Expected);
    return FALSE;
}

/* Name: "RULE-n what has to be so"; no number sign in it. */
#define ok(Condition, Name)                                                              \
    KtapCheck((Condition) ? TRUE : FALSE, Name, __FILE__, __LINE__)
#define ok_equal(Actual, Expected, Name)                                                 \
    KtapEqual((ULONG64)(Actual), (ULONG64)(Expected), Name, __FILE__, __LINE__)
#define ok_irql(Level, Name) ok_equal(KeGetCurrentIrql(), Level, Name)
#define ok_status(Status, Expected, Name)                                                \
    ok_equal((ULONG)(Status), (ULONG)(Expected), Name)

/* So that a member the initialiser forgets is not zero by luck. */
#define KtapPoison(Object) RtlFillMemory((Object), sizeof(*(Object)), KTAP_POISON)

/* A relative time of the wait routines. */
static inline LARGE_INTEGER
KtapMilliseconds(ULONG Count)
{
    LARGE_INTEGER Time;

    Time.QuadPart = -10000LL * Count;
    return Time;
}

static inline VOID
KtapSleep(ULONG Milliseconds)
{
    LARGE_INTEGER Time = KtapMilliseconds(Milliseconds);

    KeDelayExecutionThread(KernelMode, FALSE, &Time);
}

/* Waits up to ten seconds for *Value to become Expected; sleeps, so PASSIVE_LEVEL. */
static inline BOOLEAN
KtapAwait(volatile LONG *Value, LONG Expected)
{
    for (ULONG Turn = 0; Turn < 2000 && *Value != Expected; Turn++) {
        KtapSleep(5);
    }
    return *Value == Expected;
}

/* The same, spinning; any IRQL. */
static inline BOOLEAN
KtapSpinUntil(volatile LONG *Value, LONG Expected)
{
    for (ULONG Turn = 0; Turn < 500000 && *Value != Expected; Turn++) {
        KeStallExecutionProcessor(10);
    }
    return *Value == Expected;
}

/* The address of something on the stack this code runs on. */
#define KtapStackPointer() ((ULONG_PTR)__builtin_frame_address(0))

/* A system thread as an object to wait for and dereference; NULL when it failed. */
static inline PKTHREAD
KtapCreateThread(PKSTART_ROUTINE Routine, PVOID Context)
{
    OBJECT_ATTRIBUTES Attributes;
    PVOID Thread = NULL;
    HANDLE Handle;

    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (!NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL,
                                         NULL, Routine, Context))) {
        return NULL;
    }
    if (!NT_SUCCESS(ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsThreadType,
                                              KernelMode, &Thread, NULL))) {
        Thread = NULL;
    }
    ZwClose(Handle);
    return Thread;
}

/* Waits up to ten seconds for the end of a thread and lets go of it. */
static inline NTSTATUS
KtapJoinThread(PKTHREAD Thread)
{
    LARGE_INTEGER Limit = KtapMilliseconds(10000);
    NTSTATUS Status;

    Status = KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, &Limit);
    ObDereferenceObject(Thread);
    return Status;
}

static inline VOID NTAPI
KtapThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    DbgPrint("KTAP version 1\n");
    Ktap.Suite();
    DbgPrint("1..%d\n", Ktap.Checks);
    PsTerminateSystemThread(Ktap.Failures == 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL);
}

/* What a suite's DriverEntry returns: starts the thread that runs Suite. */
static inline NTSTATUS
KtapStart(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath, KTAP_SUITE *Suite)
{
    UNICODE_STRING Source = *RegistryPath; /* which may be the one in Ktap */
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Handle;
    NTSTATUS Status;

    Ktap.Suite = Suite;
    Ktap.DriverObject = DriverObject;
    if (Source.Length > sizeof(Ktap.Path)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlInitEmptyUnicodeString(&Ktap.RegistryPath, Ktap.Path, sizeof(Ktap.Path));
    RtlCopyUnicodeString(&Ktap.RegistryPath, &Source);
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL, NULL,
                                  KtapThread, NULL);
    if (NT_SUCCESS(Status)) {
        ZwClose(Handle);
    }
    return Status;
}
