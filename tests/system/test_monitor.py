"""`make monitor`: typed at through the socket that is COM1, and what it answers held against the
disk image, the kernel's log on COM2, and QEMU's exit status."""

import os
import pty
import re
import select
import subprocess
import termios
import time

import pytest

from conftest import ROOT
from harness import disk, machine, monitor, verdict

COMMANDS = ("help devices drivers interrupts dpcs locks memory threads top ping sector start stop "
            "storm unmask bugcheck quit").split()
BEFORE_STATISTICS = ("5.2", "6.0", "6.1", "6.2")  # NT cannot tell which ISR queued a DPC
REFUSALS = {
    "nonsense": "nonsense: no such command",
    "Devices": "Devices: no such command",
    "devices now": "usage: devices",
    "sector": "usage: sector NUMBER",
    "sector x": "x: not a number",
    "sector 12k": "12k: not a number",
    "sector 0x": "0x: not a number",
    "sector -1": "-1: not a number",
    "sector 131072": "\\Device\\Harddisk0 has 131072 sectors, 0 to 131071",
    "sector 0x3fffffffffffff": "has 131072 sectors",
    "sector 99999999999999999999": "99999999999999999999: more than",
    "sector 0 7": "there is no disk 7",
    "sector 0 64": "64: more than 0x3f",
    "ping": "usage: ping ADDRESS",
    "ping 10.0.2": "10.0.2: not an IPv4 address",
    "ping 10.0.2.256": "10.0.2.256: not an IPv4 address",
    "ping 10.0.2.2 1001": "1001: more than 0x3e8",
    "ping 10.0.2.2 0": "0: nothing to send",
    "start nosuch": "nosuch: there is no such thing",
    "start e1000": "e1000: it is loaded already",
    "start \\e1000": "\\e1000: that is no name",
    "start " + "n" * 90: "that is no name",
    "stop nosuch": "nosuch: there is no such thing",
    "stop serial": "serial: it is in use",
    "stop monitor": "monitor: it cannot do that",
    "stop pci": "pci: it cannot do that",
    "storm maybe": "maybe: neither on nor off",
    "unmask": "usage: unmask",
    "unmask 256": "256: more than 0xff",
    "unmask 0x2f": "0x2f: no interrupt is connected there",
    "unmask line 5": "usage: unmask",
    "unmask gsi 22": "22: no storm has masked it",
    "bugcheck": "usage: bugcheck",
    "bugcheck 0x100000000": "0x100000000: more than 0xffffffff",
    "bugcheck 1 2 z": "z: not a number",
    "help nonsense": "nonsense: no such command",
    "a b c d e f g h i": "more than 8 words",
}


@pytest.fixture(scope="module")
def monitor_iso(nt):
    return monitor.make_iso(nt)


@pytest.fixture(scope="module")
def start(monitor_iso, tmp_path_factory):
    """Boots the monitor's machine: (machine, terminal at its first prompt)."""
    machines = []

    def boot(**arguments):
        folder = tmp_path_factory.mktemp("monitor")
        image = folder / "disk.img"
        disk.make(image, 3)
        run = monitor.machine(monitor_iso, folder=folder, disk=image, **arguments)
        run.image = image
        machines.append(run.start())
        run.far = monitor.Terminal(run)
        run.far.read_until(monitor.GREETING, 60)
        run.far.read_until(monitor.PROMPT)
        return run

    yield boot
    for run in machines:
        run.far.close()
        run.close()


@pytest.fixture(scope="module")
def session(start):
    return start()


def rows(run, command):
    """The words of each line of a list, without its heading."""
    return [line.split() for line in run.far.command(command)[1:] if line.strip()]


def interrupt_of(run, isr):
    """(processor, vector, state, calls, claims) of an ISR's row."""
    for line in run.far.command("interrupts"):
        if line.endswith(isr):
            words = line.split()
            return int(words[0]), int(words[1], 16), words[7], int(words[8]), int(words[9])
    raise AssertionError(f"{isr} is not listed")


