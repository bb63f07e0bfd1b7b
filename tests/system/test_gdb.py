"""The `nt` commands of gdb: in the middle of the boot (an IRP at work, a DPC queued, inside a
driver's code), in the idle machine with everything connected, on a dump of its memory, and
in a bug check. One machine serves the first three."""

import re
import subprocess

import pytest

from harness import disk, machine, paths

LIVE = """nt sys|nt idt|nt idt -a|nt irql|nt irql *|nt irql 77|nt dpcs|nt pcr|nt pcr 1|nt prcb
nt prcb 2|nt interrupts|nt apic|nt apic 2|nt ioapic|nt threads|nt timers|nt devices|nt drivers
nt pool|nt pool ObjH|nt bugcheck|nt kinterrupt|nt kinterrupt 0xdead000000000000
nt kinterrupt &KiProcessorBlock|nt irp 0|nt irp 0x123456789abcdef0|nt irp KiProcessorBlock
nt irp nonsense+|nt pool none|nt apic 77|nt idt xyz|nt kinterrupt 0xffffffffffffffff
nt locks|nt locks &KiDispatcherLock|nt locks 0xdead000000000000|nt trace|nt trace 5|nt trace 0
nt trace nonsense+"""
OBJECT = "nt kinterrupt {}"
GARBAGE = ("nt irql 77", "nt kinterrupt", "nt kinterrupt 0xdead000000000000",
           "nt kinterrupt &KiProcessorBlock", "nt irp 0", "nt irp 0x123456789abcdef0",
           "nt irp KiProcessorBlock", "nt irp nonsense+", "nt pool none", "nt apic 77",
           "nt idt xyz", "nt kinterrupt 0xffffffffffffffff", "nt locks 0xdead000000000000",
           "nt trace 0", "nt trace nonsense+")


def gdb(nt, target, lines):
    """{command: what it printed} of one gdb in batch mode; of a command that comes again, all."""
    arguments = ["-ex", "set pagination off", "-ex", "set confirm off", "-ex", target,
                 "-ex", f"source {paths.TOOLS}/gdb/nt.py"]
    for line in lines:
        arguments += ["-ex", f"echo \\n=== {line}\\n", "-ex", line]
    result = subprocess.run(["gdb", "-q", "-nx", "-batch", *arguments, str(paths.kernel(nt))],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            timeout=120, check=False)
    assert "Traceback" not in result.stdout, result.stdout
    text = re.sub(r"^\[Inferior .* detached\]\n", "", result.stdout, flags=re.MULTILINE)
    parts = re.split(r"^=== (.*)\n", text, flags=re.MULTILINE)
    found = {}
    for line, output in zip(parts[1::2], parts[2::2]):
        found[line] = found.get(line, "") + output
    return found


def live_lines():
    return [line for row in LIVE.splitlines() for line in row.split("|")]


class Session:
    """What gdb printed `inside` the boot, while all was `held`, and on a `dump`."""


