/*
 * Host test of INTx routing: ICH9 and PIIX3 registers, swizzling through bridges, and
 * topologies that lie.
 */
#include "check.h"

#include "../../hal/intx.c"

#define MOCK_FUNCTIONS 8
#define NO_ROUTE       MAXULONG

typedef struct _MOCK_FUNCTION {
    HAL_PCI_ADDRESS Address;
    UCHAR HeaderType;
    UCHAR Secondary;
    UCHAR Subordinate;
    UCHAR Pin;
} MOCK_FUNCTION;

static MOCK_FUNCTION Functions[MOCK_FUNCTIONS];
static ULONG FunctionCount;

static ULONG
ReadMock(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width)
{
    for (ULONG Index = 0; Index < FunctionCount; Index++) {
        const MOCK_FUNCTION *Mock = &Functions[Index];
        if (Mock->Address.Bus != Address.Bus || Mock->Address.Device != Address.Device ||
            Mock->Address.Function != Address.Function) {
            continue;
        }
        switch (Offset) {
        case PCI_HEADER_TYPE:
            return Mock->HeaderType;
        case PCI_SECONDARY_BUS:
            return Mock->Secondary;
        case PCI_SUBORDINATE_BUS:
            return Mock->Subordinate;
        case PCI_INTERRUPT_PIN:
            return Mock->Pin;
        default:
            return 0x1234;
        }
    }
    return Width == 4 ? MAXULONG : (1U << (8 * Width)) - 1;
}

static void
Add(ULONG Bus, ULONG Device, ULONG Function, MOCK_FUNCTION Mock)
{
    Mock.Address = HalpPciAddress(Bus, Device, Function);
    Functions[FunctionCount++] = Mock;
}

static const HALP_ROUTING Ich9 = {
    .Chipset = HalpChipsetIch9,
    .SlotRoute = {0x3210, 0x3210, 0x3210, 0x3210, 0x0123, 0x0000, 0x7654}};
static const HALP_ROUTING Piix3 = {.Chipset = HalpChipsetPiix3,
                                   .PirqToIsa = {10, 11, 0x80, 0xC5}};

static ULONG
Route(const HALP_ROUTING *Routing, ULONG Device, ULONG Pin)
{
    HALP_PIN_TARGET Target;
    return HalpRouteRootPin(Routing, Device, Pin, &Target)
               ? Target.Number + (Target.Isa ? 1000 : 0)
               : NO_ROUTE;
}

static void
TestIch9(void)
{
    Check(Route(&Ich9, 2, 0) == 22, "q35 slot 2 INTA is PIRQ G, input 22");
    Check(Route(&Ich9, 3, 0) == 23 && Route(&Ich9, 3, 1) == 20, "slot 3 INTA, INTB");
    Check(Route(&Ich9, 25, 2) == 18, "slot 25 by its route register");
    Check(Route(&Ich9, 29, 0) == 19 && Route(&Ich9, 29, 3) == 16, "slot 29 reversed");
    Check(Route(&Ich9, 30, 0) == 20 && Route(&Ich9, 30, 3) == 23,
          "slot 30 is PIRQ E to H");
    Check(Route(&Ich9, 31, 0) == 20 && Route(&Ich9, 31, 3) == 23,
          "slot 31 by its register");
    Check(Route(&Ich9, 32, 0) == NO_ROUTE && Route(&Ich9, 2, 4) == NO_ROUTE,
          "no such slot, no such pin");
}

static void
TestPiix3(void)
{
    Check(Route(&Piix3, 1, 0) == 1010 && Route(&Piix3, 2, 0) == 1011,
          "pc: slots turn from PIRQ A");
    Check(Route(&Piix3, 0, 1) == 1010, "slot 0 does not underflow");
    Check(Route(&Piix3, 3, 0) == NO_ROUTE && Route(&Piix3, 4, 0) == NO_ROUTE,
          "a PIRQ that is not routed");
    HALP_ROUTING Unknown = {.Chipset = HalpChipsetUnknown};
    Check(Route(&Unknown, 2, 0) == NO_ROUTE, "an unknown chipset routes nothing");
}

/* Bus 0: root port 3.1; bus 1: a bridge at device 5; bus 2: the function at device 6. */
static void
TestBridges(void)
{
    ULONG Device, Pin;
    HAL_PCI_ADDRESS Bridge;
    FunctionCount = 0;
    Add(0, 3, 0, (MOCK_FUNCTION){.HeaderType = PCI_HEADER_MULTIFUNCTION});
    Add(0, 3, 1,
        (MOCK_FUNCTION){
            .HeaderType = PCI_HEADER_BRIDGE, .Secondary = 1, .Subordinate = 4});
    Add(1, 5, 0,
        (MOCK_FUNCTION){
            .HeaderType = PCI_HEADER_BRIDGE, .Secondary = 2, .Subordinate = 2});
    Add(2, 6, 0, (MOCK_FUNCTION){.Pin = 1});
    Add(0, 7, 0, (MOCK_FUNCTION){.Pin = 4});
    Add(0, 8, 0, (MOCK_FUNCTION){.Pin = 5});
    Add(0, 9, 0, (MOCK_FUNCTION){.Pin = 0});
    Check(HalpResolveRootPin(ReadMock, HalpPciAddress(0, 7, 0), &Device, &Pin) &&
              Device == 7 && Pin == 3,
          "a device on bus 0 drives its own pin");
    Check(HalpFindParentBridge(ReadMock, 2, &Bridge) && Bridge.Bus == 1 &&
              Bridge.Device == 5,
          "the bridge of a bus is found from above");
    Check(HalpResolveRootPin(ReadMock, HalpPciAddress(2, 6, 0), &Device, &Pin) &&
              Device == 3 && Pin == (6 + 5) % 4,
          "two bridges turn the pin twice");
    Check(!HalpResolveRootPin(ReadMock, HalpPciAddress(0, 8, 0), &Device, &Pin),
          "pin register 5 is no pin");
    Check(!HalpResolveRootPin(ReadMock, HalpPciAddress(0, 9, 0), &Device, &Pin),
          "a function without a pin");
    Check(!HalpFindParentBridge(ReadMock, 4, &Bridge), "a bus nobody has");
}

static void
TestLies(void)
{
    ULONG Device, Pin;
    FunctionCount = 0;
    Add(0, 3, 0,
        (MOCK_FUNCTION){
            .HeaderType = PCI_HEADER_BRIDGE, .Secondary = 0, .Subordinate = 255});
    Add(1, 3, 0,
        (MOCK_FUNCTION){
            .HeaderType = PCI_HEADER_BRIDGE, .Secondary = 1, .Subordinate = 255});
    Add(5, 0, 0, (MOCK_FUNCTION){.Pin = 1});
    Check(!HalpResolveRootPin(ReadMock, HalpPciAddress(5, 0, 0), &Device, &Pin),
          "bridges that lead to themselves end the search");
}

int
main(void)
{
    TestIch9();
    TestPiix3();
    TestBridges();
    TestLies();
    return CheckVerdict();
}