def test_help_lists_every_command(session):
    answer = session.far.command("help")
    assert [line.split()[0] for line in answer[:-1]] == COMMANDS
    for name in COMMANDS:
        assert session.far.command(f"help {name}")[0].split()[0] == name


@pytest.mark.parametrize("line", REFUSALS)
def test_bad_input_is_refused(session, line):
    answer = session.far.command(line)
    assert len(answer) == 1 and REFUSALS[line] in answer[0], answer


def test_typing(session):
    """Erasing, the line before, what is no character, and a line that is too long."""
    far = session.far
    for typed in [b"hexx\x7f\x7flp quit\r", b"rubbish\x15help quit\r",
                  b"help rubbish\x17quit\r", b"rubbish\x1b[A\r", b"\x10\r",
                  b"he\x1b[Dlp\x01\x00 \x1b[3~quit\r", b"\x7f\x7f\x15help quit\n"]:
        far.send(typed)
        text = far.read_until("\n" + monitor.PROMPT)
        assert text.count("ends the run") == 1, (typed, text)
    far.send(b"rubbish\x03")
    assert far.read_until(monitor.PROMPT).endswith("^C\r\n" + monitor.PROMPT)
    far.send(b"h" * 200)
    far.read_until("\a" * 73)
    far.send(b"\x15\r")
    far.read_until("\n" + monitor.PROMPT)
    assert session.far.command("") == []


def test_devices_and_drivers(session):
    devices = {words[0]: words for words in rows(session, "devices")}
    for name in ("Harddisk0", "NvmeDisk0", "E1000_0", "Edu0", "Serial0"):
        assert f"\\Device\\{name}" in devices
    assert devices["\\Device\\Serial0"][4] == "1", "the monitor has it open"
    drivers = {words[0]: words[1] for words in rows(session, "drivers")}
    assert drivers["pci"] == "built" and drivers["edu"] == "loaded"
    assert drivers["monitor"] == "program" and drivers["netecho"] == "not"


def test_what_is_typed_comes_by_interrupts(session):
    before = interrupt_of(session, "serial.sys!SerialIsr")
    session.far.command("help")
    after = interrupt_of(session, "serial.sys!SerialIsr")
    assert after[3] > before[3] and after[4] > before[4] and after[2] == "on"


def test_dpcs_locks_memory_threads(session, nt):
    answer = session.far.command("dpcs")
    assert len(answer) > 8 and [line.split()[0] for line in answer[1:5]] == list("0123")
    serial = next(line for line in answer if line.endswith("serial.sys!SerialIsr"))
    assert int(serial.split()[2]) > 10 or nt in BEFORE_STATISTICS
    kinds = {words[0] for words in rows(session, "locks")}
    assert "interrupt" in kinds
    answer = session.far.command("memory")
    used, total = re.match(r"memory: (\d+) KiB of (\d+) KiB", answer[0]).groups()
    assert 0 < int(used) < int(total) <= 256 << 10
    assert any(line.startswith("Mntr ") for line in answer)
    assert any(words[1] == "running" and words[-1] == "monitor.sys!MonitorThread"
               for words in rows(session, "threads"))


@pytest.mark.parametrize("key", [b"x", b"\x03", b"\r"])
def test_top_draws_until_a_key(session, key):
    session.far.send(b"top\r")
    for _ in range(2):
        session.far.read_until("a key ends it", 20)
        screen = session.far.read_until("\x1b[J")
        lines = [line.split() for line in screen.replace("\x1b[K", "").splitlines()]
        assert [words[0] for words in lines if words and words[0] in "0123"][:4] == list("0123")
        serial = next(words for words in lines if words and words[-1] == "serial.sys!SerialIsr")
        assert int(serial[5]) > 0, "its own screen makes interrupts"
    session.far.send(key)
    session.far.read_until(monitor.PROMPT)
    assert session.far.command("") == []


def test_ping(session):
    answer = session.far.command("ping 10.0.2.2 3")
    assert [line for line in answer if re.match(r"56 bytes from 10\.0\.2\.2: request \d, \d+ us",
                                                line)] == answer[:3]
    assert answer[3] == "3 sent, 3 answered, 0 damaged"
    assert session.far.command("ping 10.0.2.99") == [
        "10.0.2.99: nobody on the network has that address"]