@pytest.fixture(scope="module")
def session(nt, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gdb")
    image, stub, core = folder / "disk.img", folder / "stub", folder / "core"
    disk.make(image, 2)
    found = Session()
    with machine.Machine(paths.iso(nt), folder=folder, disk=image, options="hold trace=on", qmp=True,
                         extra=["-S", "-gdb", f"unix:{stub},server=on,wait=off"]) as run:
        target = f"target remote {stub}"
        found.inside = gdb(nt, target, [
            "hbreak BootMain", "continue", "nt idt", "nt threads", "delete",
            "hbreak IofCompleteRequest", "continue", "nt irp Irp", "delete",
            # Three ISRs: the DPC of one can have run on another processor when gdb looks.
            "hbreak *KeInsertQueueDpc if $cr8 > 2", *["continue", "finish", "nt dpcs"] * 3,
            "nt sys", "delete",
            "hbreak E1000DpcForIsr", "continue", "nt irql", "nt trace 3", "nt locks",
            "nt interrupts", "nt prcb",
            "nt pcr", "nt devices", "delete"])
        assert run.wait_for(r"^dirql: holding", 90), run.story()
        held = live_lines()
        found.held = gdb(nt, target, held)
        first = re.search(r" ([0-9a-f]{16}) \S+!", found.held["nt interrupts"])
        assert first, found.held["nt interrupts"]
        found.object = first[1]
        line = OBJECT.format(found.object)
        found.held |= {"object": gdb(nt, target, [line])[line]}
        run.qmp.command("stop")
        run.qmp.command("dump-guest-memory", paging=True, protocol=f"file:{core}")
        found.dump = gdb(nt, f"core-file {core}", held + [line])
        found.dump["object"] = found.dump[line]
    core.unlink()
    return found


@pytest.fixture(params=["held", "dump"])
def output(request, session):
    return getattr(session, request.param)


def test_sys(output):
    for name in ("e1000.sys", "ahci.sys", "netecho.sys"):
        assert re.search(rf"^[0-9a-f]{{16}} [0-9a-f]{{8}} {name} .*/{name}$",
                         output["nt sys"], re.M)


def test_idt(output):
    """DBG-1: Every processor's table; the e1000's ISR behind a vector of some processor."""
    text = output["nt idt"]
    assert len(re.findall(r"^Dumping IDT: [0-9a-f]{16} \(processor \d\)$", text, re.M)) == 4
    assert re.search(r"^[0-9a-f]{2}:\t[0-9a-f]{16} e1000!E1000\w+ \(KINTERRUPT [0-9a-f]{16}\)$",
                     text, re.M)
    assert len(re.findall(r"^d1:\t[0-9a-f]{16} nt!KiClockInterrupt$", text, re.M)) == 4


def test_idt_gates_lead_to_the_objects(output, nt):
    """DispatchCode: the gate stands inside its object. Thunks: in the kernel's image."""
    rows = re.findall(r"^..:\t([0-9a-f]{16}) \S+ \(KINTERRUPT ([0-9a-f]{16})\)",
                      output["nt idt"], re.M)
    assert rows
    for gate, address in rows:
        inside = 0 < int(gate, 16) - int(address, 16) < 0x200
        assert inside == (nt not in ("10.0", "2004"))


def test_idt_all(output):
    """Double fault, NMI and machine check have stacks of their own."""
    text = output["nt idt -a"]
    assert len(re.findall(r"^[0-9a-f]{2}:\t", text, re.M)) == 4 * 256
    assert len(re.findall(r"^(?:02|08|12):.* Stack = 0x[0-9a-f]{16}$", text, re.M)) == 4 * 3
    assert re.search(r"^0e:\t[0-9a-f]{16} nt!ArchVectorStubs\+0xe0$", text, re.M)


def test_irql(session):
    """DBG-2, IRQL-25: one line a processor, with the level it had when it stopped."""
    assert re.search(r"^Debugger saved IRQL for processor 0x\d -- \d+ \(\w+\)$",
                     session.held["nt irql"], re.M)
    assert len(re.findall(r"^Debugger saved IRQL .* -- \d+ \(\w+\)$",
                          session.held["nt irql *"], re.M)) == 4
    assert session.dump["nt irql *"].count("CR8 is not in a dump") == 4


def test_pcr_and_prcb(output):
    """DBG-4, DBG-5, STR-23, STR-24: WinDbg's rows, and where the PRCB stands."""
    assert re.search(r"^KPCR for Processor 1 at [0-9a-f]{16}:\n    Major 1 Minor 1$",
                     output["nt pcr 1"], re.M)
    fields = dict(re.findall(r"^ +(\w+): ([0-9a-f]{16})$", output["nt pcr 1"], re.M))
    assert int(fields["Prcb"], 16) == int(fields["SelfPcr"], 16) + 0x180
    assert int(fields["CurrentThread"], 16) and int(fields["IDT"], 16)
    assert output["nt prcb"].startswith("PRCB for Processor 0 at ")
    assert output["nt prcb 2"].startswith("PRCB for Processor 2 at ")
    assert re.search(r"^Interrupt Count -- [0-9a-f]{8}$", output["nt prcb"], re.M)


def test_interrupts(output):
    rows = re.findall(r"^ +(\d) +([0-9a-f]+) +(\d+) +(\d+) (?:edge |level) .* (\d+) "
                      r"[0-9a-f]{16} (e1000|ahci)!", output["nt interrupts"], re.M)
    assert {row[5] for row in rows} == {"e1000", "ahci"}
    for _, vector, irql, synchronize, calls, _ in rows:
        assert int(irql) == int(vector, 16) >> 4 <= int(synchronize)
    assert any(int(row[4]) for row in rows)


def test_kinterrupt(output, nt):
    """DBG-9, KINT-1: the object as `dt nt!_KINTERRUPT` shows it."""
    text = output["object"]
    assert re.search(r"^   \+0x000 Type +: 0n22$", text, re.M)
    assert re.search(r"^   \+0x002 Size +: 0n\d+$", text, re.M)
    assert re.search(r"^   \+0x008 InterruptListEntry : _LIST_ENTRY \[ 0x", text, re.M)
    assert re.search(r"Mode +: [01] \( (LevelSensitive|Latched) \)$", text, re.M)
    if nt in ("10.0", "2004"):
        assert re.search(r"^Gate [0-9a-f]{2} of processor \d: nt!Ki(Interrupt|Chained)Thunks",
                         text, re.M)
    else:
        assert re.search(r"^[0-9a-f]{16} lea .*rip.*rbp", text, re.M)
    assert re.search(r"^[0-9a-f]{16} jmp ", text, re.M)


def test_apic(session):
    """DBG-6: a local APIC's rows."""
    text = session.held["nt apic 2"]
    assert text.startswith("Apic @ fffe0000  ID:2  LogDesc:04000000  DestFmt:ffffffff  TPR ")
    assert "SpurVec:df  FaultVec:e2  error:0" in text
    assert re.search(r"^Timer\.\.: 00000000`000200d1  Vec:D1  FixedDel ", text, re.M)
    for name in ("TMR", "IRR", "ISR"):
        assert re.search(rf"^{name}:", text, re.M)


def test_ioapic(session):
    """DBG-7: the I/O APIC's rows."""
    text = session.held["nt ioapic"]
    assert text.startswith("IoApic @ FEC00000  ID:0 (20)  Arb:0")
    assert len(re.findall(r"^Inti[0-9A-F]{2}\.: [0-9a-f]{8}`[0-9a-f]{8}  Vec:",
                          text, re.M)) == 24


def test_a_dump_has_no_devices(session):
    for name in ("nt apic", "nt apic 2", "nt ioapic"):
        assert "a dump holds memory and registers only" in session.dump[name]


def test_threads(output):
    text = output["nt threads"]
    assert re.search(r"^[0-9a-f]{16} 0004\.[0-9a-f]{4} +Waiting .* nt!ExpWorkerThread on "
                     r"Semaphore ", text, re.M)
    assert len(re.findall(r"^[0-9a-f]{16} idle ", text, re.M)) == 4


def test_timers(output):
    """The boot thread sleeps in the hold; now and then it is about to sleep again."""
    text = output["nt timers"]
    assert re.match(r"Interrupt time [0-9a-f]{16}\nTimer ", text)
    for row in text.splitlines()[2:]:
        assert not row or re.match(r"[0-9a-f]{16} [0-9a-f]{16} +-?[\d.]+ +\d+ (DPC|thread) ", row)


def test_devices_and_drivers(output):
    assert re.search(r"\\Driver\\ahci .* \\Device\\Harddisk0$", output["nt devices"], re.M)
    assert re.search(r"\\Driver\\pci .* PCI 00:00\.0$", output["nt devices"], re.M)
    assert re.search(r" \\Driver\\e1000 e1000\.sys$", output["nt drivers"], re.M)


def test_pool(output):
    rows = re.findall(r"^(.{6}) +(\d+) +(\d+) +(\d+) +(\d+)$", output["nt pool"], re.M)
    numbers = {name.strip(): [int(word) for word in words] for name, *words in rows}
    total = numbers.pop("TOTAL")
    assert "ObjH" in numbers and total[0] - total[1] == total[2]
    assert sum(row[2] for row in numbers.values()) == total[2]
    assert len(output["nt pool ObjH"].strip().splitlines()) == 2


def test_no_bugcheck(output):
    assert output["nt bugcheck"].strip() == "There was no bug check."


@pytest.mark.parametrize("line", GARBAGE)
def test_garbage_is_one_line(output, line):
    text = output[line].strip()
    assert text.startswith(" ".join(line.split()[:2]) + ": ") and "\n" not in text, text


def test_before_the_kernel_is_up(session):
    assert session.inside["nt idt"].strip().startswith("nt idt: no processor is known")
    assert session.inside["nt threads"].count("\n") <= 3


def test_irp_at_work(session):
    """DBG-11: the stack locations of an IRP that is on its way."""
    text = session.inside["nt irp Irp"]
    assert re.search(r"^Irp is \S.* with \d+ stacks \d+ is current \(= 0x[0-9a-f]{16}\)$",
                     text, re.M)
    assert re.search(r"^>\[IRP_MJ_\w+\([0-9a-f]+\), [0-9a-f]+\]$", text, re.M)
    assert re.search(r"^ +\\Driver\\\w+", text, re.M)


def test_queued_dpc(session):
    """DBG-3, STR-26: a queued DPC and of which kind it is."""
    assert re.search(r"^ \d: (Normal  |Threaded): 0x[0-9a-f]{16} 0x[0-9a-f]{16} \w+!\w+",
                     session.inside["nt dpcs"], re.M), session.inside


def test_inside_a_driver(session):
    """The driver's own DWARF, with its own idea of these types, does not get in the way."""
    assert "E1000DpcForIsr" in session.inside["continue"]
    assert "-- 2 (DISPATCH_LEVEL)" in session.inside["nt irql"]
    assert re.search(r" e1000!\w+$", session.inside["nt interrupts"], re.M)
    assert "\\Driver\\e1000" in session.inside["nt devices"]


def test_locks(session, output):
    """Idle, nothing is held; in the middle of a queued DPC at the most what is busy."""
    assert re.search(r"^\d\d+ spin locks looked at, \d+ held$", output["nt locks"], re.M)
    assert output["nt locks &KiDispatcherLock"].startswith("Spin lock  ")
    assert re.search(r"^\d\d+ spin locks looked at, \d+ held$", session.inside["nt locks"], re.M)


def test_trace(session, output):
    """The last events of all rings in the order of time; in a DPC, that DPC's."""
    rows = re.findall(r"^ +([\d.]+) +(\d) +(\d+) ([a-z-]+) +[0-9a-f]{4} [0-9a-f]{16} ",
                      output["nt trace 5"], re.M)
    assert len(rows) == 5 and [float(row[0]) for row in rows] == \
        sorted((float(row[0]) for row in rows), reverse=True)
    assert len(output["nt trace"].strip().splitlines()) == 22
    assert re.search(r"^\d+ events in 4 rings, \d+ overwritten$", output["nt trace"], re.M)
    assert re.search(r" dpc-enter .* e1000!E1000DpcForIsr$", session.inside["nt trace 3"], re.M)


@pytest.fixture(scope="module")
def crash(nt, tmp_path_factory):
    """(console, `nt bugcheck` before the report, the same on a dump after it). The kernel
    powers the machine off at the end; QEMU is told to keep it."""
    folder = tmp_path_factory.mktemp("gdb-crash")
    stub, core = folder / "stub", folder / "core"
    with machine.Machine(paths.iso(nt), folder=folder, options="bugcheck", qmp=True,
                         debug_exit=False,
                         extra=["-no-shutdown", "-S", "-gdb",
                                f"unix:{stub},server=on,wait=off"]) as run:
        before = gdb(nt, f"target remote {stub}",
                     ["hbreak KiBugCheckReport", "continue", "nt bugcheck", "delete"])
        assert run.wait_for(r"^\*\*\* end of stop report", 60), run.text()
        run.qmp.command("stop")
        run.qmp.command("dump-guest-memory", paging=True, protocol=f"file:{core}")
        after = gdb(nt, f"core-file {core}", ["nt bugcheck", "nt irql *"])
    core.unlink()
    return run, before, after


def test_bugcheck(crash):
    """The commands word the stop as the console does, before the report and on a dump."""
    run, before, after = crash
    stop = next(line for line in run.lines if line.startswith("*** STOP: "))
    name = next(line for line in run.lines if line.startswith("*** MANUALLY_INITIATED_CRASH"))
    for text in (before["nt bugcheck"], after["nt bugcheck"]):
        assert text.startswith(stop + "\n" + name + "\n"), text
        assert "rip " in text and "nt!KiThreadStartup" in text


def test_levels_of_stopped_processors(crash):
    """The three that the bug check stopped have it in their frames."""
    assert len(re.findall(r" -- \d+ \(\w+\)$", crash[2]["nt irql *"], re.M)) == 3
