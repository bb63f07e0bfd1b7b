"""What `make lint DRIVER=folder` says of drivers' sources: seeded bugs, their good twins,
the tree's own drivers, and the headers it believes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "tests" / "static"
EXPECTED = re.compile(r"/\* expect: ([\w-]+) \*/")
# Test drivers that break rules in order to be stopped, and how many lines must be named.
MISUSE = {"verifier": 10, "dpcstop": 1, "irpmisuse": 1, "specialpool": 2}
REPORT = re.compile(r"^(.+?):(\d+): ([\w-]+): (.+)$", re.M)
OWN = [folder for kind in ("drivers", "apps", "examples", "tests/kernel")
       for folder in sorted((ROOT / kind).iterdir()) if folder.is_dir() and folder.name not in MISUSE]


def lint(folder, *options):
    """(exit status, [(line, rule)]) of one driver's folder."""
    result = subprocess.run([ROOT / "tools" / "lint_driver", *options, folder],
                            capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode != 2, result.stderr
    return result.returncode, [(int(line), rule) for _, line, rule, _
                               in REPORT.findall(result.stdout)], result.stdout


@pytest.mark.parametrize("name", sorted(folder.name for folder in SEEDS.iterdir()))
def test_seeded_bug(name):
    """The bug is found, in its line, by its rule; the right form is left alone."""
    source = (SEEDS / name / "bug" / "driver.c").read_text().splitlines()
    expected = [(number + 1, match[1]) for number, text in enumerate(source, 1)
                if (match := EXPECTED.search(text))]
    status, found, output = lint(SEEDS / name / "bug")
    assert status == 1 and len(expected) == 1, output
    assert set(expected) <= set(found), output
    status, found, output = lint(SEEDS / name / "good")
    assert (status, found) == (0, []), output


@pytest.mark.parametrize("folder", OWN, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_no_false_alarm(folder):
    """Nothing is said of our own drivers, but where a test breaks a rule on purpose."""
    status, found, output = lint(folder)
    assert (status, found) == (0, []), output


def test_misuse_is_seen():
    """What the misuse driver does to levels is reported when purpose is no excuse."""
    _, found, output = lint(ROOT / "tests" / "kernel" / "bugcheck", "--all")
    assert {rule for _, rule in found} >= {"IRQL-22", "IRQL-23"}, output


@pytest.mark.parametrize("name", MISUSE)
def test_misuse_is_reported(name):
    """Misuse drivers that carry no comments are as good as drivers with that many bugs."""
    status, found, output = lint(ROOT / "tests" / "kernel" / name)
    assert status == 1 and len({line for line, _ in found}) >= MISUSE[name], output


def test_clang_alone(tmp_path):
    """The headers' capabilities, with no tool of ours: locks, and the level as one."""
    source = tmp_path / "driver.c"
    source.write_text(
        "#include <wdm.h>\n"
        "VOID Twice(PKSPIN_LOCK Lock) { KIRQL Old, Older;\n"
        "KeAcquireSpinLock(Lock, &Old);\n"
        "KeAcquireSpinLock(Lock, &Older);\n"
        "KeReleaseSpinLock(Lock, Old); }\n"
        "VOID Sleep(PKSPIN_LOCK Lock, PLARGE_INTEGER Time) { KIRQL Old;\n"
        "KeAcquireSpinLock(Lock, &Old);\n"
        "KeDelayExecutionThread(KernelMode, FALSE, Time);\n"
        "KeReleaseSpinLock(Lock, Old);\n"
        "KeDelayExecutionThread(KernelMode, FALSE, Time); }\n")
    result = subprocess.run(
        ["clang", "-target", "x86_64-w64-mingw32", "-ffreestanding", f"-I{ROOT / 'include'}",
         "-DDIRQL_LINT=2", "-Wno-everything", "-Wthread-safety", "-fsyntax-only", source],
        capture_output=True, text=True, check=True)
    lines = re.findall(r"driver\.c:(\d+):\d+: warning", result.stderr)
    assert lines == ["4", "8"], result.stderr


def blocks():
    """(name, level of the doc block) of every exported routine that states a highest one."""
    block = re.compile(r"/\*((?:[^*]|\*(?!/))*)\*/\s*(?:\w[\w ]*\**\n)+NTAPI\n(\w+)\(")
    for folder in ("ke", "ex", "io", "mm"):
        for file in sorted((ROOT / folder).glob("*.c")):
            for text, name in block.findall(file.read_text()):
                text = re.sub(r"\s*\n \*\s*", " ", text)
                found = re.search(r"IRQL:? *<= *([A-Z]+_LEVEL)", text)
                if found:
                    yield name, found[1]


def test_headers_agree_with_definitions():
    """The level in the header's annotation is the one of the doc block at the definition;
    where the annotation depends on an argument, the stricter of the two."""
    sys.path.insert(0, str(ROOT / "tools"))
    from static.contract import LEVELS, contract_of
    from static.syntax import children, load
    tree = load(ROOT / "tests" / "static" / "wait_in_dpc" / "good" / "driver.c", [])
    stated = {node["name"]: contract_of(node) for node in children(tree)
              if node["kind"] == "FunctionDecl"}
    highest = {name: min([contract.highest, *(inner.highest for _, inner in contract.when)])
               for name, contract in stated.items()}
    compared = [(name, level) for name, level in blocks() if name in stated]
    assert len(compared) >= 25
    wrong = [f"{name}: {highest[name]} in the header, {level} at the definition"
             for name, level in compared if highest[name] != LEVELS[level]]
    assert not wrong, "\n".join(wrong)
