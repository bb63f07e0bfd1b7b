/*
 * spurious: what arrives and belongs to nobody. The spurious vector and the two ghosts of
 * the 8259s come by INT n, from a thread and from inside an ISR, whose interrupt a wrong
 * EOI would end; a vector without owner comes from edu, whose message (msi=1) is pointed
 * at it.
 */
#include <initguid.h>
#include <wdmguid.h>

#include <recorder.h>

DRIVER_INITIALIZE DriverEntry;

#define SPURIOUS_VECTOR 0xDF
#define GHOST_1         0x37
#define GHOST_2         0x3F
#define PIC1_MASKS      0x21
#define PIC2_MASKS      0xA1

#define APIC_PHYSICAL   0xFEE00000
#define APIC_SIZE       0x1000
#define APIC_IN_SERVICE 0x100 /* eight registers, 32 vectors each, 16 bytes apart */

#define MSI_CAPABILITY  0x05
#define CAPABILITY_LIST 0x34
#define MSI_DATA_64     0x0C /* of a function with 64-bit message addresses */
#define MSI_VECTOR_MASK 0xFF
#define HIGHEST_VECTOR  0xBF
#define LOWEST_VECTOR   0x30

static PUCHAR Apic;
static BUS_INTERFACE_STANDARD Bus;

static BOOLEAN
IsInService(ULONG Vector)
{
    ULONG Word =
        READ_REGISTER_ULONG((PULONG)(Apic + APIC_IN_SERVICE + Vector / 32 * 0x10));

    return (Word >> Vector % 32 & 1) != 0;
}

static ULONG
Arrivals(ULONG Vector)
{
    return DirqlQueryArrivals(Device.Processor, Vector);
}

/* INT n for each of the three; what it costs is in the caller's hands. */
static VOID
ExecuteInterrupts(VOID)
{
    __asm__ __volatile__("int %0" : : "i"(SPURIOUS_VECTOR) : "memory");
    __asm__ __volatile__("int %0" : : "i"(GHOST_1) : "memory");
    __asm__ __volatile__("int %0" : : "i"(GHOST_2) : "memory");
}

static VOID
CheckArrivals(const ULONG Before[3], PCSTR Spurious, PCSTR Ghosts)
{
    ok_equal(Arrivals(SPURIOUS_VECTOR), Before[0] + 1, Spurious);
    ok(Arrivals(GHOST_1) == Before[1] + 1 && Arrivals(GHOST_2) == Before[2] + 1, Ghosts);
}

static VOID
TestFromThread(VOID)
{
    ULONG Before[3] = {Arrivals(SPURIOUS_VECTOR), Arrivals(GHOST_1), Arrivals(GHOST_2)};

    KeSetSystemAffinityThread(Device.Affinity);
    ExecuteInterrupts();
    ok_irql(PASSIVE_LEVEL, "SPR-2 the level is what it was");
    KeRevertToUserAffinityThread();
    CheckArrivals(Before, "SPR-2 a spurious interrupt is counted",
                  "SPR-3 the 8259s' two ghosts are counted, each by its vector");
    ok_equal(READ_PORT_UCHAR((PUCHAR)PIC1_MASKS), 0xFF,
             "SPR-3 the first 8259 has every line masked");
    ok_equal(READ_PORT_UCHAR((PUCHAR)PIC2_MASKS), 0xFF, "SPR-3 and so has the second");
}

/* What the ISR below saw; Calls is written last. */
static struct {
    BOOLEAN InServiceBefore, InServiceAfter;
    KIRQL IrqlAfter;
    volatile LONG Calls;
} Seen;

static BOOLEAN NTAPI
InterruptingIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    if (Seen.Calls == 0) {
        Seen.InServiceBefore = IsInService(Device.Vector);
        ExecuteInterrupts();
        Seen.InServiceAfter = IsInService(Device.Vector);
        Seen.IrqlAfter = KeGetCurrentIrql();
    }
    Seen.Calls++;
    return TRUE;
}

static VOID
TestFromIsr(VOID)
{
    ULONG Before[3] = {Arrivals(SPURIOUS_VECTOR), Arrivals(GHOST_1), Arrivals(GHOST_2)};
    PKINTERRUPT Object;

    ok_status(IoConnectInterrupt(&Object, InterruptingIsr, NULL, NULL, Device.Vector,
                                 Device.Irql, Device.Irql, Device.Mode, FALSE,
                                 Device.Affinity, FALSE),
              STATUS_SUCCESS, "CON-1 edu's message is connected");
    DeviceWrite(EDU_RAISE, 1);
    if (ok(KtapAwait(&Seen.Calls, 1), "ISR-1 its ISR is called")) {
        ok(Seen.InServiceBefore, "SPR-2 in an ISR its vector is in service");
        ok(Seen.InServiceAfter, "SPR-2 SPR-3 what the APIC did not deliver gets no EOI: "
                                "the ISR's own vector is in service still");
        ok_equal(Seen.IrqlAfter, Device.Irql, "SPR-2 and the level is the ISR's");
    }
    CheckArrivals(Before, "SPR-2 a spurious interrupt inside an ISR is counted",
                  "SPR-3 and so are the ghosts");
    DeviceWrite(EDU_RAISE, 1);
    ok(KtapAwait(&Seen.Calls, 2), "SPR-2 the device's next interrupt arrives");
    IoDisconnectInterrupt(Object);
}

