"""The Linux guest that dirql is measured against: its archive. Nothing is fetched here."""

import subprocess

import pytest
from conftest import ROOT

from harness import initramfs


def members(archive):
    """{name: (mode, device, contents)} of a newc archive, read by its own description."""
    found, at = {}, 0
    while True:
        assert archive[at:at + 6] == b"070701"
        field = [int(archive[at + 6 + 8 * index:at + 14 + 8 * index], 16)
                 for index in range(13)]
        size, length = field[6], field[11]
        name = archive[at + 110:at + 110 + length]
        assert name.endswith(b"\0")
        at += (110 + length + 3) & ~3
        if name == b"TRAILER!!!\0":
            assert at == len(archive)
            return found
        found[name[:-1].decode()] = (field[1], (field[9], field[10]), archive[at:at + size])
        at += (size + 3) & ~3


def test_archive_holds_what_it_was_given():
    files = {"init": b"program", "modules/a.ko": b"", "modules/list": b"a.ko\n"}
    found = members(initramfs.archive(["dev", "modules"], files))
    assert list(found)[:3] == ["dev", "modules", "dev/console"]
    assert found["dev"][0] & 0o170000 == 0o040000
    assert found["dev/console"][0] & 0o170000 == 0o020000
    assert found["dev/console"][1] == (5, 1)
    for name, contents in files.items():
        assert found[name][2] == contents
    assert found["init"][0] == 0o100755


def module(*needs):
    return b"\x7fELF license=GPL\0depends=" + ",".join(needs).encode() + b"\0name=x\0"


def test_dependencies_are_read_from_the_module():
    assert initramfs.dependencies(module("libahci", "libata")) == ["libahci", "libata"]
    assert initramfs.dependencies(module()) == []
    with pytest.raises(ValueError, match="depends"):
        initramfs.dependencies(b"\x7fELF nothing of the kind")


def order(wanted, modules):
    return list(initramfs.load_order(wanted, modules.get))


def test_modules_come_after_what_they_need():
    modules = {"ahci": module("libahci", "libata"), "libahci": module("libata"),
               "libata": module("scsi"), "sd": module("scsi", "builtin"), "peer": module(),
               "scsi": module()}
    assert order(["peer", "ahci", "sd"], modules) == [
        "peer", "scsi", "libata", "libahci", "ahci", "sd"]
    assert order([], modules) == []


def test_modules_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="need each other: a b a"):
        order(["a"], {"a": module("b"), "b": module("a")})


def test_fetch_says_what_it_could_not_get(tmp_path):
    """Without packages the bench ends with one clear line; here apt-get is not to be found."""
    (tmp_path / "mkdir").symlink_to("/bin/mkdir")
    result = subprocess.run(["/bin/bash", str(ROOT / "tools/peer/fetch"), str(tmp_path / "out")],
                            env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == ("fetch: there is no apt-get here; make bench PEER=linux needs "
                             "Debian's packages\n")
    assert not (tmp_path / "out/release").exists()
