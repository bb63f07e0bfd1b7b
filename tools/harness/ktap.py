"""KTAP 1 on a serial console: result lines of tests, plans, and what is wrong with them."""

import re
from dataclasses import dataclass

RESULT = re.compile(r"^\s*(not )?ok\s+(\d+)\s*(?:- )?\s*([^#]*?)\s*(?:#\s*(.*))?$")
PLAN = re.compile(r"^\s*1\.\.(\d+)\s*(?:#\s*(.*))?$")


@dataclass
class Check:
    """One check of any layer; passed or not, and why not."""
    name: str
    passed: bool
    detail: str = ""


def parse(lines, suite):
    """The checks in the lines. A missing or broken plan adds a check that failed: a test
    that stopped half-way must not look like one that passed. A skip is not a pass."""
    checks, planned, numbers = [], None, []
    for line in lines:
        plan, result = PLAN.match(line), RESULT.match(line)
        if plan:
            planned = int(plan.group(1)) + (planned or 0)
        elif result:
            numbers.append(int(result.group(2)))
            directive = result.group(4) or ""
            skipped = re.match(r"skip", directive, re.I) is not None
            passed = not result.group(1) and not skipped
            checks.append(Check(f"{suite}: {result.group(3) or result.group(2)}", passed,
                                "" if passed else directive or line.strip()))
    if planned is None:
        checks.append(Check(f"{suite}: plan", False, "no plan (1..N) was printed"))
    elif planned != len(numbers):
        checks.append(Check(f"{suite}: plan", False,
                            f"{planned} checks planned, {len(numbers)} ran"))
    return checks
