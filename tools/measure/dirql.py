"""dirql as a machine that is measured: perf.sys and the drivers it needs."""

from harness import iso, paths
from harness.machine import Machine
from measure import counter, image
from measure.frames import FrameChannel
from measure.guest import Guest

OPTIONS = "console=com2 applimit=0"
NVME_DISK = "NvmeDisk0"  # the third word of blk, and drive "nvme0" to QEMU


class PerfMachine:
    """The machine with its wire and its guest: a context manager, ready when entered."""

    def __init__(self, nt, folder, *, cpus=4, options="", extra=()):
        folder.mkdir(parents=True, exist_ok=True)
        modules = iso.standard_modules(paths.TOOLS / "measure/modules.txt")
        self.kernel, self.drivers = paths.kernel(nt), [file for file, _ in modules]
        image_iso = iso.make(folder / "perf.iso", self.kernel, modules)
        nvme = image.make(folder / "nvme.img")
        self.frames = FrameChannel(folder)
        self.machine = Machine(
            image_iso, folder=folder, cpus=cpus, disk=image.make(folder / "disk.img"),
            net=False, qmp=True, console=True, options=f"{OPTIONS} {options}".strip(),
            extra=[*self.frames.arguments(),
                   "-drive", f"if=none,id=nvme0,format=raw,file={nvme}",
                   "-device", "nvme,drive=nvme0,serial=1", *extra])
        self.machine.report_file.unlink(missing_ok=True)
        self.guest = Guest(self.machine)

    def __enter__(self):
        self.machine.start()
        self.frames.accept()
        self.guest.ready()
        return self

    def symbols(self):
        """Sorted (address, name) of its code, the drivers' too."""
        return counter.symbols_of_machine(self.machine, self.kernel, self.drivers)

    def quit(self, timeout=30):
        """Ends the machine; its exit status (harness.machine.PASSED)."""
        self.guest.quit()
        return self.machine.wait(timeout)

    def __exit__(self, *_):
        self.machine.close()
        self.frames.close()
