"""Anyone's driver: `make run DRIVER=... HWID=...`, and each way it can go wrong."""

import subprocess

import pytest

from conftest import ROOT

EDU = r"PCI\VEN_1234&DEV_11E8"
HEAD = "#include <ntddk.h>\nDRIVER_INITIALIZE DriverEntry;\nNTSTATUS NTAPI\n" \
       "DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)\n{\n" \
       "    UNREFERENCED_PARAMETER(Driver);\n    UNREFERENCED_PARAMETER(Path);\n"


@pytest.fixture
def source(tmp_path):
    """Writes the folder of a driver whose DriverEntry has the given body."""
    def write(name, body, before=""):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "driver.c").write_text(before + HEAD + body + "}\n")
        return folder
    return write


def console(run):
    return (run.folder / "com1.log").read_text()


def test_example_from_its_folder(make_run):
    run = make_run("edu", "--driver=examples/edu", f"--hwid={EDU}")
    assert run.status == 0, run.output
    assert "edu: 12! = 479001600; 12 factorials, 12 interrupts, 12 DPCs" in console(run)
    objects = [item for item in run.report["interrupt_objects"]
               if item["driver"] == "edu.sys"]
    assert sum(item["claimed"] for item in objects) == 12
    assert all(item["gate_inside"] for item in objects)


def test_example_as_a_file(make_run, tmp_path):
    output = tmp_path / "mine.sys"
    subprocess.run([str(ROOT / "tools/build_driver"), str(output),
                    *map(str, sorted((ROOT / "examples/edu").glob("*.c")))], check=True)
    run = make_run("edu-file", f"--driver={output}", f"--hwid={EDU}")
    assert run.status == 0, run.output
    assert "mine.sys" in console(run) or "edu: 12!" in console(run)


def test_without_hwid_driver_entry_is_called(make_run, source):
    folder = source("hello", '    DbgPrint("hello from DriverEntry\\n");\n'
                             "    return STATUS_SUCCESS;\n")
    run = make_run("hello", f"--driver={folder}")
    assert run.status == 0, run.output
    assert "hello from DriverEntry" in console(run)


def test_driver_that_does_not_compile(make_run, source):
    run = make_run("nocompile", f"--driver={source('broken', '    return 0 +;' + chr(10))}")
    assert run.status != 0
    assert run.last_line.startswith("run: FAILED: DRIVER=")
    assert "does not compile" in run.last_line and "driver.c:" in run.last_line


def test_driver_that_is_not_there(make_run):
    run = make_run("absent", "--driver=no/such/driver")
    assert run.status != 0
    assert run.last_line == "run: FAILED: DRIVER=no/such/driver: no such file or folder"


def test_import_the_kernel_lacks(make_run, source):
    """Every missing name is on the console, and the run names the driver."""
    folder = source("wants", "    CcFlushCache();\n    FsRtlTeardownPerStreamContexts();\n"
                             "    return STATUS_SUCCESS;\n",
                    "void CcFlushCache(void);\nvoid FsRtlTeardownPerStreamContexts(void);\n")
    run = make_run("imports", f"--driver={folder}")
    assert run.status != 0
    assert run.last_line.startswith("run: FAILED:") and "wants.sys" in run.last_line
    assert "CcFlushCache" in console(run)
    assert "FsRtlTeardownPerStreamContexts" in console(run)


def test_driver_entry_that_fails(make_run, source):
    folder = source("fails", "    return STATUS_UNSUCCESSFUL;\n")
    run = make_run("entry", f"--driver={folder}")
    assert run.status != 0
    assert run.last_line.startswith("run: FAILED:") and "fails.sys" in run.last_line
    assert "c0000001" in console(run).lower()


def test_device_that_is_not_there(make_run):
    run = make_run("nodevice", "--driver=examples/edu", r"--hwid=PCI\VEN_DEAD&DEV_BEEF")
    assert run.status != 0
    assert run.last_line.startswith("run: FAILED:") and "edu.sys" in run.last_line
