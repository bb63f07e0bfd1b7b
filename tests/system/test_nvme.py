"""drivers/nvme: every byte through a queue pair for each processor, judged by the image
file; errors, late answers and events injected by QEMU."""

import re

import pytest

from harness import disk, iso, machine, paths

NVME = (paths.BUILD / "drivers/nvme.sys", r"nvme.sys hwid=PCI\CC_010802 msi=1")
CHECK = (paths.BUILD / "apps/diskcheck.sys",
         r"diskcheck.sys kind=app Device=\Device\NvmeDisk0")
QUEUE = (r"nvme: queue (\d+): (\d+) completed, (\d+) on the processor that asked, "
         r"(\d+) interrupts, (\d+) waited, (\d+) errors, (\d+) late, (\d+) repeated")
SIZE = 8 * disk.MIB


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "nvme.img"
    disk.make(path, 3, SIZE)
    return path


@pytest.fixture
def run(boot, kernel, tmp_path):
    """Boots nvme.sys and diskcheck.sys with a disk; the words go to either."""
    def start(drive, cpus=4, nvme="", check="", device="", extra=(), **arguments):
        modules = [(NVME[0], f"{NVME[1]} {nvme}".strip()),
                   (CHECK[0], f"{CHECK[1]} {check}".strip())]
        image_iso = iso.make(tmp_path / "nvme.iso", kernel, modules)
        return boot(image_iso, cpus=cpus, extra=[
            "-drive", f"if=none,id=nvme,{drive}",
            "-device", f"nvme,id=nvme0,drive=nvme,serial=dirql{device}", *extra], **arguments)
    return start


def queues(boot):
    """The queues that were used: number to its counts."""
    return {int(match.group(1)): [int(word) for word in match.groups()[1:]]
            for match in boot.find(QUEUE)}


def ended_well(boot, timeout=60):
    assert boot.wait(timeout) == machine.PASSED, boot.text()


def checked(boot, image, crc):
    """diskcheck saw the disk as the host does, and the host sees what diskcheck wrote."""
    sums = boot.find(r"diskcheck: crc32c 0x([0-9a-f]+)\b")
    assert sums and int(sums[0].group(1), 16) == crc, boot.text()
    assert disk.complaint(image, 3, SIZE) is None


@pytest.mark.parametrize("cpus, options", [(1, ""), (2, ""), (4, ""), (4, "verifier=on")])
def test_every_byte(run, image, cpus, options):
    crc = disk.crc32c(image)
    boot = run(f"format=raw,file={image}", cpus=cpus, options=options)
    ended_well(boot)
    checked(boot, image, crc)
    assert boot.find(rf"nvme: QEMU NVMe Ctrl.* {cpus} queue pairs, messages: ")
    counts = queues(boot)
    total = sum(count[0] for count in counts.values())
    assert total == (SIZE + 2 * disk.MIB) // 0x10000 + 1, "each chunk once, and the flush"
    assert sum(count[1] for count in counts.values()) == total, "completed where asked"


def test_on_the_line(run, image):
    crc = disk.crc32c(image)
    boot = run(f"format=raw,file={image}", nvme="msi=0")
    ended_well(boot)
    checked(boot, image, crc)
    assert boot.find(r"nvme: QEMU .* 1 queue pairs, line: ")


def test_fewer_messages_than_processors(run, image):
    crc = disk.crc32c(image)
    boot = run(f"format=raw,file={image}", device=",msix_qsize=2")
    ended_well(boot)
    checked(boot, image, crc)
    assert boot.find(r"nvme: QEMU .* 1 queue pairs, messages: "), "MSI-4: exactly one"


def test_fewer_queues_than_processors(run, image):
    crc = disk.crc32c(image)
    boot = run(f"format=raw,file={image}", device=",max_ioqpairs=2")
    ended_well(boot)
    checked(boot, image, crc)
    assert boot.find(r"nvme: QEMU .* 2 queue pairs, messages: ")


def test_blocks_of_4096(run, image):
    crc = disk.crc32c(image)
    boot = run(f"format=raw,file={image}",
               device=",logical_block_size=4096,physical_block_size=4096")
    ended_well(boot)
    checked(boot, image, crc)
    assert boot.find(rf"nvme: .* {SIZE // 4096} blocks of 4096")


def test_full_queue(run, image):
    """More requests at once than a pair has slots, of a disk slow enough for them to pile up:
    the rest wait, and none is lost."""
    crc = disk.crc32c(image)
    boot = run(f"format=raw,file={image},throttling.iops-total=500", cpus=1, check="Depth=128")
    ended_well(boot)
    checked(boot, image, crc)
    assert queues(boot)[1][3] > 0, "some have waited"


@pytest.mark.parametrize("event, status, word", [
    ("read_aio", "0xc000009c", "read"), ("write_aio", "0xc0000185", "write")])
def test_errors_of_the_medium(run, image, tmp_path, event, status, word):
    """One request fails; the client is told, the others complete, nothing is lost."""
    config = tmp_path / "blkdebug.conf"
    config.write_text(f'[inject-error]\nevent = "{event}"\nerrno = "5"\nonce = "on"\n')
    boot = run(f"format=raw,file=blkdebug:{config}:{image}")
    assert boot.wait(60) == machine.FAILED
    assert boot.find(rf"diskcheck: {word} at offset \d+ failed, status {status}")
    assert sum(count[4] for count in queues(boot).values()) == 1
    assert boot.find(r"^lost: 0$"), boot.text()


def test_late_answers(run, image):
    """A disk so slow that commands are late: aborted, then done again after a reset, by when
    the disk is as fast as ever."""
    crc = disk.crc32c(image)
    boot = run(f"format=raw,file={image},throttling.bps-total=500000", cpus=2, qmp=True,
               nvme="TimeoutSeconds=1")
    assert boot.wait_for(r"nvme: resetting the controller", 60), boot.text()
    boot.qmp.command("block_set_io_throttle", id="nvme0", bps=0, bps_rd=0, bps_wr=0, iops=0,
                     iops_rd=0, iops_wr=0)
    ended_well(boot)
    checked(boot, image, crc)
    assert boot.find(r"nvme: queue \d+: command \d+ is late, aborting it")
    assert sum(count[6] for count in queues(boot).values()) > 0, "issued again"


def test_event(run, image):
    """The device says that its temperature is critical; the driver asks for the next."""
    boot = run(f"format=raw,file={image}", qmp=True, options="hold")
    assert boot.wait_for(r"^dirql: holding", 60), boot.text()
    boot.qmp.command("qom-set", path="/machine/peripheral/nvme0",
                     property="smart_critical_warning", value=2)
    assert boot.wait_for(r"nvme: event of type 1, information 0x1, log page 0x2", 20)
