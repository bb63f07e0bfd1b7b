"""netecho as the one who is asked: by a UDP socket of the host's through QEMU's user
network, and frame by frame by this test, which is the other end of the wire."""

import select
import socket
import struct
import time

import pytest
from pcap import checksum

from harness import iso, paths, report

SELF, PEER = bytes([10, 0, 2, 15]), bytes([10, 0, 2, 2])
MAC, PEER_MAC = bytes.fromhex("525400123456"), bytes.fromhex("020000000001")
IPV4, ARP, ICMP, UDP = 0x0800, 0x0806, 1, 17


@pytest.fixture
def serving(boot, nt, tmp_path):
    """Starts a machine whose netecho only answers, on a network back end of the test's."""
    def start(backend, seconds):
        image = tmp_path / "echo.iso"
        iso.make(image, paths.kernel(nt), [
            (paths.BUILD / "drivers/e1000.sys", r"e1000.sys hwid=PCI\VEN_8086&DEV_100E"),
            (paths.BUILD / "apps/netecho.sys",
             f"netecho.sys kind=app Count=0 Serve={seconds}")])
        machine = boot(image, net=False, extra=[
            "-netdev", backend + ",id=net0", "-device", f"e1000,netdev=net0,mac={dashed(MAC)}"])
        assert machine.wait_for(r"^netecho: serving", 60), machine.text()
        return machine
    return start


def dashed(address):
    return ":".join(f"{byte:02x}" for byte in address)


def ethernet(kind, payload, to=MAC):
    return to + PEER_MAC + struct.pack(">H", kind) + payload


def ipv4(protocol, message):
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 1, 0, 64, protocol, 0,
                         PEER, SELF)
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    return ethernet(IPV4, header + message)


def ping(sequence, payload):
    message = struct.pack(">BBHHH", 8, 0, 0, 77, sequence) + payload
    return ipv4(ICMP, message[:2] + struct.pack(">H", checksum(message)) + message[4:])


def udp(payload, port=7):
    return ipv4(UDP, struct.pack(">HHHH", 4711, port, 8 + len(payload), 0) + payload)


class Wire:
    """The other end of QEMU's dgram back end: a datagram is a frame."""

    def __init__(self, folder):
        self.near, self.far = str(folder / "guest"), str(folder / "host")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.far)
        self.backend = (f"dgram,local.type=unix,local.path={self.near},"
                        f"remote.type=unix,remote.path={self.far}")

    def send(self, frame):
        self.socket.sendto(frame, self.near)

    def receive(self, timeout=5):
        """The next frame, None when there is none in time."""
        ready, _, _ = select.select([self.socket], [], [], timeout)
        return self.socket.recv(0x10000) if ready else None

    def drain(self):
        count = 0
        while self.receive(0.5) is not None:
            count += 1
        return count

    def answers(self, sequence):
        """Whether a ping comes back whole, among whatever else is on the wire."""
        payload = bytes(range(200))
        self.send(ping(sequence, payload))
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            frame = self.receive(1)
            if frame and frame[34:35] == b"\0" and frame[38:242] == ping(
                    sequence, payload)[38:242]:
                return checksum(frame[14:34]) == 0 and checksum(frame[34:242]) == 0
        return False


@pytest.fixture
def wire(tmp_path):
    item = Wire(tmp_path)
    yield item
    item.socket.close()


def settle(machine):
    """The end of the run: nothing lost, whatever was on the wire."""
    assert machine.wait(90) is not None, machine.text()
    account = report.load(machine.report_file)["accounting"]
    assert account["lost"] == 0 and account["irps_outstanding"] == 0, machine.text()
    return int(machine.find(r"^netecho: answered (\d+) echoes")[-1][1])


def meet(client):
    """QEMU's network throws a datagram away whose receiver it does not know yet and has not
    learned of within a second. Once known, none may be lost."""
    client.settimeout(2)
    for turn in range(10):
        client.send(b"meet %d" % turn)
        try:
            while client.recv(4096) != b"meet %d" % turn:
                pass
            break
        except TimeoutError:
            continue
    client.settimeout(10)


def test_udp_sender_on_the_host(serving):
    """Through hostfwd; datagrams of every size up to a full frame."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving(f"user,hostfwd=udp:127.0.0.1:{port}-10.0.2.15:7", 60)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        meet(client)
        for size in [1, 17, 18, 19, 500, 1471, 1472]:
            payload = bytes(index * 7 % 256 for index in range(size))
            client.send(payload)
            assert client.recv(4096) == payload


def test_arp_icmp_and_udp(serving, wire):
    machine = serving(wire.backend, 6)
    wire.send(ethernet(ARP, struct.pack(">HHBBH6s4s6s4s", 1, IPV4, 6, 4, 1, PEER_MAC, PEER,
                                        bytes(6), SELF), b"\xff" * 6))
    reply = wire.receive()
    assert reply[:14] == PEER_MAC + MAC + b"\x08\x06"
    assert reply[20:42] == b"\0\2" + MAC + SELF + PEER_MAC + PEER
    assert wire.answers(1)
    wire.send(udp(b"hello"))
    reply = wire.receive()
    assert reply[34:38] == struct.pack(">HH", 7, 4711) and reply[42:47] == b"hello"
    assert settle(machine) == 2


def test_frames_that_are_none(serving, wire):
    """Too short, too long, cut short, for others, damaged: no answer, and no harm. (A
    datagram of no bytes is the end of the wire to QEMU; 1 is as short as a frame gets.)"""
    machine = serving(wire.backend, 10)
    whole = ping(2, bytes(56))
    for size in (1, 13, 1519, 16000):
        wire.send((whole + bytes(16000))[:size])
    for frame in (whole[:30], whole[:16] + b"\xff\xff" + whole[18:],
                  whole[:14] + b"\x4f" + whole[15:], whole[:40] + b"\xff" + whole[41:],
                  udp(b"x", port=9), udp(b"x")[:38] + b"\xff\xff" + udp(b"x")[40:]):
        wire.send(frame)
    assert wire.drain() == 0
    assert wire.answers(3)
    assert settle(machine) == 1


def test_flood_of_short_frames(serving, wire):
    """As fast as this host can send for ten seconds; answered or dropped, then as ever."""
    machine = serving(wire.backend, 20)
    frame, sent, came = udp(b"flood").ljust(60, b"\0"), 0, 0
    wire.socket.setblocking(False)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            wire.send(frame)
            sent += 1
        except BlockingIOError:
            pass
        try:
            came += bool(wire.socket.recv(2048))
        except BlockingIOError:
            pass
    came += wire.drain()
    print(f"{sent} frames sent, {came} came back")
    assert 0 < came <= sent
    assert wire.answers(4)
    assert settle(machine) >= came
