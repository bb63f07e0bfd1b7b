"""KINTERRUPT of 32-bit NT: tests/host/x86/layouts32.c is compiled with -m32 for each
version against asserts generated from tests/data, and pahole reads the object as a second
opinion. Nothing runs, and no 32-bit C library is needed."""

import subprocess

from harness import ktap, layouts, paths

SOURCE = paths.ROOT / "tests/host/x86/layouts32.c"
FLAGS = ["-m32", "-std=gnu11", "-ffreestanding", "-g",
         "-fno-eliminate-unused-debug-types", "-Wall", "-Wextra", "-Werror"]

# What DIRQL_NT is for each version.
NUMBERS = {"3.10-3.51": "0x310", "4.0": "0x400", "5.0": "0x500", "5.1": "0x501",
           "5.2": "0x502", "6.0": "0x600", "6.1": "0x601", "6.2": "0x602", "6.3": "0x603",
           "10.0": "0xA00", "1903": "0xA03", "2004": "0xA04"}


def check(version):
    """Compiles for one version, then compares what pahole finds, to the member."""
    name = f"layouts32: KINTERRUPT of {version}"
    folder = paths.BUILD / "tests/host/x86" / version
    folder.mkdir(parents=True, exist_ok=True)
    asserts = layouts.static_asserts("x86", version)
    (folder / "kinterrupt_asserts.h").write_text(asserts)
    output = folder / "layouts32.o"
    result = subprocess.run(
        ["gcc", *FLAGS, f"-DDIRQL_NT={NUMBERS[version]}", f"-I{folder}", "-c", str(SOURCE),
         "-o", str(output)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode != 0:
        return ktap.Check(name, False, result.stdout)
    expected = layouts.facts("x86", version)
    found = {structure: layouts.compiled(output, structure) for structure in expected}
    return ktap.Check(name, found == expected,
                      "" if found == expected else f"pahole: {found}\nfacts: {expected}")


def run_all():
    complete = list(NUMBERS) == layouts.versions("x86")
    return [ktap.Check("layouts32: every version of tests/data is compiled", complete)] \
        + [check(version) for version in NUMBERS]
