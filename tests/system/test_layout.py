"""_KINTERRUPT as pahole finds it in the kernel's DWARF, against shared facts."""

import csv
import re
import subprocess
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[1] / "data/kinterrupt-x64.csv"
MEMBER = re.compile(r"([\w]+)(?:\[\d+\])?(?:\)\([^)]*\))?;\s*/\*\s*(\d+)\s+(\d+)\s*\*/")


@pytest.fixture(scope="module")
def found(kernel):
    """Member to (offset, size), and the size of the whole under __sizeof__."""
    text = subprocess.run(["pahole", "-C", "_KINTERRUPT", str(kernel)],
                          capture_output=True, text=True, check=True).stdout
    members = {name: (int(offset), int(size)) for name, offset, size in MEMBER.findall(text)}
    members["__sizeof__"] = (0, int(re.search(r"/\* size: (\d+)", text).group(1)))
    return members


def test_every_member_lies_where_nt_has_it(found, nt):
    with DATA.open() as file:
        rows = [row for row in csv.DictReader(file) if row["version"] == nt]
    expected = {row["member"]: (int(row["offset"], 16), int(row["size"], 16))
                for row in rows if not row["member"].startswith("Pad")}
    assert len(expected) > 20
    assert {name: found.get(name) for name in expected} == expected
