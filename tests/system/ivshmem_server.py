"""An ivshmem server that is also the other machine: it shares memory with one QEMU, and
answers each of its rings with a ring on the same vector.

The protocol, on a Unix stream socket: each message is a number of 8 bytes, little-endian,
and may carry a file descriptor. The client gets the protocol's version (0), its own number,
and -1 with the shared memory; then, for every vector of every peer, the peer's number with an
eventfd, its own last. Writing to an eventfd rings that peer's vector."""

import array
import mmap
import os
import select
import socket
import struct
import threading

VERSION, GUEST, SERVER = 0, 0, 1
COUNT_PLACE = 4096


class IvshmemServer:
    """Serves in a thread from start on; close() ends it."""

    def __init__(self, path, size=1 << 20, vectors=2):
        self.path, self.vectors = str(path), vectors
        self.rings = [0] * vectors
        self._file = os.memfd_create("ivshmem")
        os.ftruncate(self._file, size)
        self.memory = mmap.mmap(self._file, size)
        self._guest = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(vectors)]
        self._own = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(vectors)]
        self._stop = os.eventfd(0, os.EFD_NONBLOCK)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        self._listener.listen(1)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def arguments(self):
        """QEMU's, for the device."""
        return ["-chardev", f"socket,path={self.path},id=ivshmem",
                "-device", f"ivshmem-doorbell,chardev=ivshmem,vectors={self.vectors}"]

    @staticmethod
    def _send(client, number, descriptor=None):
        ancillary = [] if descriptor is None else [
            (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        client.sendmsg([struct.pack("<q", number)], ancillary)

    def _greet(self, client):
        self._send(client, VERSION)
        self._send(client, GUEST)
        self._send(client, -1, self._file)
        for event in self._own:
            self._send(client, SERVER, event)
        for event in self._guest:
            self._send(client, GUEST, event)

    def _serve(self):
        client, _ = self._listener.accept()
        self._greet(client)
        poll = select.poll()
        for descriptor in [self._stop, *self._own]:
            poll.register(descriptor, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self._stop:
                    client.close()
                    return
                self._answer(self._own.index(descriptor))

    def _answer(self, vector):
        """Counts where the guest can see it, then rings."""
        self.rings[vector] += os.eventfd_read(self._own[vector])
        self.memory[COUNT_PLACE:COUNT_PLACE + 8] = struct.pack("<Q", sum(self.rings))
        os.eventfd_write(self._guest[vector], 1)

    def close(self):
        os.eventfd_write(self._stop, 1)
        self._listener.close()
        self._thread.join(5)
        self.memory.close()
        for descriptor in [self._file, self._stop, *self._guest, *self._own]:
            os.close(descriptor)
