"""The Linux guest that dirql is measured against: its archive, and the arithmetic of the
comparison. Nothing is fetched here, and no machine is booted."""

import subprocess

import pytest
from conftest import ROOT

from harness import initramfs
from measure import linux, ratios
from measure.ratios import Row, Slice


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


def test_what_fetch_says_is_the_bench_s_one_line(tmp_path, monkeypatch):
    fetch = tmp_path / "peer/fetch"
    fetch.parent.mkdir()
    fetch.write_text("#!/bin/sh\necho first >&2; echo fetch: no network >&2; exit 1\n")
    fetch.chmod(0o755)
    monkeypatch.setattr(linux.paths, "TOOLS", tmp_path)
    monkeypatch.setattr(linux.paths, "BUILD", tmp_path)
    with pytest.raises(linux.NoPeer, match="^fetch: no network$"):
        linux.build()


RATE = Row("rate", "frames", "a second", True)
TIME = Row("time", "round trip", "us", False)


def test_gain_is_above_one_for_what_is_better():
    assert ratios.gain(RATE, 300, 100) == 3
    assert ratios.gain(TIME, 100, 300) == 3
    assert ratios.gain(RATE, 100, 200) == 0.5
    for bad in (0, -1):
        with pytest.raises(ValueError, match="frames"):
            ratios.gain(RATE, bad, 100)
        with pytest.raises(ValueError, match="frames"):
            ratios.gain(RATE, 100, bad)


def test_one_slice():
    found = ratios.summarize(RATE, [Slice(100, 300, 100)])
    assert (found.here, found.linux, found.ratio) == (300, 100, 3)
    assert (found.low, found.high, found.self_low, found.self_high) == (3, 3, 1, 1)


def test_a_drift_of_the_host_cancels():
    """The host gets slower by half within each round: dirql, between, is twice as fast."""
    found = ratios.summarize(RATE, [Slice(400, 400, 100), Slice(40, 40, 10)])
    assert found.ratio == found.low == found.high == 2
    assert found.self_low == found.self_high == 0.25
    slower = ratios.summarize(TIME, [Slice(100, 100, 400)])
    assert (slower.ratio, slower.self_low) == (2, 0.25)


def test_one_bad_round_moves_neither_median_nor_middle_half():
    slices = [Slice(100, 200, 100)] * 6 + [Slice(100, 2, 900)]
    found = ratios.summarize(RATE, slices)
    assert (found.ratio, found.low, found.high) == (2, 2, 2)
    assert (found.here, found.linux) == (200, 100)
    assert (found.self_low, found.self_high) == (1, 1)


def test_middle_half():
    assert ratios.middle_half([5]) == (5, 5)
    assert ratios.middle_half([1, 2, 3, 4, 5]) == (2, 4)
    assert ratios.middle_half([5, 1, 4, 2, 3]) == (2, 4)


@pytest.mark.parametrize("here, marked", [(150, False), (149.9, True), (1000, False)])
def test_rows_under_the_aim_are_marked(here, marked):
    found = ratios.summarize(RATE, [Slice(100, here, 100)])
    assert ratios.reaches(found) != marked
    assert ratios.line(found).endswith("under 1.5") == marked


def test_a_line_stands_under_its_heading():
    found = ratios.summarize(TIME, [Slice(52.25, 12345.6, 52.25)])
    text = ratios.line(found)
    assert "12,346" in text and "52.2" in text
    assert text.index("12,346") + 6 == ratios.heading().index("dirql") + 5
    assert ratios.as_json(found)["here"] == 12345.6
