"""A client of QEMU's qtest protocol: reads and writes of a running machine's devices from
outside, behind the guest's back."""

import socket
import time


class Qtest:
    """One connection to `-qtest unix:PATH,server=on,wait=off`, beside a real accelerator."""

    def __init__(self, path, timeout=10):
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
        self.stream = self.socket.makefile("rw", encoding="ascii")

    def _command(self, line):
        self.stream.write(line + "\n")
        self.stream.flush()
        while (answer := self.stream.readline()).startswith("IRQ"):
            pass
        if not answer.startswith("OK"):
            raise RuntimeError(f"{line}: {answer.strip() or 'QEMU is gone'}")
        return answer.split()[1:]

    def read(self, address):
        """The 32-bit register at a physical address."""
        return int(self._command(f"readl {address:#x}")[0], 16)

    def write(self, address, value):
        self._command(f"writel {address:#x} {value:#x}")

    def configure(self, device, function, offset, value):
        """Writes a PCI configuration register of bus 0, through the ports that a guest with
        ECAM leaves alone."""
        address = 0x80000000 | device << 11 | function << 8 | offset
        self._command(f"outl 0xcf8 {address:#x}")
        self._command(f"outl 0xcfc {value:#x}")

    def close(self):
        self.stream.close()
        self.socket.close()
