"""Anyone's driver: DRIVER= is a .sys, or a folder of .c files that is built into one."""

import re
import shutil
import subprocess
from pathlib import Path

from harness import paths

# QEMU devices that a driver is likely to be tried on, by PCI vendor and device.
KNOWN_DEVICES = {
    ("1234", "11E8"): ["-device", "edu"],
    ("1B36", "0005"): ["-device", "pci-testdev"],
    ("1AF4", "1110"): ["-object", "memory-backend-ram,id=ivshmem,share=on,size=1M",
                       "-device", "ivshmem-plain,memdev=ivshmem"],
    ("8086", "10D3"): ["-device", "e1000e"],
    ("1AF4", "1005"): ["-device", "virtio-rng-pci,disable-modern=on"],
}


class DriverError(Exception):
    """One line that says why there is no driver to load."""


def build(source, folder):
    """Returns the .sys in folder: compiled from a folder of sources, or a copy."""
    source = Path(source)
    if source.is_file():
        output = folder / source.name
        shutil.copy(source, output)
        return output
    if not source.is_dir():
        raise DriverError(f"DRIVER={source}: no such file or folder")
    files = sorted(source.glob("*.c"))
    if not files:
        raise DriverError(f"DRIVER={source}: no .c files in it")
    output = folder / (source.resolve().name + ".sys")
    result = subprocess.run([str(paths.TOOLS / "build_driver"), str(output)]
                            + [str(file) for file in files],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    print(result.stdout, end="")
    if result.returncode != 0:
        errors = re.findall(r"^.*(?:error:|undefined reference).*$", result.stdout, re.M)
        first = errors[0].strip() if errors else f"status {result.returncode}"
        raise DriverError(f"DRIVER={source} does not compile: {first}")
    return output


def words(file, hardware_id, more=""):
    """What the kernel gets to know of it. Without an id only DriverEntry is called."""
    return " ".join([file.name] + ([f"hwid={hardware_id}"] if hardware_id else [])
                    + more.split())


def device_arguments(hardware_id, qemu_arguments):
    """A known device for the id, unless the user put one into the machine."""
    match = re.match(r"PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})", hardware_id or "", re.I)
    if not match:
        return []
    arguments = KNOWN_DEVICES.get((match.group(1).upper(), match.group(2).upper()), [])
    models = {word.split(",")[0] for word in qemu_arguments}
    if arguments and arguments[-1].split(",")[0] in models:
        return []
    return arguments
