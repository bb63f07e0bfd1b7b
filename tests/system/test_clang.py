"""KMDF drivers' sources compile with clang against include/ alone, as they do with GCC."""

import subprocess
import pytest
from harness import paths

FOLDERS = sorted({source.parent for source in paths.ROOT.glob("drivers/*/*.[ch]")
                  if "<wdf.h>" in source.read_text()})
COMMAND = ["clang", "--target=x86_64-w64-mingw32", "-fsyntax-only", "-std=gnu11",
           "-ffreestanding", "-Wall", "-Wextra", "-Werror", f"-I{paths.ROOT / 'include'}"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_compiles(folder):
    sources = sorted(map(str, folder.glob("*.c")))
    done = subprocess.run(COMMAND + sources, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
