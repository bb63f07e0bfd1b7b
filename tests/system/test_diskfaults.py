"""Disks that fail: errors, silence, slowness, absence, brought about from outside through
QEMU. The client has to get the right status, every request has to come back, and what did
work has to be right to the last byte."""

import json

import pytest

from harness import disk, iso, paths, report
from harness.qtest import Qtest

CHUNK = 0x10000  # of one request of diskcheck's
SIZE = 16 * disk.MIB
SCRATCH = SIZE - disk.MIB
LAST_CHUNK = SIZE - CHUNK

IO_DEVICE_ERROR, IO_TIMEOUT = 0xC0000185, 0xC00000B5
EIO, ENOSPC = 5, 28

# Registers of the first port, from ABAR.
PORT, PX_IE, PX_CMD = 0x100, 0x14, 0x18
CMD_ST = 1
PCI_COMMAND, PCI_MEMORY, PCI_MASTER = 4, 2, 4


class Bench:
    """A machine with a disk behind whatever layers of QEMU the test asks for."""

    def __init__(self, boot, image, nt, folder):
        self.boot, self.image, self.nt, self.folder = boot, image, nt, folder
        self.qtest = None

    def start(self, file, extra=(), seconds=30, depth=32, cpus=4):
        """file: the QEMU's layer between the disk and its image."""
        disk.make(self.image, 5, SIZE)
        modules = [(paths.BUILD / "drivers/ahci.sys",
                    f"ahci.sys hwid=PCI\\CC_0106 msi=1 CommandSeconds={seconds}"),
                   (paths.BUILD / "apps/diskcheck.sys",
                    f"diskcheck.sys kind=app KeepGoing=1 Depth={depth}")]
        output = self.folder / "faults.iso"
        iso.make(output, paths.kernel(self.nt), modules)
        self.expected = disk.crc32c(self.image)
        node = json.dumps({"driver": "raw", "file": {**file, **self.lowest(file)}})
        self.machine = self.boot(
            output, qmp=True, net=False, cpus=cpus,
            extra=[*extra, "-drive",
                   "if=none,id=disk,file=json:" + node.replace(",", ",,"), "-device",
                   "ide-hd,drive=disk,id=sata,bus=ide.0,rerror=report,werror=report",
                   "-accel", "tcg",
                   "-qtest", f"unix:{self.folder}/qtest,server=on,wait=off",
                   "-qtest-log", "/dev/null"])
        self.qtest = Qtest(self.folder / "qtest")
        return self.machine

    def lowest(self, file):
        """The image, under the word by which the layer takes it."""
        image = {"driver": "file", "filename": str(self.image)}
        return {"image" if file["driver"] == "blkdebug" else "file": image}

    def port(self):
        """Where port 0 has its registers, as QEMU says: BAR 5 of 00:1f.2."""
        for device in self.machine.qmp.command("query-pci")[0]["devices"]:
            if (device["slot"], device["function"]) == (31, 2):
                return PORT + next(region["address"] for region in device["regions"]
                                   if region["bar"] == 5)
        raise AssertionError("no AHCI controller")

    def finish(self, timeout=90):
        """To the end of the run; the report, which has to add up whatever failed."""
        status = self.machine.wait(timeout)
        text = self.machine.text()
        assert status is not None, "hangs:\n" + text
        document = report.load(self.machine.report_file)
        account = document["accounting"]
        assert account["lost"] == 0 and account["irps_outstanding"] == 0, text
        assert account["irps_issued"] == account["irps_completed"], text
        self.errors = sum(item["errors"] for item in document["devices"]
                          if item["name"].startswith("\\Device\\Harddisk"))
        return document

    def failures(self):
        """(what, offset, status) of each request that diskcheck says has failed."""
        found = self.machine.find(
            r"^diskcheck: (read|write) at offset (\d+) failed, status 0x([0-9a-f]{8})")
        return [(match[1], int(match[2]), int(match[3], 16)) for match in found]

    def checksum(self):
        found = self.machine.find(r"crc32c 0x([0-9a-f]{8}) over")
        return int(found[-1][1], 16) if found else None

    def pattern_is_everywhere_but(self, *offsets):
        """The scratch MiB in the image: written, but for the chunks at some offsets."""
        with self.image.open("rb") as image:
            for lba in range(SCRATCH // disk.SECTOR, SIZE // disk.SECTOR):
                image.seek(lba * disk.SECTOR)
                written = image.read(disk.SECTOR) == disk.pattern_sector(lba)
                assert written == (lba * disk.SECTOR // CHUNK * CHUNK not in offsets), lba


@pytest.fixture
def bench(boot, tmp_path, nt):
    item = Bench(boot, tmp_path / "disk.img", nt, tmp_path)
    yield item
    if item.qtest:
        item.qtest.close()


def inject(kind, errno, *offsets, once=False):
    """Errors at some offsets, or wherever it may be."""
    rule = {"event": "none", "iotype": kind, "errno": errno, "once": once,
            "immediately": False}
    places = [{"sector": offset // disk.SECTOR} for offset in offsets] or [{}]
    return {"driver": "blkdebug", "inject-error": [rule | place for place in places]}


def limit(bench, **limits):
    """A throttled disk, and QEMU's argument for it."""
    group = {"qom-type": "throttle-group", "id": "limits", "limits": limits}
    return ({"driver": "throttle", "throttle-group": "limits"},
            ["-object", json.dumps(group)])


@pytest.mark.parametrize("errno", [EIO, ENOSPC], ids=["EIO", "ENOSPC"])
def test_sector_that_cannot_be_read(bench, errno):
    """Of 32 requests out at once one fails; the other 31 lose nothing by it."""
    bad = 5 * disk.MIB + 3 * CHUNK
    bench.start(inject("read", errno, bad + 7 * disk.SECTOR))
    bench.finish()
    assert bench.failures() == [("read", bad, IO_DEVICE_ERROR)]
    assert bench.errors == 1
    bench.pattern_is_everywhere_but()


@pytest.mark.parametrize("errno", [EIO, ENOSPC], ids=["EIO", "ENOSPC"])
def test_sector_that_cannot_be_written(bench, errno):
    """ATA has one word for both: aborted."""
    bad = SCRATCH + 4 * CHUNK
    bench.start(inject("write", errno, bad))
    bench.finish()
    assert bench.failures()[0] == ("write", bad, IO_DEVICE_ERROR)
    assert bench.errors == 1
    bench.pattern_is_everywhere_but(bad)


def test_flush_that_fails(bench):
    bench.start(inject("flush", EIO))
    bench.finish()
    assert bench.machine.find(r"^diskcheck: failed, status 0xc0000185")
    assert bench.errors == 1
    bench.pattern_is_everywhere_but()


@pytest.mark.parametrize("cpus", [2, 4])
@pytest.mark.parametrize("sectors", [[0], [5, 9]], ids=["once", "twice"])
def test_error_that_passes_is_not_the_clients(bench, sectors, cpus):
    """An error among queued commands, gone at the second attempt; or one that meets the
    second, which the command makes alone, and is gone at the third."""
    offsets = [2 * disk.MIB + sector * disk.SECTOR for sector in sectors]
    bench.start(inject("read", EIO, *offsets, once=True), cpus=cpus)
    bench.finish()
    assert bench.failures() == [] and bench.errors == 0
    assert bench.machine.find(r"^ahci: port 0: error")
    assert bench.checksum() == bench.expected


def test_slow_disk_is_waited_for(bench):
    layer, arguments = limit(bench, **{"iops-total": 60})
    bench.start(layer, arguments, seconds=5)
    bench.finish()
    assert bench.failures() == []
    assert not bench.machine.find(r"^ahci: port 0: (timeout|error)")
    assert bench.checksum() == bench.expected


def under_load(bench, seconds):
    """A run on a disk slow enough to be disturbed in the middle of it."""
    layer, arguments = limit(bench, **{"iops-total": 120})
    machine = bench.start(layer, arguments, seconds=seconds)
    assert machine.wait_for(r"^diskcheck: 8 of 16 MiB"), machine.text()
    return machine


def test_interrupts_that_are_lost(bench):
    """The port's interrupts switched off behind the driver's back."""
    under_load(bench, seconds=2)
    bench.qtest.write(bench.port() + PX_IE, 0)
    bench.finish()
    assert bench.failures() == [] and bench.errors == 0
    assert not bench.machine.find(r"^ahci: port 0: timeout"), "they were done all the time"
    assert bench.checksum() == bench.expected


def test_commands_that_are_lost(bench):
    """The port stopped behind the driver's back: what it has been given is forgotten."""
    machine = under_load(bench, seconds=2)
    port = bench.port()
    bench.qtest.write(port + PX_CMD, bench.qtest.read(port + PX_CMD) & ~CMD_ST)
    assert machine.wait_for(r"^ahci: port 0: timeout", 20), machine.text()
    bench.finish()
    assert bench.failures() == [] and bench.errors == 0
    assert bench.checksum() == bench.expected
    bench.pattern_is_everywhere_but()


def test_disk_that_never_answers_again(bench):
    """The controller may no longer reach memory. Each command gets its attempts and then
    its status; nothing waits for ever."""
    machine = under_load(bench, seconds=1)
    bench.qtest.configure(31, 2, PCI_COMMAND, PCI_MEMORY)
    assert machine.wait_for(r"^diskcheck: read at offset", 30), machine.text()
    bench.qtest.configure(31, 2, PCI_COMMAND, PCI_MEMORY | PCI_MASTER)
    bench.finish()
    assert {status for _, _, status in bench.failures()} <= {IO_TIMEOUT, IO_DEVICE_ERROR}
    assert bench.errors == len(bench.failures()) > 0


def test_medium_gone_under_load(bench):
    """The image closed under the disk: every request fails, and is told so."""
    machine = under_load(bench, seconds=5)
    machine.qmp.hmp("drive_del disk")
    bench.finish()
    assert {status for _, _, status in bench.failures()} == {IO_DEVICE_ERROR}
    assert bench.errors >= len(bench.failures()) > 0
