"""drivers/pcidrv, a KMDF driver, on QEMU's i82557b: netecho over it, by an interrupt line; and
what an adapter goes through: a flood, frames of odd sizes, a cable that is pulled, a chip that
stands, more frames than it has room for, and its removal in the middle of it all."""

import select
import socket
import struct
import time

import pytest
from harness import iso, machine, paths, report
from pcap import ECHO_REPLY, ECHO_REQUEST, echoes
from slots import build_client, plug, ports, pull, wait_times
from test_echo import MAC, Wire, dashed, ping, settle, udp, wire  # noqa: F401

DRIVER = ("drivers/pcidrv.sys", r"pcidrv.sys hwid=PCI\VEN_8086&DEV_1229")
SLOT = 0x10  # the adapter's device number on bus 0
COMMAND, BUS_MASTER = 4, 4
ECHOES = 20000
BURSTS, BURST = 3, 300
NIC = {"driver": "i82557b", "netdev": "net0"}


def over_pcidrv(folder, kernel, words):
    """The ISO with netecho over the driver."""
    return iso.make(folder / "pcidrv.iso", kernel, [
        (paths.BUILD / file, line) for file, line in (
            DRIVER, ("apps/netecho.sys",
                     rf"netecho.sys kind=app Device=\Device\PCIDRV_0 {words}"))])


class Stream(Wire):
    """The other end of QEMU's stream back end: each frame behind its length."""

    def __init__(self, folder):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(folder / "stream"))
        self.listener.listen(1)
        self.backend = f"stream,server=off,addr.type=unix,addr.path={folder}/stream"

    def accept(self):
        self.socket, _ = self.listener.accept()

    def burst(self, frames):
        self.socket.sendall(b"".join(struct.pack(">I", len(frame)) + frame
                                     for frame in frames))

    def send(self, frame):
        self.burst([frame])

    def receive(self, timeout=5):
        ready, _, _ = select.select([self.socket], [], [], timeout)
        if not ready:
            return None
        size, = struct.unpack(">I", self.socket.recv(4, socket.MSG_WAITALL))
        return self.socket.recv(size, socket.MSG_WAITALL)


@pytest.fixture
def stream(tmp_path):
    item = Stream(tmp_path)
    yield item
    item.listener.close()


@pytest.fixture
def serving(boot, kernel, tmp_path):
    """Starts a machine whose netecho answers what comes over a wire for so many seconds."""
    def start(seconds, other_end, cpus=4):
        run = boot(over_pcidrv(tmp_path, kernel, f"Count=0 Serve={seconds}"), cpus=cpus,
                   net="own", extra=[
                       "-netdev", other_end.backend + ",id=net0", "-device",
                       f"i82557b,netdev=net0,mac={dashed(MAC)}"])
        if isinstance(other_end, Stream):
            other_end.accept()
        assert run.wait_for(r"^netecho: serving", 60), run.text()
        return run
    return start


@pytest.mark.parametrize("cpus", [1, 4])
def test_echoes(boot, kernel, tmp_path, cpus):
    capture = tmp_path / "frames.pcap"
    run = boot(over_pcidrv(tmp_path, kernel, ""), cpus=cpus, net=False, extra=[
        "-netdev", "user,id=net0", "-device", "i82557b,netdev=net0",
        "-object", f"filter-dump,id=dump,netdev=net0,file={capture}"])
    status = run.wait(90)
    assert run.find(r"netecho: 100 of 100 "), run.text()
    seen = list(echoes(capture))

    def count(kind):
        return len({(echo.identifier, echo.sequence, echo.payload) for echo in seen
                    if echo.kind == kind and echo.checksum_good})

    assert count(ECHO_REQUEST) == count(ECHO_REPLY) == 100
    received, sent, _ = counters(run)
    assert received >= 100 and sent >= 100
    assert status == machine.PASSED, run.text()


def counters(run):
    """Frames received and sent, and overruns, as the driver tells at its end."""
    return map(int, run.find(r"^pcidrv: (\d+) frames received, (\d+) sent, (\d+) overruns$")[0]
               .groups())


