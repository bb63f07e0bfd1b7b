"""What is measured with a guest, a wire and a clock on the host's side. Every function checks
that nothing was lost: what the guest counts must be what the host, or QEMU, counts."""

import statistics
import time
from collections import namedtuple

from measure import counter
from measure.frames import echo, frame
from measure.guest import GuestError

BATCH = 256  # frames of one send()
REST = 0.3  # seconds in which everything under way has arrived
IDLE = 1  # seconds for which the idle machine is counted
SILENCE = 10  # seconds without progress that mean a loss

Times = namedtuple("Times", "smallest median mean")


class Instructions(float):
    """Instructions of one thing of many; `places` has them by the address of their block."""

    def __new__(cls, number, places):
        self = super().__new__(cls, number)
        self.places = places
        return self


class Rate(namedtuple("Rate", "count seconds irq")):
    """So many in so long, with so many interrupts of the NIC (0 where that is not asked)."""

    @property
    def rate(self):
        return self.count / self.seconds


def _wait_for_frames(guest, expected):
    """Until the guest has counted them; its last statistics. GuestError when some lack."""
    best, changed = -1, time.monotonic()
    while True:
        stat = guest.stat()
        now = time.monotonic()
        if stat.rx == expected:
            return stat
        if stat.rx > expected:
            raise GuestError(f"{stat.rx} frames received, {expected} sent")
        if stat.rx > best:
            best, changed = stat.rx, now
        if now - changed > SILENCE:
            raise GuestError(f"{stat.rx} of {expected} frames received")


def _settle(guest, frames):
    """Until the NIC takes frames at all: QEMU's e1000 waits a second after it was enabled."""
    guest.command("rx")
    frames.send([frame(0)])
    _wait_for_frames(guest, 1)


def measure_rx(guest, frames, seconds, how=""):
    """Frames the guest receives while the host sends as fast as it is let, and after. how:
    a second word of the command, for a guest that has several ways."""
    _settle(guest, frames)
    guest.command(f"rx {how}".strip())
    number = 0
    start = now = time.monotonic()
    while now - start < seconds:
        frames.send((frame(number + i) for i in range(BATCH)), SILENCE)
        number += BATCH
        now = time.monotonic()
    stat = _wait_for_frames(guest, number)
    return Rate(number, time.monotonic() - start, stat.irq)


class _Echoes:
    """Compares what comes back, in order, with what was sent."""

    def __init__(self, frames):
        self.frames = frames
        self.back = 0

    def take(self, timeout):
        """Reads what is there; GuestError when it is not the next echoes."""
        found = self.frames.receive(timeout)
        for data in found:
            if data != echo(self.back):
                raise GuestError(f"echo {self.back} is damaged, doubled or out of turn: "
                                 + data.hex())
            self.back += 1
        return len(found)


def measure_echo(guest, frames, seconds, window=128, how=""):
    """Frames sent back while at most `window` of them are under way. Every one is compared."""
    _settle(guest, frames)
    guest.command(f"echo {how}".strip())
    frames.drain()
    echoes, sent = _Echoes(frames), 0
    start = progress = time.monotonic()
    end = start + seconds
    while echoes.back < sent or time.monotonic() < end:
        room = window - (sent - echoes.back)
        if time.monotonic() < end and room >= window // 4:
            frames.send(frame(sent + i) for i in range(room))
            sent += room
        if echoes.take(0.2):
            progress = time.monotonic()
        elif time.monotonic() - progress > SILENCE:
            raise GuestError(f"{echoes.back} of {sent} frames came back")
    elapsed = time.monotonic() - start
    stat = guest.stat()
    if stat.rx != sent:
        raise GuestError(f"the guest counts {stat.rx} frames, {sent} were echoed")
    return Rate(sent, elapsed, stat.irq)


def measure_rtt(guest, frames, count):
    """A frame and its echo, one at a time, in seconds."""
    _settle(guest, frames)
    guest.command("echo")
    frames.drain()
    echoes, times = _Echoes(frames), []
    for number in range(count):
        data = frame(number)
        start = time.perf_counter()
        frames.send([data])
        while echoes.back <= number:
            if not echoes.take(SILENCE):
                raise GuestError(f"echo {number} did not come back")
        times.append(time.perf_counter() - start)
    return Times(min(times), statistics.median(times), statistics.fmean(times))


