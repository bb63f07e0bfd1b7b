"""The judges themselves: what tools/harness must not let pass."""

import re
import subprocess

import pytest
import run
from conftest import ROOT

from harness import disk, iso, ktap, machine, paths, report, verdict


class Ended:
    """A run that is over, made of serial lines and an exit status."""

    def __init__(self, text, status):
        self.lines, self.status = text.splitlines(), status
        self.times = [float(number) for number in range(len(self.lines))]

    def find(self, pattern):
        return [match for match in (re.search(pattern, line) for line in self.lines) if match]

    def errors(self):
        return ""


PASS_LINE = "dirql: verdict: passed"
STOP = "*** STOP: 0x000000D1 (0x10, 0x2, 0x0, 0xFFFF)\n" \
       "*** DRIVER_IRQL_NOT_LESS_OR_EQUAL processor 1 irql 2"


@pytest.mark.parametrize("text, status, expected", [
    (PASS_LINE, machine.PASSED, None),
    ("", machine.PASSED, "no verdict"),
    (PASS_LINE, 0, "reset"),
    (STOP, machine.BUGCHECK, "bugcheck 0x000000D1 DRIVER_IRQL_NOT_LESS_OR_EQUAL"),
    (PASS_LINE + "\n" + STOP, machine.PASSED, "bugcheck"),
    ("dirql: cannot start: no RSDP", machine.REFUSED, "refused to start: no RSDP"),
    ("", None, "hang: no end within 60 s; last line, at 0.0 s: nothing"),
    ("dirql: here\ndirql: working", None, "last line, at 1.0 s: dirql: working"),
    ("dirql: verdict: failed: ahci.sys did not start", machine.FAILED, "ahci.sys"),
    ("dirql: verdict: failed: lost", machine.PASSED, "lost"),
    (PASS_LINE, 1, "status 1"),
])
def test_verdict(text, status, expected):
    cause = verdict.cause(Ended(text, status), 60)
    assert cause is None if expected is None else expected in cause


def test_story_has_times(tmp_path):
    """Whether the host was slow or the kernel stood still is told by when its lines came."""
    run = machine.Machine(None, folder=tmp_path)
    run.command = ["sh", "-c", "echo one; sleep 0.2; echo two"]
    with run:
        assert run.wait_for("two", 30)
        times = [float(time) for time in re.findall(r"^ *([\d.]+) ", run.story(), re.M)]
    assert len(times) == 3 and times[1] - times[0] > 0.1 and times == sorted(times)


@pytest.mark.parametrize("text, passed, failed", [
    ("1..2\nok 1 - a\nok 2 b", 2, 0),
    ("ok 1 - a\nnot ok 2 - b\n1..2", 1, 1),
    ("1..2\nok 1 - a", 1, 1),
    ("ok 1 - a", 1, 1),
    ("1..1\nok 1 - a # SKIP no device", 0, 1),
    ("1..1\nok 1 - raises #DF # fine", 1, 0),
    ("", 0, 1),
    ("nothing is ok 1 here\n1..1\n  ok 1 - indented", 1, 0),
])
def test_ktap(text, passed, failed):
    checks = ktap.parse(text.splitlines(), "suite")
    assert [sum(check.passed for check in checks),
            sum(not check.passed for check in checks)] == [passed, failed]


def good_report():
    """The smallest report without a complaint, made from the shape itself."""
    def fill(shape):
        if isinstance(shape, dict):
            return {name: fill(inner) for name, inner in shape.items()}
        if isinstance(shape, list):
            return [fill(shape[0])]
        return 1 if shape == report.NUMBER_IF_KEPT else shape(1)
    document = fill(report.SHAPE)
    document["accounting"] = dict.fromkeys(document["accounting"], 0)
    return document | {"nt": "6.3", "verdict": "passed"}


def test_good_report_has_no_complaint():
    document = good_report()
    report.check_shape(document, report.SHAPE)
    assert report.complaints(document, "6.3", 1) == []


@pytest.mark.parametrize("name", ["lost", "interrupts_entered", "dpcs_inserted",
                                  "irps_issued", "irps_outstanding", "vectors_pending",
                                  "lines_pending"])
