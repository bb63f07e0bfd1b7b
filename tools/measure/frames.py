"""The other end of the wire: a NIC whose back end is a pair of Unix datagram sockets.

Nothing is lost on the way: QEMU takes a frame from the socket only when the NIC has a
descriptor for it, so whoever sends too fast waits. What a guest reports as received must be
what was sent. (A stream would be faster, and lossy: QEMU reads many frames of it at once and
drops those that find no descriptor.)"""

import select
import socket
import struct
import time
from pathlib import Path

GUEST_MAC = bytes.fromhex("020000000002")
HOST_MAC = bytes.fromhex("020000000001")
MEASURED_TYPE = bytes.fromhex("88b5")
FRAME = 60
def frame(number):
    """Measured frame number so-and-so."""
    return (GUEST_MAC + HOST_MAC + MEASURED_TYPE + struct.pack("<Q", number)).ljust(FRAME, b"\0")


def echo(number):
    """What comes back of it."""
    return (HOST_MAC + GUEST_MAC + MEASURED_TYPE + struct.pack("<Q", number)).ljust(FRAME, b"\0")


class FrameChannel:
    """Bound before QEMU starts; accept() when it has."""

    def __init__(self, folder):
        self.here = Path(folder) / "wire.host"
        self.there = Path(folder) / "wire.guest"
        self._unlink()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.here))
        self.socket.setblocking(False)

    def _unlink(self):
        self.here.unlink(missing_ok=True)
        self.there.unlink(missing_ok=True)

    def arguments(self):
        """For QEMU's command line."""
        return ["-netdev", "dgram,id=net0,local.type=unix,remote.type=unix,"
                f"local.path={self.there},remote.path={self.here}",
                "-device", f"e1000,netdev=net0,mac={GUEST_MAC.hex(':')}"]

    def accept(self, timeout=10):
        """Waits until QEMU has its end."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.socket.connect(str(self.there))
                return self
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def send(self, frames, timeout=10):
        """Sends an iterable of frames; TimeoutError when the guest takes none for so long."""
        send = self.socket.send
        for data in frames:
            while True:
                try:
                    send(data)
                    break
                except BlockingIOError:
                    if not select.select([], [self.socket], [], timeout)[1]:
                        raise TimeoutError("the guest takes no more frames") from None

    def receive(self, timeout):
        """The frames that have come; waits for the first of them. [] when none did in time."""
        if not select.select([self.socket], [], [], max(timeout, 0))[0]:
            return []
        found, receive = [], self.socket.recv
        try:
            while True:
                found.append(receive(65536))
        except BlockingIOError:
            return found

    def drain(self):
        """Forgets what came unasked, as a guest's own packets when its link went up."""
        while self.receive(0):
            pass

    def close(self):
        self.socket.close()
        self._unlink()