@pytest.mark.parametrize("cpus", [1, 4])
def test_frames_of_odd_size_and_a_flood(serving, wire, cpus):  # noqa: F811
    """None of them stops the adapter: whole pings come back before, between and after."""
    run = serving(6, wire, cpus)
    whole = ping(1, bytes(56)) + bytes(16000)
    for sequence, size in enumerate((1, 13, 14, 15, 59, 1514, 1515, 1519, 1520, 16000)):
        wire.send(whole[:size])
        assert wire.answers(sequence), f"after a frame of {size} bytes\n" + run.text()
    wire.socket.setblocking(False)
    came, deadline = 0, time.monotonic() + 1.5
    while time.monotonic() < deadline:
        for action in (lambda: wire.send(udp(b"flood" * 200)), lambda: wire.socket.recv(2048)):
            try:
                came += bool(action())
            except BlockingIOError:
                pass
    wire.socket.setblocking(True)
    wire.drain()
    assert came > 0 and wire.answers(77), run.text()
    settle(run)


def test_more_frames_than_descriptors(serving, stream):
    """QEMU hands over what it has read from a stream at once, which is more than the ring
    takes: the chip stops for want of descriptors, and goes on."""
    run = serving(6, stream)
    for turn in range(BURSTS):
        stream.burst([udp(bytes([turn]) * 40)] * BURST)
        assert stream.drain() < BURST
        assert stream.answers(turn), run.text()
    settle(run)
    received, _, overruns = counters(run)
    assert received < BURSTS * BURST and overruns >= BURSTS


def set_bus_master(run, on):
    """Whether the adapter reaches memory: without that its command unit stands."""
    run.qmp.command("stop")
    run.qmp.hmp(f"o /w 0xcf8 {0x80000000 | SLOT << 11 | COMMAND:#x}")
    value = int(run.qmp.hmp("i /h 0xcfc").split("=")[1], 16)
    run.qmp.hmp(f"o /h 0xcfc {value | BUS_MASTER if on else value & ~BUS_MASTER:#x}")
    run.qmp.command("cont")


@pytest.fixture
def pinging(boot, kernel, tmp_path):
    """A machine with enough echoes to do that something can happen meanwhile."""
    run = boot(over_pcidrv(tmp_path, kernel, f"Count={ECHOES} Tries=20"), net="own", qmp=True, extra=[
        "-netdev", "user,id=net0", "-device", f"i82557b,netdev=net0,addr={SLOT:#x}"])
    assert run.wait_for(r"^io: pcidrv.sys started", 60), run.text()
    run.runs_for(0.3)
    return run


def all_answered(run):
    assert run.wait(120) is not None, run.text()
    assert run.find(rf"^netecho: {ECHOES} of {ECHOES} "), run.text()
    account = report.load(run.report_file)["accounting"]
    assert account["lost"] == 0 and account["irps_outstanding"] == 0


def test_chip_that_stands(pinging):
    """The watch's work item resets it; every echo is answered in the end."""
    set_bus_master(pinging, False)
    wait_times(pinging, r"^pcidrv: the chip hangs: reset$", 1, timeout=15)
    set_bus_master(pinging, True)
    all_answered(pinging)


def test_cable_pulled(pinging):
    """What is on the wire is lost and sent again. QEMU's PHY shows a link all the same, so
    that the driver has nothing to tell."""
    pinging.qmp.hmp("set_link net0 off")
    pinging.runs_for(1.2)
    pinging.qmp.hmp("set_link net0 on")
    all_answered(pinging)
    assert int(pinging.find(r"^netecho: .* retransmitted (\d+)")[0][1]) > 0


@pytest.mark.parametrize("cpus", [1, 4])
def test_pulled_under_load(boot, kernel, tmp_path, cpus):
    """Three adapters one after the other, each pulled out in the middle of its work: every
    read and write comes back, though the file is open (WDF-31), and nothing is left."""
    image = iso.make(tmp_path / "unplug.iso", kernel, [
        (paths.BUILD / DRIVER[0], DRIVER[1]),
        (build_client("adapter"), r"unplug.sys kind=app Device=\Device\PCIDRV_")])
    run = boot(image, cpus=cpus, net="own", qmp=True, extra=[
        *ports(), "-netdev", "user,id=net0", "-device", "i82557b,id=nic,netdev=net0,bus=rp0"])
    for turn in range(1, 4):
        wait_times(run, r"^unplug: busy", turn)
        pull(run)
        removed, gone, pending, others = map(int, wait_times(
            run, r"^unplug: all back: removed (\d+), gone (\d+), pending (\d+), others (\d+)",
            turn).groups())
        assert removed + gone + others == 32 and pending == 0
        wait_times(run, r"^unplug: in use", turn)
        if turn < 3:
            plug(run, f"nic{turn}", **NIC)
    first, *later = [match.string for match in run.find(r"^unplug: in use")]
    assert later == [first, first], "something is left of an adapter"
    assert run.wait(60) == machine.PASSED, run.text()
