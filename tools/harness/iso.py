"""A bootable ISO: GRUB for BIOS and UEFI, the kernel, and modules with their words."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import paths

# What it takes to read the ISO and start the kernel, and every partition map, which the
# start-up script of grub-mkrescue asks for. GRUB's own choice, "all there are", makes a
# larger image that boots no better.
GRUB_MODULES = ("normal iso9660 multiboot multiboot2 fat configfile part_acorn part_amiga "
                "part_apple part_bsd part_dfly part_dvh part_gpt part_msdos part_plan "
                "part_sun part_sunpc")

# Where the drivers and programs lie that were built here.
OURS = [paths.BUILD / folder for folder in ("drivers", "apps", "tests")]


def standard_modules(listed=paths.TOOLS / "modules.txt"):
    """(file, words) of tools/modules.txt, or of another list of its form; the words start
    with the file's name."""
    modules = []
    for line in listed.read_text().splitlines():
        words = line.partition("#")[0].split()
        if words:
            file = paths.BUILD / words[0]
            modules.append((file, " ".join([file.name] + words[1:])))
    return modules


def quote(word):
    """One word for grub.cfg. Inside single quotes GRUB leaves backslash and & alone.

    GRUB itself writes each backslash twice into the string it hands to the kernel, so
    that the kernel could split it again; the kernel undoes that."""
    if "'" in word or "\n" in word:
        raise ValueError(f"cannot be quoted for GRUB: {word}")
    return f"'{word}'"


def grub_config(command_line, modules, loader="multiboot2"):
    words = [loader, "/boot/dirql.elf"] + [quote(word) for word in command_line.split()]
    lines = ["set timeout=0", "set default=0", "menuentry dirql {", " ".join(words)]
    module_command = "module2" if loader == "multiboot2" else "module"
    for index, (_, text) in enumerate(modules):
        quoted = " ".join(quote(word) for word in text.split())
        lines.append(f"{module_command} /boot/modules/{index} {quoted}")
    return "\n".join(lines + ["boot", "}", ""])


def strip(file, output, objcopy="objcopy"):
    """Drops the DWARF, keeps the symbol table, which the kernel names functions with."""
    subprocess.run([objcopy, "--strip-debug", str(file), str(output)], check=True)


def put_module(file, output):
    """What we built goes onto the ISO without its DWARF, which is five sixths of it: gdb
    reads that from the file it was built to. Somebody else's driver stays as it is."""
    if file.resolve().parent in OURS:
        strip(file, output, "x86_64-w64-mingw32-objcopy")
    else:
        shutil.copyfile(file, output)


def make(output, kernel, modules, command_line="", loader="multiboot2"):
    """Writes the ISO. modules: (file, words) pairs. Two entries may share a file."""
    output = Path(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dirql-iso-") as name:
        tree = Path(name)
        (tree / "boot/grub").mkdir(parents=True)
        (tree / "boot/modules").mkdir()
        strip(kernel, tree / "boot/dirql.elf")
        for index, (file, _) in enumerate(modules):
            put_module(Path(file), tree / f"boot/modules/{index}")
        (tree / "boot/grub/grub.cfg").write_text(
            grub_config(command_line, modules, loader))
        result = subprocess.run(
            ["grub-mkrescue", "--compress=no", "--locales=", "--fonts=", "--themes=",
             f"--install-modules={GRUB_MODULES}", "-o", str(output), str(tree)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError("grub-mkrescue failed:\n" + result.stdout)
    return output
