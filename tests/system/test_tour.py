"""docs/tour.md does what it says: its commands are run, and what is printed is compared with what
stands there, addresses and line numbers aside."""

import re
import subprocess
import time

import pytest

from harness import machine, paths

TOUR = paths.ROOT / "docs/tour.md"
SECTIONS = {"6.3": "## NT 6.3", "10.0": "## NT 10.0"}
OPTIONS = "modules=e1000.sys,netecho.sys"
IDLE = "TPR 20"  # the tour's interrupt comes while the idle thread runs
TRIES = 8  # the machine may end before it has interrupted often enough, or not be idle


def section(nt):
    """The section about a profile's way of dispatch, and whether it is about this profile."""
    written_for = "10.0" if nt in ("10.0", "2004") else "6.3"
    text = TOUR.read_text()
    part = text.partition(SECTIONS[written_for])[2].partition("\n## ")[0]
    return part, nt == written_for


def steps(part):
    """(command, the lines that stand below it) of every command."""
    found = []
    for block in re.findall(r"^```\n(.*?)^```$", part, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("(gdb) "):
                found.append((line.removeprefix("(gdb) "), []))
            elif line != "...":
                found[-1][1].append(line)
    return found


def plain(line):
    """A line without what may differ from build to build."""
    line = re.sub(r"\b(?:0x[0-9a-f]{5,}|[0-9a-f]{16})\b", "H", line)
    line = re.sub(r"^(\w+\.sys) .*build/", r"\1 build/", line.strip())
    line = re.sub(r"^H \w{8} (\w+\.sys) .*build/", r"\1 build/", line)
    line = re.sub(r"(?<=\.(?:c)):\d+|(?<=\.asm):\d+|(?<=\.inc):\d+", "", line)
    return " ".join(line.split())


def run(nt, folder, commands):
    """What each command printed, in order."""
    stub, script = folder / "stub", folder / "tour.gdb"
    lines = ["set pagination off", "set confirm off", f"target remote {stub}",
             f"source {paths.TOOLS}/gdb/nt.py"]
    for command in commands:
        lines += ["echo \\n=====\\n", command]
    script.write_text("\n".join(lines) + "\n")
    with machine.Machine(paths.iso(nt), folder=folder, cpus=1, options=OPTIONS,
                         extra=["-S", "-gdb", f"unix:{stub},server=on,wait=off"]):
        while not stub.exists():
            time.sleep(0.05)
        result = subprocess.run(["gdb", "-q", "-nx", "-batch", "-x", str(script),
                                 str(paths.kernel(nt))], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
    return result.stdout.split("\n=====\n")[1:]


@pytest.fixture(scope="module")
def walked(nt, tmp_path_factory):
    part, exact = section(nt)
    walk = steps(part)
    for _ in range(TRIES):
        outputs = run(nt, tmp_path_factory.mktemp("tour"), [command for command, _ in walk])
        if "Remote connection closed" not in outputs[-1] and IDLE in "".join(outputs):
            break
    assert len(outputs) == len(walk), outputs[-1:]
    return walk, outputs, exact


def test_the_tour_names_its_machine(nt):
    part, _ = section(nt)
    assert f"APPEND={OPTIONS}" in part and "CPUS=1" in part


def test_every_command_prints_what_the_tour_says(walked):
    walk, outputs, exact = walked
    for (command, expected), output in zip(walk, outputs):
        printed = [plain(line) for line in output.splitlines()]
        for line in expected:
            wanted = plain(line)
            if not exact and not wanted.startswith("Breakpoint"):
                continue  # another layout; that the ways meet at the same places is what counts
            place = next((index for index, found in enumerate(printed) if wanted in found), None)
            assert place is not None, f"(gdb) {command}\nmissing: {line}\n{output}"
            del printed[:place + 1]


def test_nothing_went_wrong(walked):
    for output in walked[1]:
        assert "Traceback" not in output and "Error in sourced" not in output, output
