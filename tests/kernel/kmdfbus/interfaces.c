/*
 * Interfaces between the function driver, the children and the bus.
 */
#include "kmdfbus.h"

#include <wdmguid.h>

#define BYTES sizeof(SOCKET_INTERFACE)

static const GUID ChildGuid = {0x5D1F0002, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
static const GUID BusGuid = {0x5D1F0003, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
static const GUID ImportGuid = {0x5D1F0004, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
static const GUID RefusedGuid = {0x5D1F0005, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
static const GUID NobodysGuid = {0x5D1F0006, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};

static EVT_WDF_DEVICE_PROCESS_QUERY_INTERFACE_REQUEST Process;

/* An interface with one word more than the general head. */
typedef struct _SOCKET_INTERFACE {
    INTERFACE Head;
    ULONG Number;
} SOCKET_INTERFACE;

static volatile LONG References;
static WDFDEVICE Asked;

static VOID NTAPI
Reference(PVOID Context)
{
    InterlockedAdd(&References, (LONG)(ULONG_PTR)Context);
}

static VOID NTAPI
Dereference(PVOID Context)
{
    InterlockedAdd(&References, -(LONG)(ULONG_PTR)Context);
}

static NTSTATUS NTAPI
Process(WDFDEVICE Device, const GUID *Type, PINTERFACE Exposed, PVOID Data)
{
    UNREFERENCED_PARAMETER(Data);
    Asked = Device;
    if (IsEqualGUID(Type, &RefusedGuid)) {
        return STATUS_DEVICE_BUSY;
    }
    ((SOCKET_INTERFACE *)Exposed)->Number++;
    return STATUS_SUCCESS;
}

/* Offers an interface of that number. */
static NTSTATUS
Offer(WDFDEVICE Device, const GUID *Type, ULONG Number, BOOLEAN ToParent)
{
    SOCKET_INTERFACE Interface = {{BYTES, 1, (PVOID)1, Reference, Dereference}, Number};
    WDF_QUERY_INTERFACE_CONFIG Config;

    WDF_QUERY_INTERFACE_CONFIG_INIT(&Config, &Interface.Head, Type, Process);
    Config.SendQueryToParentStack = ToParent;
    return WdfDeviceAddQueryInterface(Device, &Config);
}

static NTSTATUS
Ask(WDFDEVICE Device, const GUID *Type, SOCKET_INTERFACE *Interface, USHORT Size)
{
    Asked = NULL;
    return WdfFdoQueryForInterface(Device, Type, &Interface->Head, Size, 1, NULL);
}

static VOID
TestBadOffers(WDFDEVICE Child)
{
    INTERFACE Interface = {sizeof(Interface), 1, NULL, NULL, Dereference};
    WDF_QUERY_INTERFACE_CONFIG Config;

    WDF_QUERY_INTERFACE_CONFIG_INIT(&Config, &Interface, &ChildGuid, NULL);
    ok_status(WdfDeviceAddQueryInterface(Child, &Config), STATUS_INVALID_PARAMETER,
              "WdfDeviceAddQueryInterface: without a reference routine");
    Interface.InterfaceReference = Reference;
    Config.Size--;
    ok_status(WdfDeviceAddQueryInterface(Child, &Config), STATUS_INFO_LENGTH_MISMATCH,
              "WdfDeviceAddQueryInterface: the Size");
    WDF_QUERY_INTERFACE_CONFIG_INIT(&Config, NULL, &ChildGuid, Process);
    ok_status(WdfDeviceAddQueryInterface(Child, &Config), STATUS_INVALID_PARAMETER,
              "WdfDeviceAddQueryInterface: no interface");
    WDF_QUERY_INTERFACE_CONFIG_INIT(&Config, &Interface, NULL, Process);
    ok_status(WdfDeviceAddQueryInterface(Child, &Config), STATUS_INVALID_PARAMETER,
              "WdfDeviceAddQueryInterface: no type");
    ok_status(Offer(Bus.Device, &ChildGuid, 1, TRUE), STATUS_INVALID_PARAMETER,
              "WdfDeviceAddQueryInterface: to the parent, of what is no child");
}

static VOID
TestOffers(WDFDEVICE Child)
{
    SOCKET_INTERFACE Interface = {.Number = 0};

    ok_status(Ask(Bus.Function, &ChildGuid, &Interface, BYTES), STATUS_SUCCESS,
              "WdfFdoQueryForInterface: down the stack, from the function to the child");
    ok(Asked == Child && Interface.Number == 11 && References == 1,
       "EvtDeviceProcessQueryInterfaceRequest: fills a copy, which is referenced");
    Interface.Head.InterfaceDereference(Interface.Head.Context);
    ok_status(Ask(Bus.Function, &ChildGuid, &Interface, BYTES - 1),
              STATUS_INVALID_BUFFER_SIZE, "WdfFdoQueryForInterface: too little room");
    ok(Asked == NULL && References == 0,
       "EvtDeviceProcessQueryInterfaceRequest: not then");
    ok_status(Ask(Bus.Function, &BusGuid, &Interface, BYTES), STATUS_SUCCESS,
              "SendQueryToParentStack: the bus answers for its child");
    ok(Asked == Bus.Device && Interface.Number == 21 && References == 1,
       "SendQueryToParentStack: with the bus's own interface");
    Interface.Head.InterfaceDereference(Interface.Head.Context);
    ok_status(Ask(Bus.Function, &RefusedGuid, &Interface, BYTES), STATUS_DEVICE_BUSY,
              "EvtDeviceProcessQueryInterfaceRequest: refuses");
    ok_equal(References, 0, "EvtDeviceProcessQueryInterfaceRequest: no reference then");
    Interface.Number = 40;
    ok_status(Ask(Bus.Function, &ImportGuid, &Interface, BYTES), STATUS_SUCCESS,
              "ImportInterface: without an interface of the driver's");
    ok_equal(Interface.Number, 41,
             "ImportInterface: the callback sees what was asked with");
    ok_status(Ask(Bus.Function, &NobodysGuid, &Interface, BYTES), STATUS_NOT_SUPPORTED,
              "WdfFdoQueryForInterface: nobody offers it");
}

/* The bus's own stack ends in the PCI bus. */
static VOID
TestBusInterface(VOID)
{
    BUS_INTERFACE_STANDARD Pci;
    USHORT Vendor = 0;

    ok_status(WdfFdoQueryForInterface(Bus.Device, &GUID_BUS_INTERFACE_STANDARD,
                                      (PINTERFACE)&Pci, sizeof(Pci), 1, NULL),
              STATUS_SUCCESS, "WdfFdoQueryForInterface: of the driver below");
    Pci.GetBusData(Pci.Context, PCI_WHICHSPACE_CONFIG, &Vendor, 0, sizeof(Vendor));
    ok_equal(Vendor, 0x1234, "GUID_BUS_INTERFACE_STANDARD: it works");
    Pci.InterfaceDereference(Pci.Context);
}

VOID
TestInterfaces(VOID)
{
    CHILD_IDENTIFICATION Id = Identify(1);
    WDF_QUERY_INTERFACE_CONFIG Import;
    WDF_CHILD_RETRIEVE_INFO Info;
    WDFDEVICE Child;

    WDF_CHILD_RETRIEVE_INFO_INIT(&Info, &Id.Header);
    Child = WdfChildListRetrievePdo(Bus.List, &Info);
    TestBadOffers(Child);
    WDF_QUERY_INTERFACE_CONFIG_INIT(&Import, NULL, &ImportGuid, Process);
    Import.ImportInterface = TRUE;
    ok(NT_SUCCESS(Offer(Child, &ChildGuid, 10, FALSE)) &&
           NT_SUCCESS(Offer(Child, &RefusedGuid, 0, FALSE)) &&
           NT_SUCCESS(Offer(Child, &BusGuid, 0, TRUE)) &&
           NT_SUCCESS(WdfDeviceAddQueryInterface(Child, &Import)) &&
           NT_SUCCESS(Offer(Bus.Device, &BusGuid, 20, FALSE)),
       "WdfDeviceAddQueryInterface: by the child and the bus");
    TestOffers(Child);
    TestBusInterface();
}
