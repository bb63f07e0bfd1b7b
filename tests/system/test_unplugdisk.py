"""Disks that come and go: an NVMe controller in a hot-plug slot, pulled out and put in under
load; AHCI controllers with their disks, pulled out of three slots one after the other,
because QEMU puts no disk on the bus of a controller that comes while it runs."""

import struct
from dataclasses import dataclass

import pytest

from harness import disk, iso, paths
from slots import build_client, plug, ports, pull, wait_deleted, wait_times

SIZE = 4 * disk.MIB
REQUESTS, SLICE = 32, 0x4000  # tests/system/unplug: each request has a slice of its own
BACK = (r"^unplug: all back: removed (\d+), gone (\d+), pending (\d+), others (\d+), "
        r"wrong (\d+)")
IN_USE = r"^unplug: in use: (\d+) blocks, (\d+) bytes, (\d+) sources"
REMOVED = ("0xC000000E", "0xC0000056")  # no such device; its removal is under way


@dataclass
class Kind:
    """A driver and how QEMU makes its device."""
    driver: str
    words: str
    names: str
    slots: int


KINDS = {
    "nvme": Kind("nvme.sys", r"hwid=PCI\CC_010802 msi=1", r"\Device\NvmeDisk", 1),
    "ahci": Kind("ahci.sys", r"hwid=PCI\CC_0106 msi=1", r"\Device\Harddisk", 3),
    "ahci-line": Kind("ahci.sys", r"hwid=PCI\CC_0106", r"\Device\Harddisk", 3),
}


class Bench:
    """A machine with disks of one kind in its slots."""

    def __init__(self, boot, kernel, folder, kind):
        self.boot, self.kernel, self.folder = boot, kernel, folder
        self.kind = KINDS[kind]
        self.images = [folder / f"disk{slot}.img" for slot in range(self.kind.slots)]

    def devices(self):
        """The controllers, and their disks as nodes that outlive them."""
        arguments = ports(self.kind.slots)
        for slot, image in enumerate(self.images):
            disk.make(image, slot, SIZE)
            arguments += ["-blockdev", f"raw,node-name=disk{slot},file.driver=file,"
                                       f"file.filename={image}"]
            if self.kind.driver == "nvme.sys":
                arguments += ["-device", f"nvme,id=dev{slot},drive=disk{slot},"
                                         f"serial=dirql,bus=rp{slot}"]
            else:
                arguments += ["-device", f"ich9-ahci,id=dev{slot},bus=rp{slot}",
                              "-device", f"ide-hd,drive=disk{slot},bus=dev{slot}.0"]
        return arguments

    def start(self, cpus, options=""):
        modules = [(paths.BUILD / "drivers" / self.kind.driver,
                    f"{self.kind.driver} {self.kind.words}"),
                   (build_client("disk"), f"unplug.sys kind=app Device={self.kind.names}")]
        image = iso.make(self.folder / "unplug.iso", self.kernel, modules)
        return self.boot(image, cpus=cpus, net=False, qmp=True, options=options,
                         extra=self.devices())

    def return_disk(self, run, name):
        plug(run, name, driver="nvme", drive="disk0", serial="dirql")

    def slices_are_whole(self):
        """Each sector of the slices is from one writing of its own request, or untouched;
        nothing beyond them has changed."""
        for slot, image in enumerate(self.images):
            before, after = self.folder / "before.img", image.read_bytes()
            disk.make(before, slot, SIZE)
            before = before.read_bytes()
            assert after[REQUESTS * SLICE:] == before[REQUESTS * SLICE:]
            for start in range(0, REQUESTS * SLICE, disk.SECTOR):
                sector = after[start:start + disk.SECTOR]
                words = struct.unpack("<64Q", sector)
                own = start // SLICE << 48 | start % SLICE // 8
                written = all(word == words[0] + index for index, word in enumerate(words))
                assert (sector == before[start:start + disk.SECTOR] or written and
                        words[0] & ~0xFFFFFFFF0000 == own), f"slot {slot}, offset {start:#x}"