static ULONG
ReadConfiguration(ULONG Offset, ULONG Length)
{
    ULONG Value = 0;

    Bus.GetBusData(Bus.Context, PCI_WHICHSPACE_CONFIG, &Value, Offset, Length);
    return Value;
}

static NTSTATUS
QueryBusInterface(VOID)
{
    PDEVICE_OBJECT Lower = Device.Physical;
    KEVENT Event;
    IO_STATUS_BLOCK Block;
    PIO_STACK_LOCATION Stack;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Lower, NULL, 0, NULL, &Event, &Block);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
    Stack->Parameters.QueryInterface.InterfaceType = &GUID_BUS_INTERFACE_STANDARD;
    Stack->Parameters.QueryInterface.Size = sizeof(Bus);
    Stack->Parameters.QueryInterface.Version = 1;
    Stack->Parameters.QueryInterface.Interface = (PINTERFACE)&Bus;
    Status = IoCallDriver(Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Block.Status;
    }
    return Status;
}

/* A device's vector without owner: its gate leads where that of HIGHEST_VECTOR does not. */
static ULONG
FindFreeVector(VOID)
{
    DIRQL_INTERRUPT_SOURCE Source;
    ULONG Vector = HIGHEST_VECTOR;

    while (Vector > LOWEST_VECTOR &&
           DirqlQuerySource(Device.Processor, Vector, &Source)) {
        Vector--;
    }
    return Vector;
}

/* Waits up to a second for Vector to have arrived Wanted times. */
static BOOLEAN
AwaitArrivals(ULONG Vector, ULONG Wanted)
{
    for (ULONG Turn = 0; Turn < 200 && Arrivals(Vector) != Wanted; Turn++) {
        KtapSleep(5);
    }
    return Arrivals(Vector) == Wanted;
}

static VOID
TestUnowned(VOID)
{
    ULONG Capability, Data, Stray = FindFreeVector();
    ULONG Before = Arrivals(Stray);
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED;

    ok_status(QueryBusInterface(), STATUS_SUCCESS, "the bus driver has its interface");
    Capability = ReadConfiguration(CAPABILITY_LIST, 1);
    ok_equal(ReadConfiguration(Capability, 1), MSI_CAPABILITY, "edu's capability is MSI");
    Data = ReadConfiguration(Capability + MSI_DATA_64, 2);
    ok_equal(Data & MSI_VECTOR_MASK, Device.Vector, "MSI-8 its message says its vector");
    ConnectAs(&Version, &Recorder); /* a message is let through while it is connected */

    Stray |= Data & ~MSI_VECTOR_MASK;
    Bus.SetBusData(Bus.Context, PCI_WHICHSPACE_CONFIG, &Stray, Capability + MSI_DATA_64,
                   2);
    Stray &= MSI_VECTOR_MASK;
    DeviceWrite(EDU_RAISE, 1);
    ok(AwaitArrivals(Stray, Before + 1), "SPR-3 a message to a vector without owner is "
                                         "counted by vector");
    ok_equal(Recorder.Calls, 0, "SPR-3 and nobody's ISR is called");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    DeviceWrite(EDU_RAISE, 1);
    ok(AwaitArrivals(Stray, Before + 2), "SPR-3 it was ended: the next one arrives");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    Bus.SetBusData(Bus.Context, PCI_WHICHSPACE_CONFIG, &Data, Capability + MSI_DATA_64,
                   2);
    ok(RaiseAndAwait(&Recorder), "SPR-3 the message's own vector serves as before");
    DisconnectAs(Version, &Recorder);
}

static VOID
SpuriousTests(VOID)
{
    PHYSICAL_ADDRESS Physical;

    Physical.QuadPart = APIC_PHYSICAL;
    DbgPrint("# expect line ^unexpected: vector 0x37 on processor \\d+, 2 times\n");
    DbgPrint("# expect line ^unexpected: vector 0xB. on processor \\d+, 2 times\n");
    Apic = MmMapIoSpace(Physical, APIC_SIZE, MmNonCached);
    if (!ok(Apic != NULL, "the local APIC's registers can be read")) {
        return;
    }
    TestFromThread();
    TestFromIsr();
    TestUnowned();
    MmUnmapIoSpace(Apic, APIC_SIZE);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, SpuriousTests);
}
