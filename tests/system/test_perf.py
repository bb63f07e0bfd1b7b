"""The machine that is measured from outside: each command does what it says, and everything
that was sent or read is accounted for by the other side too."""

import socket
import struct
import time

import pytest
from harness import machine, paths
from measure import counter, figures
from measure.dirql import NVME_DISK, PerfMachine
from measure.frames import GUEST_MAC, HOST_MAC, echo, frame
from measure.guest import GuestError


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def arp_request(address):
    return (b"\xff" * 6 + HOST_MAC + bytes.fromhex("08060001080006040001") + HOST_MAC
            + socket.inet_aton("10.9.0.1") + bytes(6) + socket.inet_aton(address))


def echo_request(number):
    """An ICMP echo request with 56 bytes of data."""
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 84, number, 0, 64, 1, 0,
                       socket.inet_aton("10.9.0.1"), socket.inet_aton("10.9.0.2"))
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    message = struct.pack(">BBHHH", 8, 0, 0, 0xD117, number) + bytes(range(56))
    message = message[:2] + struct.pack(">H", checksum(message)) + message[4:]
    return GUEST_MAC + HOST_MAC + b"\x08\0" + head + message


@pytest.fixture(scope="module")
def perf(nt):
    with PerfMachine(nt, paths.BUILD / "tests/perf") as measured:
        yield measured
        assert measured.quit() == machine.PASSED, measured.machine.text()


@pytest.mark.parametrize("how", ["", "irp"])
def test_frames_are_counted(perf, how):
    rate = figures.measure_rx(perf.guest, perf.frames, 0.5, how)
    assert rate.count > 1000 and rate.irq > 0


def test_the_count_starts_at_zero(perf):
    assert perf.guest.command("rx") == "OK"
    assert perf.guest.stat() == (0, 0)


def test_other_frames_are_not_counted(perf):
    perf.guest.command("rx")
    other = frame(1)[:12] + b"\x88\xb6" + frame(1)[14:]
    perf.frames.send([frame(0), other, frame(2)])
    perf.frames.send([other] * 10)
    figures._wait_for_frames(perf.guest, 2)


@pytest.mark.parametrize("how", ["", "irp"])
def test_frames_come_back(perf, how):
    assert figures.measure_echo(perf.guest, perf.frames, 0.5, how=how).count > 1000


@pytest.mark.parametrize("how", ["", "irp"])
def test_pings_are_answered(perf, how):
    perf.guest.command(f"icmp {how}".strip())
    perf.frames.drain()
    perf.frames.send([arp_request("10.9.0.2")])
    reply, = perf.frames.receive(5)
    assert reply[:12] == HOST_MAC + GUEST_MAC and reply[20:22] == b"\0\2"
    assert reply[22:32] == GUEST_MAC + socket.inet_aton("10.9.0.2")
    perf.frames.send([arp_request("10.9.0.3"), echo_request(7), frame(1)])
    reply, = perf.frames.receive(5)
    assert reply[26:34] == socket.inet_aton("10.9.0.2") + socket.inet_aton("10.9.0.1")
    assert reply[34:36] == b"\0\0" and reply[38:] == echo_request(7)[38:]
    assert checksum(reply[34:]) == 0


def test_one_frame_comes_back_whole(perf):
    perf.guest.command("echo")
    perf.frames.drain()
    perf.frames.send([frame(7)])
    assert perf.frames.receive(5) == [echo(7)]


def test_round_trips(perf):
    times = figures.measure_rtt(perf.guest, perf.frames, 50)
    assert 0 < times.smallest <= times.median


@pytest.mark.parametrize("depth", [1, 32, 256])
@pytest.mark.parametrize("disk, drive", [("", "disk"), (NVME_DISK, "nvme0")])
def test_disk_reads(perf, depth, disk, drive):
    assert figures.measure_blk(perf.guest, depth, 500, disk, drive).count == 500


def test_times(perf):
    times = perf.guest.result("time", timeout=60)
    assert list(times) == ["loop", "spinpair", "selfipi", "selfipi_dpc", "dpc_task", "unowned",
                           "smpcall"]
    assert all(value > 0 for value in times.values())
    assert times["loop"] < times["spinpair"] < times["selfipi"] < times["selfipi_dpc"]


