"""The same ISO on Bochs, a strict machine by other people: unknown MSRs and reserved bits
fault there, its local APIC and its 82540EM are not QEMU's, and its power goes off by ACPI."""

import re
import subprocess

import pytest

from harness import iso, paths

CONFIGURATION = """
display_library: rfb, options="timeout=0"
plugin_ctrl: speaker=0
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
megs: 128
cpu: model=corei7_haswell_4770, count={cpus}, ips=100000000, reset_on_triple_fault=0
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
pci: enabled=1, chipset=i440fx, slot1=e1000
e1000: enabled=1, mac=52:54:00:12:34:56, ethmod=slirp, script=""
ata0-master: type=cdrom, path="{iso}", status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={serial}
log: {log}
panic: action=fatal
"""


@pytest.fixture(scope="module", params=[1, 2])
def serial(request, tmp_path_factory, nt):
    """COM1 of a boot that echoes through Bochs's e1000."""
    folder = tmp_path_factory.mktemp("bochs")
    modules = [entry for entry in iso.standard_modules()
               if entry[0].name in ("e1000.sys", "netecho.sys")]
    image = iso.make(folder / "dirql.iso", paths.kernel(nt), modules)
    text = folder / "com1.txt"
    (folder / "bochsrc").write_text(CONFIGURATION.format(
        cpus=request.param, iso=image, serial=text, log=folder / "bochs.log"))
    # Its debugger asks before it starts: `c`. Power off ends it with a status of its own.
    subprocess.run(["bochs", "-q", "-f", str(folder / "bochsrc")], input=b"c\n",
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=150,
                   check=False, cwd=folder)
    log = (folder / "bochs.log").read_text(errors="replace")
    return request.param, text.read_text(errors="replace"), log


def test_processors_come_up(serial):
    cpus, text, _ = serial
    assert f"dirql: {cpus} of {cpus} processors up" in text


def test_echoes(serial):
    assert "netecho: 100 of 100 echo replies" in serial[1]


def test_nothing_is_lost(serial):
    assert re.search(r"^lost: 0\s*$", serial[1], re.M)


def test_gates_stand_inside_their_objects(serial):
    assert "OUTSIDE" not in serial[1]
    assert "e1000.sys!E1000Isr" in serial[1]


def test_power_goes_off_and_nothing_faulted(serial):
    assert "ACPI control: soft power off" in serial[2]
    assert not re.search(r"exception\(\): 3rd|triple fault", serial[2], re.I)
