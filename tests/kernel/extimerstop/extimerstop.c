/*
 * extimerstop: what stops the machine when a driver does it with a timer of the kernel's. One
 * error a boot.
 */
#include "../cases.h"

DRIVER_INITIALIZE DriverEntry;

#define TIMER_RULE 0xD1A00020 /* detail of 0xC4 */

#define EXPECT(Timer, P3, P4)                                                            \
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, TIMER_RULE, (ULONG_PTR)(Timer),   \
                   P3, P4)

static VOID
NegativePeriod(VOID)
{
    PEX_TIMER Timer = ExAllocateTimer(NULL, NULL, 0);

    EXPECT(Timer, (ULONG64)-10000, (ULONG64)-5);
    ExSetTimer(Timer, -10000, -5, NULL);
}

static VOID
LongPeriod(VOID)
{
    PEX_TIMER Timer = ExAllocateTimer(NULL, NULL, 0);

    EXPECT(Timer, (ULONG64)-10000, 0x80000000);
    ExSetTimer(Timer, -10000, 0x80000000LL, NULL);
}

/* A system time, which a precise timer does not take. */
static VOID
AbsolutePrecise(VOID)
{
    PEX_TIMER Timer = ExAllocateTimer(NULL, NULL, EX_TIMER_HIGH_RESOLUTION);

    EXPECT(Timer, 10000, 0);
    ExSetTimer(Timer, 10000, 0, NULL);
}

static VOID
WrongVersion(VOID)
{
    PEX_TIMER Timer = ExAllocateTimer(NULL, NULL, 0);
    static EXT_SET_PARAMETERS Parameters;

    Parameters.Version = 7;
    EXPECT(Timer, (ULONG_PTR)&Parameters, 7);
    ExSetTimer(Timer, -10000, 0, &Parameters);
}

static VOID
WaitWithoutCancel(VOID)
{
    PEX_TIMER Timer = ExAllocateTimer(NULL, NULL, 0);

    EXPECT(Timer, 0, 0);
    ExDeleteTimer(Timer, FALSE, TRUE, NULL);
}

static VOID
DeleteTwice(VOID)
{
    PEX_TIMER Timer = ExAllocateTimer(NULL, NULL, 0);

    ExSetTimer(Timer, -100000000, 0, NULL);
    ExDeleteTimer(Timer, FALSE, FALSE, NULL); /* it is there until it expires */
    EXPECT(Timer, 1, 0);
    ExDeleteTimer(Timer, FALSE, FALSE, NULL);
}

static VOID
Suite(VOID)
{
    static const KTAP_CASE Cases[] = {
        {L"negative", NegativePeriod},  {L"long", LongPeriod},
        {L"absolute", AbsolutePrecise}, {L"version", WrongVersion},
        {L"wait", WaitWithoutCancel},   {L"twice", DeleteTwice},
    };

    KtapRunCase(Cases, RTL_NUMBER_OF(Cases));
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, Suite);
}
