"""Second opinions on our public headers: tests/host/layouts.c is compiled as kernel code, as
driver code, and against mingw-w64's own DDK headers; the drivers compile unchanged against
those too. Nothing runs: a wrong offset stops the compiler."""

import shutil
import subprocess

from harness import ktap, paths

MINGW = ["x86_64-w64-mingw32-gcc", "-std=gnu11", "-ffreestanding", "-O2"]
DDK = ["-Wno-unknown-pragmas", "-isystem", "/usr/x86_64-w64-mingw32/include/ddk"]
OURS = [f"-I{paths.ROOT}/include"]
OWN = ["frameinterface.h"]  # what drivers include that no DDK has
LAYOUTS = {
    "as kernel code": ["gcc", "-std=gnu11", "-ffreestanding", "-fshort-wchar"] + OURS,
    "as driver code": MINGW + OURS,
    "with mingw-w64's DDK": MINGW + DDK + ["-DDIRQL_MINGW_DDK"],
}


def compiles(name, command, files):
    result = subprocess.run(command + ["-fsyntax-only"] + [str(file) for file in files],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    return ktap.Check(name, result.returncode == 0, result.stdout)


def own_headers():
    """A folder that has those, and none that the DDK has as well."""
    folder = paths.BUILD / "tests/own"
    folder.mkdir(parents=True, exist_ok=True)
    for name in OWN:
        shutil.copy(paths.ROOT / "include" / name, folder)
    return f"-I{folder}"


def run_all():
    layouts = paths.ROOT / "tests/host/layouts.c"
    checks = [compiles(f"layouts: {way}", command, [layouts])
              for way, command in LAYOUTS.items()]
    for folder in ("e1000", "ahci"):
        files = sorted((paths.ROOT / "drivers" / folder).glob("*.c"))
        checks.append(compiles(f"{folder}.sys compiles with mingw-w64's DDK",
                               MINGW + DDK + [own_headers(), "-Wall", "-Werror"], files))
    return checks
