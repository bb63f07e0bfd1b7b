"""What the kernel refuses to start on: one clear line, exit status 39, no triple fault."""

import struct
import subprocess

import pytest

from harness import iso, machine

MULTIBOOT2_MAGIC = 0xE85250D6
ENTRY_ADDRESS_TAG = 3


def assert_refused(run, words):
    """Exactly one refusal, with the words in it, and the exit status that says so."""
    status = run.wait(60)
    refusals = run.find(r"^dirql: cannot start: (.+)")
    assert len(refusals) == 1, run.text()
    assert any(word in refusals[0].group(1).lower() for word in words), refusals[0].group(0)
    assert status == machine.REFUSED
    assert not run.find(r"^\*\*\* STOP")


def test_less_than_32_mib(boot):
    assert_refused(boot(memory=24, net=False), ["memory", "mib"])


def test_no_local_apic(boot):
    assert_refused(boot(cpu="max,-apic", cpus=1, net=False), ["apic"])


def test_no_acpi(boot):
    """Without ACPI the loader passes no RSDP."""
    run = boot(machine="pc,acpi=off", cpus=1, net=False)
    assert_refused(run, ["rsdp", "acpi"])


@pytest.mark.parametrize("content", [
    b"this is text and no driver\n" * 40,
    b"MZ" + bytes(58) + struct.pack("<I", 0x7FFFFFF0) + bytes(100),
    b"\x7fELF" + bytes(600),
], ids=["text", "offset-outside", "elf"])
def test_module_that_is_no_pe(boot, kernel, tmp_path, content):
    module = tmp_path / "junk.sys"
    module.write_bytes(content)
    image = iso.make(tmp_path / "junk.iso", kernel, [(module, "junk.sys")])
    assert_refused(boot(image, net=False), ["junk.sys"])


def entry_point(kernel):
    """The physical address the loader jumps to: the multiboot2 header's, or the ELF's."""
    data = kernel.read_bytes()
    at = next(offset for offset in range(0, 32768, 8)
              if struct.unpack_from("<I", data, offset)[0] == MULTIBOOT2_MAGIC)
    end = at + struct.unpack_from("<I", data, at + 8)[0]
    tag = at + 16
    while tag < end:
        kind, _, size = struct.unpack_from("<HHI", data, tag)
        if kind == ENTRY_ADDRESS_TAG:
            return struct.unpack_from("<I", data, tag + 8)[0]
        tag += (size + 7) & ~7
    return struct.unpack_from("<Q", data, 24)[0]


def test_wrong_magic(boot, kernel, tmp_path):
    """No loader we have would start it without the magic, so gdb takes the magic away."""
    gdb_socket = tmp_path / "gdb"
    run = boot(net=False, cpus=1, qmp=True, extra=[
        "-S", "-chardev", f"socket,id=gdb,path={gdb_socket},server=on,wait=off",
        "-gdb", "chardev:gdb"])
    subprocess.run(["gdb", "-nx", "-batch", "-ex", "set architecture i386:x86-64",
                    "-ex", f"target remote {gdb_socket}",
                    "-ex", f"hbreak *{entry_point(kernel):#x}", "-ex", "continue",
                    "-ex", "set $rax = 0", "-ex", "delete", "-ex", "detach"],
                   check=True, timeout=60, capture_output=True)
    assert_refused(run, ["magic", "multiboot"])