@pytest.fixture
def bench(boot, kernel, tmp_path):
    return lambda kind: Bench(boot, kernel, tmp_path, kind)


def all_came_back(run, turn):
    """Every request, with a status that says why; how many were under way."""
    removed, gone, pending, others, wrong = map(
        int, wait_times(run, BACK, turn).groups())
    assert removed + gone + pending == REQUESTS and others == wrong == 0, run.text()
    status = wait_times(run, r"^unplug: afterwards: (\S+)", turn).group(1)
    assert status in REMOVED
    return removed


@pytest.mark.parametrize("cpus", [1, 2, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_pulled_under_load(bench, kind, cpus):
    """Three disks one after the other, each pulled out in the middle of its work. On two
    processors under the verifier's eyes, as the kernel's own tests."""
    case = bench(kind)
    run = case.start(cpus, options="verifier=on" if cpus == 2 else "")
    in_flight = 0
    for turn in range(1, 4):
        wait_times(run, r"^unplug: busy", turn)
        pull(run, (turn - 1) % case.kind.slots)
        in_flight += all_came_back(run, turn)
        wait_times(run, IN_USE, turn)
        if case.kind.slots == 1 and turn < 3:
            case.return_disk(run, f"nvme{turn}")
    # QEMU finishes what it has when it is stopped; one processor takes that first.
    assert in_flight > 0 or cpus == 1, "no disk was pulled out with a request in its hands"
    assert run.wait(60) == 33, run.text()
    first, second, third = [tuple(map(int, match.groups())) for match in run.find(IN_USE)]
    used = [(before - after) for before, after in zip(first, second)]
    assert used == [(before - after) for before, after in zip(second, third)], (
        "something is left of a disk: " + str((first, second, third)))
    if case.kind.slots == 1:
        assert used == [0, 0, 0]
    case.slices_are_whole()


@pytest.mark.parametrize("kind", ["nvme", "ahci"])
def test_button_of_a_disk_in_use(bench, kind):
    """The disk is open: its controller stays and works on, until it is pulled out all the
    same."""
    run = bench(kind).start(2)
    wait_times(run, r"^unplug: busy", 1)
    run.qmp.command("device_del", id="dev0")
    wait_times(run, r"^io: PCI 01:00.0 stays: its removal is refused with status 0x80000011", 1)
    assert not run.find(r"^unplug: all back")
    pull(run)
    all_came_back(run, 1)
    wait_times(run, r"^unplug: closed", 1)


@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_orderly_removal_and_return(bench, cpus):
    """Nobody has the disk open: the button is enough, QEMU sees the slot let go, and the next
    disk works."""
    case = bench("nvme")
    run = case.start(cpus, options="modules=nvme.sys hold")
    wait_times(run, r"^dirql: holding", 1)
    for turn in range(1, 4):
        run.qmp.command("device_del", id=f"dev{turn - 1}")
        wait_times(run, r"^io: PCI 01:00.0 is removed", turn)
        wait_deleted(run, f"dev{turn - 1}")
        case.return_disk(run, f"dev{turn}")
        wait_times(run, r"^io: nvme.sys started on PCI 01:00.0", turn + 1)
    assert not run.find("BUGCHECK|STOP")


def test_orderly_removal_of_ahci(bench):
    """The others go on; the controller that is put back has no disk, which is no failure."""
    run = bench("ahci").start(2, options="modules=ahci.sys hold")
    wait_times(run, r"^dirql: holding", 1)
    run.qmp.command("device_del", id="dev1")
    wait_times(run, r"^io: PCI 02:00.0 is removed", 1)
    wait_deleted(run, "dev1")
    plug(run, "empty", 1, driver="ich9-ahci")
    wait_times(run, r"^io: ahci.sys started on PCI 02:00.0", 2)
    assert not run.find("BUGCHECK|STOP")