def test_unbalanced_account_is_seen(name):
    document = good_report()
    document["accounting"][name] = 1
    assert report.complaints(document)


def test_gate_outside_its_object_is_seen():
    document = good_report()
    document["interrupt_objects"][0]["gate_inside"] = False
    assert "gate" in report.complaints(document)[0]


@pytest.mark.parametrize("path, value", [("nt", 6.3), ("processors", {}), ("memory", []),
                                         ("verdict", True)])
def test_malformed_report_is_refused(path, value):
    document = good_report()
    document[path] = value
    with pytest.raises(report.BadReport):
        report.check_shape(document, report.SHAPE)


def test_pattern_is_the_one_of_diskcheck(tmp_path):
    """tools/harness/disk.py and apps/diskcheck/pattern.c agree on sectors."""
    main = tmp_path / "main.c"
    main.write_text('#include <stdio.h>\n#include "apps/diskcheck/pattern.c"\n'
                    "int main(void)\n{\n    UCHAR Sector[512];\n"
                    "    PatternFill(Sector, 129024);\n"
                    "    return fwrite(Sector, 512, 1, stdout) != 1;\n}\n")
    program = tmp_path / "pattern"
    subprocess.run(["gcc", "-std=gnu11", "-fshort-wchar", f"-I{ROOT}", f"-I{ROOT}/include",
                    "-o", str(program), str(main)], check=True)
    assert subprocess.run([str(program)], capture_output=True,
                          check=True).stdout == disk.pattern_sector(129024)


def test_changed_disk_is_seen(tmp_path):
    image, size = tmp_path / "disk", 3 * disk.MIB
    disk.make(image, 5, size)
    assert "pattern" in disk.complaint(image, 5, size)
    with image.open("r+b") as file:
        file.seek(size - disk.MIB)
        for lba in range((size - disk.MIB) // 512, size // 512):
            file.write(disk.pattern_sector(lba))
        file.flush()
        assert disk.complaint(image, 5, size) is None
        file.seek(700)
        file.write(b"x")
    assert "MiB 0" in disk.complaint(image, 5, size)


@pytest.mark.parametrize("lines, complaint", [
    ("netecho: 100 of 100 echo replies\ndiskcheck: crc32c 0x00000007 over 1 bytes", None),
    ("netecho: 99 of 100 echo replies\ndiskcheck: crc32c 0x00000007 over 1 bytes",
     "netecho: 99 of 100 echo replies"),
    ("diskcheck: crc32c 0x00000007 over 1 bytes", "netecho: 0 of 100"),
    ("netecho: 100 of 100 echo replies\ndiskcheck: crc32c 0x00000008 over 1 bytes",
     "wrong checksum: diskcheck says 0x00000008, rhash says 0x00000007"),
    ("netecho: 100 of 100 echo replies", "diskcheck printed no checksum"),
])
def test_programs_are_judged(monkeypatch, lines, complaint):
    monkeypatch.setattr(disk, "complaint", lambda *_: None)
    found = run.examine(Ended(lines, machine.PASSED), None, 1, 7)[1]
    assert not found if complaint is None else found[0].startswith(complaint)


def test_module_words_reach_grub_unchanged():
    config = iso.grub_config("irqcpu=1", [("f", r"e1000.sys hwid=PCI\VEN_8086&DEV_100E")])
    assert r"module2 /boot/modules/0 'e1000.sys' 'hwid=PCI\VEN_8086&DEV_100E'" in config


@pytest.mark.parametrize("end,crash", [("kill -SEGV $$", "SIGSEGV"), ("exit 35", None)])
def test_crash_of_qemu_is_told_from_its_status(tmp_path, end, crash):
    run = machine.Machine(None, folder=tmp_path, net=False)
    run.command = ["sh", "-c", end]
    with run:
        run.wait(10)
    assert run.crash() == crash


def test_qemu_that_was_killed_did_not_crash(tmp_path):
    run = machine.Machine(None, folder=tmp_path, net=False)
    run.command = ["sleep", "60"]
    with run:
        run.wait(0.1)
    assert run.crash() is None


def test_layers_hold():
    result = subprocess.run([str(paths.TOOLS / "check_layers")], text=True,
                            capture_output=True, check=False)
    assert result.returncode == 0, result.stdout
