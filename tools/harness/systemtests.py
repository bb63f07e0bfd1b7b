"""The system layer: pytest over tests/system, its results read from the JUnit files.

Two of them at a time: what boots machines, and beside it, with the lowest priority, the one
file that boots none and only keeps a processor busy."""

import subprocess
import xml.etree.ElementTree as ElementTree

from harness import ktap, paths

WITHOUT_MACHINE = "test_static.py"


def start(nt, only, name, arguments, prefix=()):
    """(process, where its results will be) of one pytest."""
    results = paths.BUILD / f"tests/{name}.xml"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    words = [*prefix, "/usr/bin/python3", "-m", "pytest", "-q", "--tb=short", "--durations=8",
             "-p", "no:cacheprovider", f"--junitxml={results}", f"--nt={nt}",
             *(["-k", " or ".join(only)] if only else []), *arguments]
    return subprocess.Popen(words, cwd=paths.ROOT), results


def read(results):
    """The checks of one JUnit file."""
    if not results.exists():
        return [ktap.Check("pytest: runs", False, "pytest wrote no results")]
    checks = []
    for case in ElementTree.parse(results).iter("testcase"):
        problems = [child for child in case if child.tag in ("failure", "error", "skipped")]
        name = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
        detail = problems[0].get("message", problems[0].tag) if problems else ""
        checks.append(ktap.Check(name, not problems, detail))
    return checks


def run_all(nt, only=()):
    """The checks of tests/system; with words in `only`, of the tests that have one of them
    in their file's or their own name."""
    folder = paths.ROOT / "tests/system"
    runs = [start(nt, only, "static", [str(folder / WITHOUT_MACHINE)], ("nice", "-n", "19")),
            start(nt, only, "system", [str(folder), f"--ignore={folder / WITHOUT_MACHINE}"])]
    for process, _ in runs:
        process.wait()
    return [check for _, results in runs for check in read(results)]
