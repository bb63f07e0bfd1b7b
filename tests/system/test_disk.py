"""The disk image after the run, without asking the guest."""

from harness import disk


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