def _reads_of(machine, drive):
    """Read operations and bytes of a drive, as QEMU counts them."""
    for device in machine.qmp.command("query-blockstats"):
        if device.get("device") == drive:
            return device["stats"]["rd_operations"], device["stats"]["rd_bytes"]
    raise GuestError(f"QEMU has no drive {drive}")


def measure_blk(guest, depth, count, disk="", drive="disk", block=4096):
    """Random reads with `depth` of them under way; needs a machine with qmp=True. disk: the
    third word of the command, for a guest with several."""
    command = f"blk {depth} {count} {disk}".strip()
    before = _reads_of(guest.machine, drive)
    answer = guest.command(command)
    if answer != "BEGIN":
        raise GuestError(f"{command}: {answer!r} instead of BEGIN")
    start = time.monotonic()
    found = guest.numbers(command, guest.answer(command, 30 + count / 100))
    elapsed = time.monotonic() - start
    after = _reads_of(guest.machine, drive)
    if found["errs"] != 0 or found["n"] != count:
        raise GuestError(f"{command}: {found['n']} reads, {found['errs']} failed")
    if after[1] - before[1] != count * block:
        raise GuestError(f"{command}: QEMU has read {after[1] - before[1]} bytes")
    return Rate(count, elapsed, 0)


def _counted(guest, file, work, number):
    """(what was executed, seconds) between an arm and a disarm around work(number)."""
    guest.command("arm")
    start = time.monotonic()
    work(number)
    elapsed = time.monotonic() - start
    guest.command("disarm")
    return counter.read(file)[-1], elapsed


def count_of(guest, file, work, number):
    """Instructions of one of the things that work(n) does n of, on a machine with the
    counter: the difference of n and 2n, less what the idle machine's clock takes."""
    idle = [_counted(guest, file, time.sleep, seconds) for seconds in (IDLE, 2 * IDLE)]
    once, once_time = _counted(guest, file, work, number)
    twice, twice_time = _counted(guest, file, work, 2 * number)
    ticks = (twice_time - once_time) / (idle[1][1] - idle[0][1])
    quiet, busy, once, twice = (run.by_address() for run in (idle[0][0], idle[1][0],
                                                             once, twice))
    places = {
        address: (twice[address] - once[address] - ticks * (busy[address] - quiet[address]))
        / number for address in {*quiet, *busy, *once, *twice}}
    return Instructions(sum(places.values()), places)


def count_rx(guest, frames, file, number, gap=0.0, how=""):
    """Instructions of a frame received. gap: seconds between two; 0: as they are taken."""
    def work(count):
        if gap:
            for index in range(count):
                frames.send([frame(index)])
                time.sleep(gap)
        else:
            frames.send(frame(index) for index in range(count))
        time.sleep(REST)

    _settle(guest, frames)
    guest.command(f"rx {how}".strip())
    result = count_of(guest, file, work, number)
    _wait_for_frames(guest, 3 * number)
    return result


def count_echo(guest, frames, file, number):
    """(instructions of a frame sent back alone, all of it; the median of those between the
    ISR's read of the cause and the write that sends, or 0 without path=on)."""
    echoes = _Echoes(frames)

    def work(count):
        echoes.back = 0
        for index in range(count):
            frames.send([frame(index)])
            while echoes.back <= index:
                if not echoes.take(SILENCE):
                    raise GuestError(f"echo {index} did not come back")
        time.sleep(REST)

    _settle(guest, frames)
    guest.command("echo")
    frames.drain()
    whole = count_of(guest, file, work, number)
    run = counter.read(file)[-1]
    return whole, Instructions(run.path[1], run.each_path()) if run.path else 0


def count_blk(guest, file, depth, number, disk="", drive="disk"):
    """Instructions of a 4 KiB read that is asked for, completed and looked at."""
    def work(count):
        measure_blk(guest, depth, count, disk, drive)

    return count_of(guest, file, work, number)