def test_ping_ends_with_control_c(session):
    session.far.send(b"ping 10.0.2.2 1000\r")
    session.far.read_until("request 2,")
    session.far.send(b"\x03")
    text = session.far.read_until(monitor.PROMPT)
    sent, answered = re.search(r"(\d+) sent, (\d+) answered, 0 damaged", text).groups()
    assert sent == answered and int(sent) < 100


@pytest.mark.parametrize("number", [0, 1, 777, 131071])
def test_sector_is_that_of_the_image(session, number):
    answer = session.far.command(f"sector {number}")
    shown = bytes.fromhex("".join(line[12:60] for line in answer))
    image = session.image.read_bytes()
    assert shown == image[number * 512:(number + 1) * 512] and len(answer) == 32


def test_sector_of_the_second_disk(session):
    answer = session.far.command("sector 0x7ff 1")
    assert len(answer) == 32 and answer[0].startswith("00000ffe00  00 00")


def test_a_driver_is_stopped_and_started(session):
    far = session.far
    for name, isr in [("edu", "edu.sys!EduIsr"), ("e1000", "e1000.sys!E1000Isr")]:
        assert far.command(f"stop {name}") == [f"{name} is stopped"]
        assert not any(isr in line for line in far.command("interrupts"))
        assert [name, "not", "loaded"] in rows(session, "drivers")
        if name == "e1000":
            assert "network adapter: there is no such thing" in far.command("ping 10.0.2.2")[0]
        else:
            assert far.command("storm") == ["storm: there is no edu device; 'start edu'?"]
        assert far.command(f"start {name}") == [f"{name} is loaded and has 1 devices"]
        assert interrupt_of(session, isr)[2] == "on"
    assert far.command("ping 10.0.2.2 1")[-1] == "1 sent, 1 answered, 0 damaged"


def test_another_driver_takes_the_device(session):
    """The framework's driver of the same device, and back."""
    far = session.far
    assert far.command("stop edu") == ["edu is stopped"]
    assert far.command("start edukmdf") == ["edukmdf is loaded and has 1 devices"]
    assert any("edukmdf" in words[1] for words in rows(session, "devices"))
    assert far.command("storm") == ["storm: there is no edu device; 'start edu'?"]
    assert far.command("stop edukmdf") == ["edukmdf is stopped"]
    assert far.command("start edu") == ["edu is loaded and has 1 devices"]


def test_a_program_is_started(session):
    session.far.command("start netecho")
    assert session.wait_for(r"^netecho: 100 of 100 echo replies", 20)
    assert "netecho: it is loaded already" in session.far.command("start netecho")[0]


def test_storm_and_its_end(session):
    """Masked and named; let through it fires again; claimed again, all is well."""
    far = session.far
    answer = far.command("storm")
    assert len(answer) == 1
    vector, line, processor = re.match(
        r"storm: vector (0x\w\w) \(gsi (\d+)\) on processor (\d) is masked after \d+ calls of "
        r"edu.sys!EduIsr$", answer[0]).groups()
    assert session.wait_for(rf"^dirql: interrupt storm: vector {vector.lower()} on processor "
                            rf"{processor}, 1000 calls unclaimed; masked", 5)
    assert session.wait_for(r"^dirql: on that line: edu.sys!EduIsr", 5)
    before = interrupt_of(session, "edu.sys!EduIsr")
    assert before[2] == "storm" and before[4] == 0
    again = re.match(rf"vector {vector} on processor {processor} is let through: (\d+) calls "
                     r"since, and masked again: the storm goes on$",
                     far.command(f"unmask {vector}")[0])
    assert int(again[1]) >= 1000
    assert interrupt_of(session, "edu.sys!EduIsr")[3] == before[3] + int(again[1])
    assert far.command("storm off")[0].startswith("storm: the ISR does its work again")
    assert far.command(f"unmask gsi {line}") == [
        f"vector {vector} on processor {processor} is let through: 1 calls since"]
    after = interrupt_of(session, "edu.sys!EduIsr")
    assert after[2] == "on" and after[4] == 1
    assert far.command(f"unmask {vector}") == [f"{vector}: no storm has masked it"]


