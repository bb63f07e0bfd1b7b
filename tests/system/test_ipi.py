"""A request to another processor whose interrupt never came: its clock has it sent."""

import subprocess

from harness import paths

LINE = r"^dirql: processor 2: request 0x1 stands without its interrupt"


def test_request_without_its_interrupt(nt, boot, tmp_path):
    """gdb sets the word that a sender sets before it interrupts, and nobody interrupts."""
    stub = tmp_path / "stub"
    run = boot(net=False, cpus=4, options="hold modules=",
               extra=["-gdb", f"unix:{stub},server=on,wait=off"])
    assert run.wait_for(r"^dirql: holding", 60), run.text()
    subprocess.run(["gdb", "-q", "-nx", "-batch", "-ex", f"target remote {stub}", "-ex",
                    "set var KiProcessorBlock[2]->IpiRequests = 1", str(paths.kernel(nt))],
                   check=True, capture_output=True, timeout=60)
    assert run.wait_for(LINE, 30), run.text()
    assert len(run.find(LINE)) == 1, "once, since it is answered then"
