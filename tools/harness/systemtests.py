"""The system layer: pytest over tests/system, its results read from the JUnit file."""

import subprocess
import xml.etree.ElementTree as ElementTree

from harness import ktap, paths


def run_all(nt, only=()):
    """The checks of tests/system; with words in `only`, of the tests that have one of them
    in their file's or their own name."""
    results = paths.BUILD / "tests/system.xml"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "--tb=short",
                    "-p", "no:cacheprovider", f"--junitxml={results}", f"--nt={nt}",
                    *(["-k", " or ".join(only)] if only else []),
                    str(paths.ROOT / "tests/system")], cwd=paths.ROOT, check=False)
    if not results.exists():
        return [ktap.Check("pytest: runs", False, "pytest wrote no results")]
    checks = []
    for case in ElementTree.parse(results).iter("testcase"):
        problems = [child for child in case if child.tag in ("failure", "error", "skipped")]
        name = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
        detail = problems[0].get("message", problems[0].tag) if problems else ""
        checks.append(ktap.Check(name, not problems, detail))
    return checks