def test_quit_powers_off(session):
    session.far.send(b"quit\r")
    assert session.wait(30) == machine.PASSED, session.text()[-2000:]
    assert session.find(r"^dirql: verdict: passed") and session.find(r"^lost: 0")


def test_bugcheck_on_purpose(start):
    run = start(cpus=2)
    run.far.send(b"bugcheck 0xe2 1 0x22 3 0xffffffffffffffff\r")
    assert "bug check 0x000000e2" in run.far.read_until("bug check 0x000000e2")
    assert run.wait(30) == machine.BUGCHECK
    assert verdict.stop_report(run)[:2] == (0xE2, [1, 0x22, 3, (1 << 64) - 1])


def test_under_the_verifier(start):
    """Nothing the monitor does breaks a rule; a storm that nobody ended is no loss."""
    run = start(cpus=2, options="verifier=on")
    for name in ("devices", "drivers", "interrupts", "dpcs", "locks", "memory", "threads"):
        assert len(run.far.command(name)) > 1
    assert run.far.command("ping 10.0.2.2 1")[-1] == "1 sent, 1 answered, 0 damaged"
    assert len(run.far.command("sector 5")) == 32
    assert "is masked" in run.far.command("storm")[0]
    run.far.command("stop edu")
    run.far.send(b"quit\r")
    assert run.wait(30) == machine.PASSED, run.text()[-2000:]


def test_the_tool_types_lines_of_its_input(nt):
    result = subprocess.run([str(ROOT / "tools/monitor.py"), f"--nt={nt}", "--cpus=2"],
                            input="memory\nsector 0 9\n", capture_output=True, text=True,
                            timeout=120, cwd=ROOT, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "dirql> memory" in result.stdout and "there is no disk 9" in result.stdout
    assert "powered off, nothing lost" in result.stdout.splitlines()[-1]


def test_the_tool_leaves_a_machine(nt):
    """Ctrl-] ends it, whatever it does."""
    keys, tty = pty.openpty()
    before = termios.tcgetattr(tty)
    process = subprocess.Popen([str(ROOT / "tools/monitor.py"), f"--nt={nt}", "--cpus=1"],
                               stdin=tty, stdout=tty, stderr=tty, cwd=ROOT)
    text, deadline = "", time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([keys], [], [], 0.2)[0]:
            text += os.read(keys, 4096).decode("ascii", "replace")
        if monitor.PROMPT in text:
            os.write(keys, b"\x1d")
            text = text.replace(monitor.PROMPT, "", 1)
    assert process.wait(10) == 1 and "ended by Ctrl-]" in text, text
    assert termios.tcgetattr(tty) == before
    os.close(keys)
    os.close(tty)


def test_the_tool_gives_the_terminal_back(nt):
    """On a terminal keys go through one by one; when it is left, the terminal is as before."""
    keys, tty = pty.openpty()
    before = termios.tcgetattr(tty)
    process = subprocess.Popen([str(ROOT / "tools/monitor.py"), f"--nt={nt}", "--cpus=1"],
                               stdin=tty, stdout=tty, stderr=tty, cwd=ROOT)
    text, typed = "", [b"hel", b"p quit\r", b"bugcheck 0x1234\r"]
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([keys], [], [], 0.2)[0]:
            text += os.read(keys, 4096).decode("ascii", "replace")
        if typed and text.endswith((monitor.PROMPT, monitor.PROMPT + "hel")):
            os.write(keys, typed.pop(0))
    process.kill()
    while select.select([keys], [], [], 0.2)[0]:
        text += os.read(keys, 4096).decode("ascii", "replace")
    assert process.wait() == 1 and "ends the run" in text, text
    assert "*** STOP: 0x00001234" in text, text
    assert termios.tcgetattr(tty) == before
    os.close(keys)
    os.close(tty)
