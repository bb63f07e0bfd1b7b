#!/usr/bin/python3
"""What `make test` does once everything is built: host, kernel and system tests.

Prints each failure, a summary by layer, and at the end alone the line `N passed, N failed`.
A layer that ran fewer checks than tests/floor.txt asks for counts as one failure more:
tests that silently stopped to run are not a pass."""

import argparse
import sys
import time

from harness import hosttests, kerneltests, paths, systemtests

LAYERS = {
    "host": lambda nt, only: hosttests.run_all(),
    "kernel": kerneltests.run_all,
    "system": systemtests.run_all,
}


def floors():
    """Layer name to the least number of checks, from tests/floor.txt."""
    lines = (paths.ROOT / "tests/floor.txt").read_text().splitlines()
    pairs = (line.partition("#")[0].split() for line in lines)
    return {pair[0]: int(pair[1]) for pair in pairs if pair}


def run_layer(name, nt, floor, only):
    """(passed, failed) of one layer, after saying what failed and why."""
    print(f"test: {name} ...", flush=True)
    start = time.monotonic()
    checks = LAYERS[name](nt, only)
    failures = [check for check in checks if not check.passed]
    for check in failures:
        print(f"not ok: {name}: {check.name}")
        for line in check.detail.splitlines()[-20:]:
            print(f"    {line}")
    failed = len(failures)
    if len(checks) < floor:
        print(f"not ok: {name}: {len(checks)} checks ran, tests/floor.txt asks for {floor}")
        failed += 1
    passed = len(checks) - len(failures)
    print(f"test: {name}: {passed} passed, {failed} failed, "
          f"{time.monotonic() - start:.0f} s", flush=True)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nt", default="6.3")
    parser.add_argument("layers", nargs="*", default=list(LAYERS), metavar="LAYER",
                        help="some of: " + " ".join(LAYERS))
    parser.add_argument("--only", default="", metavar="NAMES",
                        help="kernel tests that begin so, system tests whose file or name has it")
    arguments = parser.parse_args()
    only = arguments.only.split()
    minimum = {} if only else floors()
    counts = [run_layer(name, arguments.nt, minimum.get(name, 1), only)
              for name in arguments.layers]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