@pytest.mark.parametrize("line", ["micro 100", "ipi 100 0", "ipi 100 1", "ipi 100 3",
                                  "nobody 100", "micro 0", "busy 100 0", "busy 0 3"])
def test_operations_are_repeated(perf, line):
    assert perf.guest.command(line) == "OK"


def test_busy_takes_its_time(perf):
    start = time.monotonic()
    perf.guest.command("busy 500 2")
    assert 0.5 <= time.monotonic() - start < 5


@pytest.mark.parametrize("line, why", [
    ("frobnicate", "no such command"), ("rx 1", "usage"), ("echo irp irp", "usage"), ("blk", "usage"),
    ("blk 1", "usage"), ("blk 0 10", "QD must be"), ("blk 257 10", "QD must be"),
    ("blk x 10", "usage"), ("blk 1 4294967296", "usage"), ("blk 1 -1", "usage"),
    ("blk 1 10 Nothing0", "0xC0000034"), ("blk 1 10 Serial0", "0xC00000BB"),
    ("blk 1 10 " + "A" * 60, "ERROR"), ("a b c d e", "too many words"),
    ("busy 1", "usage"), ("busy 1 4", "no processor 4"), ("ipi 1 99", "no processor 99"),
    ("micro", "usage"), ("nobody x", "usage"), ("arm 1", "usage"), ("quit now", "usage"),
    ("x" * 400, "no such command"),
])
def test_bad_commands_are_refused(perf, line, why):
    with pytest.raises(GuestError, match=why):
        perf.guest.command(line)
    assert perf.guest.command("rx") == "OK", "and the next one is obeyed"


def test_empty_lines_are_no_commands(perf):
    perf.guest.type("")
    perf.guest.type("  ")
    assert perf.guest.command("stat\r").startswith("RESULT")


def test_nothing_of_the_kernel_is_on_com1(perf):
    first = next(index for index, line in enumerate(perf.machine.lines)
                 if line.startswith("READY"))
    answers = ("READY", "OK", "RESULT", "BEGIN", "ERROR")
    assert [line for line in perf.machine.lines[first:]
            if not line.startswith(answers)] == []


@pytest.fixture(scope="module")
def counted(nt):
    folder = paths.BUILD / "tests/perf-count"
    file = folder / "counted"
    with PerfMachine(nt, folder, cpus=2, extra=counter.arguments(file, path=True)) as measured:
        measured.file = file
        yield measured
        assert measured.quit() == machine.PASSED


def test_frames_are_counted_in_instructions(counted):
    alone = figures.count_rx(counted.guest, counted.frames, counted.file, 400, gap=0.001)
    many = figures.count_rx(counted.guest, counted.frames, counted.file, 1000)
    assert 20 < many < alone < 5000


def test_the_way_from_isr_to_sent_is_part_of_the_whole(counted):
    whole, path = figures.count_echo(counted.guest, counted.frames, counted.file, 100)
    assert 50 < path < whole < 5000


def test_reads_are_counted_in_instructions(counted):
    assert 100 < figures.count_blk(counted.guest, counted.file, 1, 200) < 10000


def test_a_count_is_the_same_again(counted):
    first, again = (figures.count_blk(counted.guest, counted.file, 1, 500) for _ in range(2))
    assert abs(first - again) < first / 10


def test_what_is_counted_has_names(counted, kernel):
    counted.guest.command("arm")
    counted.guest.command("micro 200")
    counted.guest.command("disarm")
    run = counter.read(counted.file)[-1]
    names = run.by_function(counter.symbols(kernel))
    assert names["KeInsertQueueDpc"] > 200 and sum(run.by_processor()) == run.total()
    assert run.total(exclude=[(0, 2**64)]) == 0


def test_functions_are_named_in_the_kernel_and_in_drivers(counted):
    reads = figures.count_blk(counted.guest, counted.file, 1, 200)
    symbols = counted.symbols()
    names = counter.by_function(reads.places, symbols)
    assert names["ahci.sys!AhciMessageIsr"] > 10 and names["IofCompleteRequest"] > 10
    assert abs(sum(names.values()) - reads) < 1
    path = figures.count_echo(counted.guest, counted.frames, counted.file, 50)[1]
    names = counter.by_function(path.places, symbols)
    assert names["e1000.sys!E1000DpcForIsr"] > 5 and "ahci.sys!AhciMessageIsr" not in names
    assert 0.8 * path < sum(names.values()) < 1.5 * path
