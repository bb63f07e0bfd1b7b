#!/usr/bin/python3
"""What `make gdb` does: QEMU stopped at its gdb stub, gdb attached with the kernel's symbols.

The machine is the one of `make run`; its serial console goes to build/gdb/com1.log, and a
breakpoint waits at BootMain, where the kernel is mapped. tools/gdb/ adds the commands: `help
nt` lists them, and `sys` adds the symbols of every driver that is loaded at that moment.

With --port the stub listens there, and the gdb is somebody else's, an editor's for example."""

import argparse
import os
import subprocess
import sys
import time

from harness import disk, iso, paths
from harness.machine import Machine

SCRIPT = """
set pagination off
set disassembly-flavor intel
target remote {socket}
hbreak BootMain
continue
delete
source {commands}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nt", default="6.3")
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("--machine", default="q35")
    parser.add_argument("--append", default="", help="boot options")
    parser.add_argument("--port", type=int, help="serve this TCP port, start no gdb")
    parser.add_argument("--gdb-arg", action="append", default=[], help="passed on to gdb")
    arguments = parser.parse_args()
    folder = paths.BUILD / "gdb"
    folder.mkdir(parents=True, exist_ok=True)
    image = folder / "disk.img"
    disk.make(image, 1)
    log = (folder / "com1.log").open("w")
    socket = folder / "stub"
    socket.unlink(missing_ok=True)
    machine = Machine(paths.iso(arguments.nt), folder=folder, cpus=arguments.cpus,
                      machine=arguments.machine, disk=image, options=arguments.append,
                      on_line=lambda line: print(line, file=log, flush=True),
                      extra=["-S", "-gdb", f"tcp:localhost:{arguments.port}" if arguments.port
                             else f"unix:{socket},server=on,wait=off"])
    script = folder / "start.gdb"
    script.write_text(SCRIPT.format(socket=socket, commands=paths.TOOLS / "gdb/nt.py"))
    with machine:
        if arguments.port:
            print(f"console: {os.path.relpath(log.name)}")
            print(f"gdb: connect to localhost:{arguments.port}", flush=True)
            sys.exit(machine.wait(None))
        while not socket.exists():
            time.sleep(0.05)
        print(f"console: {os.path.relpath(log.name)}")
        status = subprocess.run(["gdb", "-q", "-x", str(script), *arguments.gdb_arg,
                                 str(paths.kernel(arguments.nt))], check=False).returncode
    sys.exit(status)


if __name__ == "__main__":
    main()
