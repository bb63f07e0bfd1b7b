#!/usr/bin/python3
"""compile_commands.json for editors, from what `make -n` says it would run for the
kernel, and from the compiler line of tools/build_driver for drivers."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DRIVER_FOLDERS = ("drivers", "apps", "examples", "tests/kernel")


def kernel_entries(nt):
    """What make would run to compile every kernel source."""
    text = subprocess.run(["make", "--no-print-directory", "-Bnk", f"NT={nt}",
                           f"build/{nt}/dirql.elf"], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line) if re.match(r"(gcc|clang) .* -c ", line) else []
        if words:
            yield {"directory": str(ROOT), "file": words[-1], "arguments": words}


def driver_flags():
    """The compiler and its flags in tools/build_driver, without what is for the linker."""
    script = (ROOT / "tools/build_driver").read_text().replace("\\\n", " ")
    line = re.search(r"x86_64-w64-mingw32-gcc [^\n]*", script)[0]
    return [word for word in shlex.split(line) if word.startswith(("x86_64-", "-")) and
            "$" not in word and not word.startswith(("-o", "-Wl", "-l", "-L", "-shared",
                                                     "-nostd", "-nostart"))]


def driver_entries():
    flags = driver_flags() + [f"-I{ROOT}/include"]
    for folder in DRIVER_FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.c")):
            name = str(file.relative_to(ROOT))
            yield {"directory": str(ROOT), "file": name,
                   "arguments": flags + ["-c", name]}


def main():
    entries = list(kernel_entries(sys.argv[1] if len(sys.argv) > 1 else "6.3"))
    entries += driver_entries()
    (ROOT / "compile_commands.json").write_text(json.dumps(entries, indent=1) + "\n")
    print(f"compile_commands.json: {len(entries)} files")


if __name__ == "__main__":
    main()
