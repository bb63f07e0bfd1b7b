"""The host layer: tests/host/test_*.c compiled natively with ASan and UBSan, and short runs
of the fuzzers tests/host/fuzz_*.c. Checks that only compile are in opinions and layouts32.

A test prints "ok N - name" and "not ok N - name" lines and a plan. It either includes the
.c files under test or names them in its head: `sources: hal/vector.c rtl/bitmap.c`."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from harness import ktap, layouts32, opinions, paths

FUZZ_SECONDS = 5
JOBS = min(2, os.cpu_count() or 1)
FLAGS = ["-std=gnu11", "-g", "-O1", "-fshort-wchar", "-fno-strict-aliasing",
         "-fno-omit-frame-pointer", "-DDIRQL_NT=0x603", "-DDIRQL_HOST_TEST=1",
         f"-I{paths.ROOT}/include", f"-I{paths.ROOT}"]
SANITIZERS = {"UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
              "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0"}


def sources(test):
    """The test and the files its head names."""
    head = "\n".join(test.read_text().splitlines()[:12])
    match = re.search(r"sources:((?:\s+[\w/.-]+\.c)+)", head.replace("\n *", " "))
    return [test] + [paths.ROOT / name for name in (match.group(1).split() if match else [])]


def run(command, timeout, environment=None):
    """(status, output); a time-out is status None."""
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, errors="replace", timeout=timeout, check=False,
                                cwd=paths.ROOT, env=os.environ | (environment or {}))
        return result.returncode, result.stdout
    except subprocess.TimeoutExpired:
        return None, f"no end within {timeout} s"


def build(test, compiler):
    """Compiles; (program, None) or (None, the failed check)."""
    program = paths.BUILD / "tests/host" / test.stem
    program.parent.mkdir(parents=True, exist_ok=True)
    status, output = run(compiler + FLAGS + ["-o", str(program)]
                         + [str(file) for file in sources(test)], 120)
    if status != 0:
        return None, ktap.Check(f"{test.stem}: compiles", False, output)
    return program, None


def run_test(test):
    program, failure = build(test, ["gcc", "-fsanitize=address,undefined"])
    if failure:
        return [failure]
    status, output = run([str(program)], 60, SANITIZERS)
    checks = ktap.parse(output.splitlines(), test.stem)
    # A test that says so in its lines may exit non-zero; one that does not say so crashed.
    if status != 0 and all(check.passed for check in checks):
        checks.append(ktap.Check(f"{test.stem}: ends", False, output[-2000:]))
    return checks


def run_fuzzer(test):
    program, failure = build(test, ["clang", "-fsanitize=fuzzer,address,undefined",
                                    "-fno-sanitize-recover=undefined"])
    if failure:
        return [failure]
    corpus = program.with_name(program.name + ".corpus")
    corpus.mkdir(exist_ok=True)
    seeds = paths.ROOT / "tests/host/seeds" / test.stem
    status, output = run(
        [str(program), f"-max_total_time={FUZZ_SECONDS}", "-timeout=5", "-rss_limit_mb=1024",
         "-close_fd_mask=1", f"-artifact_prefix={program}-", str(corpus)]
        + ([str(seeds)] if seeds.is_dir() else []), FUZZ_SECONDS + 60, SANITIZERS)
    return [ktap.Check(f"{test.stem}: finds nothing in {FUZZ_SECONDS} s", status == 0,
                       "" if status == 0 else output[-2000:])]


def run_all():
    folder = paths.ROOT / "tests/host"
    tests = sorted(folder.glob("test_*.c"))
    fuzzers = sorted(folder.glob("fuzz_*.c"))
    with ThreadPoolExecutor(JOBS) as pool:
        results = list(pool.map(run_test, tests)) + list(pool.map(run_fuzzer, fuzzers))
    return [check for checks in results for check in checks] + opinions.run_all() \
        + layouts32.run_all()
