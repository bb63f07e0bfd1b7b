"""A client of QEMU's machine protocol: JSON objects, one a line, over a Unix socket."""

import contextlib
import json
import socket
import time


class Qmp:
    """Commands and events of one QEMU. Events that come meanwhile are kept in .events."""

    def __init__(self, path, timeout=10):
        self.events = []
        deadline = time.monotonic() + timeout
        while True:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self.socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                self.socket.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self.socket.settimeout(timeout)
        self.stream = self.socket.makefile("rw", encoding="utf-8")
        self._read()
        self.command("qmp_capabilities")

    def _read(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError("QEMU closed its QMP socket")
        return json.loads(line)

    def command(self, name, **arguments):
        """Runs one command and returns what it returns."""
        self.stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.stream.flush()
        while True:
            message = self._read()
            if "event" in message:
                self.events.append(message)
            elif "error" in message:
                raise RuntimeError(f"{name}: {message['error']['desc']}")
            else:
                return message["return"]

    def last_command(self, name, **arguments):
        """Runs a command upon which the guest may end QEMU before it answers."""
        with contextlib.suppress(ConnectionError):
            self.command(name, **arguments)

    def hmp(self, line, processor=0):
        """Runs a line of the human monitor, as seen by a processor, and returns its text.
        Each line has a monitor of its own, so its `cpu` command would not last."""
        return self.command("human-monitor-command",
                            **{"command-line": line, "cpu-index": processor})

    def drain(self):
        """Reads events until QEMU closes the socket; returns them all."""
        try:
            while True:
                message = self._read()
                if "event" in message:
                    self.events.append(message)
        except (ConnectionError, OSError, ValueError):
            pass
        return self.events

    def close(self):
        self.stream.close()
        self.socket.close()
