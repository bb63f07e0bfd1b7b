"""Requests, devices and drivers: `nt irp`, `nt devices`, `nt drivers`."""

from . import base

IO_TYPE_DEVICE, IO_TYPE_DRIVER, IO_TYPE_IRP = 3, 4, 6
MAJORS = ("CREATE", "CREATE_NAMED_PIPE", "CLOSE", "READ", "WRITE", "QUERY_INFORMATION",
          "SET_INFORMATION", "QUERY_EA", "SET_EA", "FLUSH_BUFFERS",
          "QUERY_VOLUME_INFORMATION", "SET_VOLUME_INFORMATION", "DIRECTORY_CONTROL",
          "FILE_SYSTEM_CONTROL", "DEVICE_CONTROL", "INTERNAL_DEVICE_CONTROL", "SHUTDOWN",
          "LOCK_CONTROL", "CLEANUP", "CREATE_MAILSLOT", "QUERY_SECURITY", "SET_SECURITY",
          "POWER", "SYSTEM_CONTROL", "DEVICE_CHANGE", "QUERY_QUOTA", "SET_QUOTA", "PNP")
# IO_STACK_LOCATION.Control
CONTROL = ((0x40, "Success"), (0x80, "Error"), (0x20, "Cancel"), (0x01, "pending"))
ARGUMENTS = 0x8  # where IO_STACK_LOCATION.Parameters begins


def typed(address, tag, kind):
    """A structure that begins with a type number; NtError when it is another one."""
    value = base.at(address, tag)
    if int(value["Type"]) != kind:
        raise base.NtError(f"0x{address:016x} is no {tag[1:]} (its Type is "
                           f"{int(value['Type'])}, not {kind})")
    return value


def driver_name(device):
    """The name of the driver of a DEVICE_OBJECT's address."""
    if not device:
        return ""
    driver = base.pointer(typed(device, "_DEVICE_OBJECT", IO_TYPE_DEVICE)["DriverObject"])
    name = base.unicode_string(typed(driver, "_DRIVER_OBJECT", IO_TYPE_DRIVER)["DriverName"])
    return name or "(kernel)"


def print_location(address, current):
    """One IO_STACK_LOCATION."""
    stack = base.at(address, "_IO_STACK_LOCATION")
    major, minor = int(stack["MajorFunction"]), int(stack["MinorFunction"])
    control = int(stack["Control"])
    device = base.pointer(stack["DeviceObject"])
    routine, context = base.pointer(stack["CompletionRoutine"]), base.pointer(stack["Context"])
    name = f"IRP_MJ_{MAJORS[major]}" if major < len(MAJORS) else "N/A"
    words = " ".join(text for bit, text in CONTROL if control & bit)
    print(f"{'>' if current else ' '}[{name}({major:x}), {minor:x}]")
    print(f"           {int(stack['Flags']):2x} {control:2x} {device:016x} "
          f"{base.pointer(stack['FileObject']):016x} {routine:016x}-{context:016x} {words}")
    if device:
        print(f"              {driver_name(device)}"
              f"{'  ' + base.describe(routine) if routine else ''}")
    print("              Args: " + " ".join(
        f"{base.word(address + ARGUMENTS + 8 * index):016x}" for index in range(4)))


@base.command("irp")
def show_irp(words):
    """One I/O request packet: nt irp ADDRESS

    Its state, then its stack locations, the lowest driver's first; > is the current one. The
    columns flg and cl are Flags and Control."""
    address = base.address_argument(words, "irp ADDRESS")
    irp = typed(address, "_IRP", IO_TYPE_IRP)
    count, current = int(irp["StackCount"]), int(irp["CurrentLocation"])
    size = base.structure("_IO_STACK_LOCATION").sizeof
    if not 0 < count < 64 or not -1 <= current <= count + 1:
        raise base.NtError(f"0x{address:016x} is no IRP: {count} locations, {current} current")
    first = base.pointer(irp.address) + irp.type.sizeof
    place = first + size * (current - 1)
    state = "active" if 1 <= current <= count else "not with a driver"
    mdl = base.pointer(irp["MdlAddress"])
    buffer = base.pointer(irp["AssociatedIrp"]["SystemBuffer"])
    thread = base.pointer(irp["Tail"]["Overlay"]["Thread"])
    print(f"Irp is {state} with {count} stacks {current} is current (= 0x{place:016x})")
    print(f" {f'Mdl={mdl:016x}' if mdl else 'No Mdl'}: "
          f"{f'System buffer={buffer:016x}' if buffer else 'No System Buffer'}: "
          f"Thread {thread:016x}:  Irp stack trace."
          f"{'  Cancelled' if int(irp['Cancel']) else ''}")
    print(f" Status {int(irp['IoStatus']['Status']) & 0xFFFFFFFF:08x} "
          f"Information {int(irp['IoStatus']['Information']):x}")
    print("     cmd   flg cl Device           File             Completion-Context")
    for index in range(count):
        print_location(first + size * index, index + 1 == current)


def device_name(extension):
    """A device's name, or a PDO's place; empty for an unnamed one."""
    name = base.pointer(extension["Name"])
    if name:
        return base.unicode_string(base.at(name, "_IOP_NAME")["Name"])
    return extension["Description"].string(errors="replace")


@base.command("devices")
def show_devices(words):
    """Every device object: nt devices

    In order of creation: driver, type, the device below it, IRPs that entered its driver and
    that completed, name."""
    print("Device           Driver           Type Below              Issued Completed Name")
    head = base.pointer(base.known("IopDevices").address)
    for _, extension in base.walk(head, "_DEVOBJ_EXTENSION", "Link"):
        address = base.pointer(extension["DeviceObject"])
        device = typed(address, "_DEVICE_OBJECT", IO_TYPE_DEVICE)
        print(f"{address:016x} {driver_name(address):<16} {int(device['DeviceType']):4x} "
              f"{base.pointer(extension['AttachedTo']):016x} {int(extension['Issued']):8} "
              f"{int(extension['Completed']):9} {device_name(extension)}")


@base.command("drivers")
def show_drivers(words):
    """Every driver object: nt drivers

    In order of loading: where its image is, its size, its devices, its name and its file."""
    print("Driver           Start            Size     Devices Name")
    head = base.pointer(base.known("IopDrivers").address)
    for _, extension in base.walk(head, "_IOP_DRIVER_EXTENSION", "Link"):
        address = base.pointer(extension["Public"]["DriverObject"])
        driver = typed(address, "_DRIVER_OBJECT", IO_TYPE_DRIVER)
        device, devices = base.pointer(driver["DeviceObject"]), 0
        while device and devices < base.LIST_LIMIT:
            device = base.pointer(typed(device, "_DEVICE_OBJECT", IO_TYPE_DEVICE)["NextDevice"])
            devices += 1
        file = extension["Module"]["BaseName"].string(errors="replace")
        print(f"{address:016x} {base.pointer(driver['DriverStart']):016x} "
              f"{int(driver['DriverSize']):08x} {devices:7} "
              f"{base.unicode_string(driver['DriverName'])} {file}")
