"""The disk image after the run, without asking the guest; and a disk on every port."""

import pytest

from harness import disk, iso, paths

PORTS = [0, 1, 3, 4, 5]  # of the six; the ISO is in a CD drive on port 2
SIZE = 4 * disk.MIB


def test_checksum_is_that_of_rhash(standard_run):
    host = standard_run.report["host"]
    assert host["crc32c_kernel"] == host["crc32c_host"]


def test_scratch_mebibyte_holds_the_pattern(standard_run):
    offset = disk.SIZE - disk.MIB
    with (standard_run.folder / "disk.img").open("rb") as image:
        image.seek(offset)
        for lba in range(offset // disk.SECTOR, disk.SIZE // disk.SECTOR):
            assert image.read(disk.SECTOR) == disk.pattern_sector(lba), f"sector {lba}"


def test_nothing_else_changed(standard_run):
    changed = disk.differing_mebibytes(standard_run.folder / "disk.img",
                                       standard_run.report["host"]["seed"])
    assert changed == [disk.SIZE // disk.MIB - 1]


def test_whole_disk_went_through_ahci(standard_run):
    moved = sum(item["bytes"] for item in standard_run.report["devices"]
                if item["driver"] == "ahci.sys")
    assert moved >= disk.SIZE + 2 * disk.MIB, "64 MiB read, 1 written, 1 read back"


@pytest.mark.parametrize("cpus", [1, 4])
def test_every_port(boot, kernel, tmp_path, cpus):
    """Five disks at once, each read to the last byte and written; the CD drive on the sixth
    port is named and left alone."""
    images = [tmp_path / f"port{port}.img" for port in PORTS]
    modules = [(paths.BUILD / "drivers/ahci.sys", r"ahci.sys hwid=PCI\CC_0106 msi=1")]
    extra, sums = [], set()
    for number, (port, image) in enumerate(zip(PORTS, images)):
        disk.make(image, port, SIZE)
        sums.add(disk.crc32c(image))
        modules.append((paths.BUILD / "apps/diskcheck.sys",
                        f"check{number}.sys kind=app Device=\\Device\\Harddisk{number}"))
        extra += ["-drive", f"if=none,id=disk{port},format=raw,file={image}",
                  "-device", f"ide-hd,drive=disk{port},bus=ide.{port}"]
    run = boot(iso.make(tmp_path / "ports.iso", kernel, modules), cpus=cpus, net=False,
               extra=extra)
    assert run.wait(60) == 33, run.text()
    assert run.find(r"^ahci: port 2: a CD drive, not served")
    read = {int(match[1], 16) for match in run.find(r"^diskcheck: crc32c 0x(\w+) over")}
    assert read >= sums, run.text()
    assert [disk.complaint(image, port, SIZE) for port, image in zip(PORTS, images)] == [
        None] * len(PORTS)
