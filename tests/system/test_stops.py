"""A driver that misbehaves, with its author's eyes: `make run DRIVER=folder` fails, the stop
report is the last thing before the verdict, and the verdict says what he did, and where."""

import subprocess

import pytest

from conftest import ROOT
from harness import machine, verdict

HEAD = """#include <ntddk.h>
DRIVER_INITIALIZE DriverEntry;
"""
ENTRY = """
NTSTATUS NTAPI
DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    UNREFERENCED_PARAMETER(Driver);
    UNREFERENCED_PARAMETER(Path);
    Misbehave();
    DbgPrint("survived\\n");
    return STATUS_SUCCESS;
}
"""
STATIC = "static __attribute__((noinline)) VOID\nMisbehave(VOID)\n"
DPC = """static VOID NTAPI
MyDpc(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(First); UNREFERENCED_PARAMETER(Second);
    %s
    UNREFERENCED_PARAMETER(Context);
}
""" + STATIC + """{
    static KEVENT Event;
    static KDPC Dpc;
    LARGE_INTEGER Second = {.QuadPart = -10000000};
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    KeInitializeDpc(&Dpc, MyDpc, &Event);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    KeDelayExecutionThread(KernelMode, FALSE, &Second);
}
"""

# name: (source, code, what the report blames, words of the sentence)
ERRORS = {
    "null": (STATIC + "{ PULONG volatile Nothing = NULL; *(volatile ULONG *)Nothing = 1; }\n",
             0x50, "Misbehave", "null, freed or never valid pointer"),
    "waitindpc": (DPC % "KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL);",
                  0xB8, "MyDpc", "a DPC waited"),
    "dpcpointer": (DPC % "*(volatile ULONG *)0xFFFFB00000001000 = 1;",
                   0xD1, "MyDpc", "at raised IRQL"),
    "dpclevel": (DPC % "KfRaiseIrql(HIGH_LEVEL);",
                 0xC8, "MyDpc", "returned at another IRQL"),
    "twice": (STATIC + "{ static KSPIN_LOCK Lock; KIRQL Old; KeAcquireSpinLock(&Lock, &Old);\n"
              "KeAcquireSpinLock(&Lock, &Old); KeReleaseSpinLock(&Lock, Old); }\n",
              0xF, "Misbehave", "its holder asked again"),
    "freetwice": (STATIC + "{ PVOID P = ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT');\n"
                  "ExFreePoolWithTag(P, 'tseT'); ExFreePoolWithTag(P, 'tseT');\n"
                  "DbgPrint(\"again\\n\"); }\n",
                  0xC2, "Misbehave", "freed twice"),
    "constant": ("static const char Text[] = \"constant\";\n" + STATIC +
                 "{ *(volatile char *)(ULONG_PTR)Text = 'C'; }\n",
                 0xBE, "Misbehave", "read-only memory"),
    "recursion": ("static __attribute__((noinline)) ULONG Deep(volatile ULONG *Up)\n"
                  "{ volatile ULONG Here[64]; Here[0] = *Up + 1; return Deep(Here) + Here[1]; }\n"
                  + STATIC + "{ ULONG Start = 0; DbgPrint(\"%u\\n\", Deep(&Start)); }\n",
                  0x7F, "Deep", "the stack overflowed"),
}


@pytest.fixture
def misbehave(make_run, tmp_path):
    def start(name, source, *arguments):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "driver.c").write_text(HEAD + source + ENTRY)
        return make_run(f"stop-{name}", f"--driver={folder}", *arguments)
    return start


def assert_report_last(run):
    """One whole report, nothing after it but the verdict, and the status of a failure."""
    lines = [line for line in run.output.splitlines() if line.strip()]
    assert run.status != 0
    assert sum(line.startswith("*** STOP: ") for line in lines) == 1, run.output
    assert lines[-2] == "*** end of stop report" and lines[-1].startswith("run: FAILED: ")


@pytest.mark.parametrize("name", ERRORS)
def test_typical_error(misbehave, name):
    source, code, guilty, sentence = ERRORS[name]
    run = misbehave(name, source)
    assert_report_last(run)
    assert f"bugcheck 0x{code:08X} " in run.last_line
    assert f"{name}.sys!{guilty}" in run.last_line and sentence in run.last_line, run.last_line
    head = run.output[run.output.index("*** STOP: "):].splitlines()
    assert sentence in head[2] and f"*** driver {name}.sys at {name}.sys!{guilty}" in head[3]


def test_driver_without_symbols(make_run, tmp_path):
    """Its file and the offset in it remain."""
    source, output = tmp_path / "driver.c", tmp_path / "bare.sys"
    source.write_text(HEAD + ERRORS["null"][0] + ENTRY)
    subprocess.run([str(ROOT / "tools/build_driver"), str(output), str(source)], check=True)
    subprocess.run(["x86_64-w64-mingw32-strip", str(output)], check=True)
    run = make_run("stop-bare", f"--driver={output}")
    assert_report_last(run)
    assert "bugcheck 0x00000050 " in run.last_line and " in bare.sys+0x" in run.last_line


def test_before_anything_is_up(make_run):
    """No memory, no symbols, no other processors: a report all the same."""
    run = make_run("stop-early", "--append=bugcheck=early")
    assert_report_last(run)
    assert "bugcheck 0x000000E2 MANUALLY_INITIATED_CRASH (0x65" in run.last_line


@pytest.mark.parametrize("cpus", [1, 4])
def test_nmi(boot, disk_image, cpus):
    """BUG-15: QEMU gives the NMI to all processors at once; one of them reports."""
    run = boot(disk=disk_image, options="hold", qmp=True, cpus=cpus)
    assert run.wait_for(r"^dirql: holding", 90), run.story()
    run.qmp.last_command("inject-nmi")
    assert run.wait(30) == machine.BUGCHECK, run.text()
    code, parameters, name = verdict.stop_report(run)
    assert (code, name) == (0x80, "NMI_HARDWARE_FAILURE") and parameters[0] == 0x4F4454
    assert len(run.find(r"^\*\*\* end of stop report")) == 1
    assert not run.find("did not stop")
    assert len(run.find(r"^processor \d irql \d+ at ")) == cpus - 1
