"""The kernel layer: test drivers that print KTAP on the serial console.

Each test gets its own boot on 1, 2 and 4 processors, so that none can hide behind or break
another. build/tests/NAME.sys is booted with the words "NAME.sys kind=test"; a line of
tests/kernel/tests.txt replaces that default:

    FILE.sys [as=NAME.sys] [cpus=1,4] [needs=e1000.sys,ahci.sys] [device=e1000e]
             [options=storm=bugcheck] [with=other.sys,WORD...] [memory=6144]
             [words for the kernel...]

`needs=` names drivers of tools/modules.txt or tests/kernel/modules.txt, which are loaded
first. `as=` boots one file several times with different words; `device=` is one more device for
QEMU, which may use the drive "pattern" (make_pattern); `options=` a boot option, and
another with each more of it; `memory=` the MiB of the machine; `nt=` the first profile it is
for; `with=` a driver that the test loads itself, with its words. The driver is told the
profile by the word `profile=`. A test that provokes a bugcheck prints what it expects before
it does, any parameter may be `*`, and what else the report has to say; one that expects the
kernel to print something says which regular expression a later line has to match:

    # expect stop 0x0000000A (0x10, 0x2, *, 0xFFFF800000001234)
    # expect guilty ReadAt
    # expect processor 2
    # expect irql 2
    # expect line ^dirql: interrupt storm
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from harness import disk, iso, ktap, machine, paths, verdict

PROFILES = ("5.2", "6.0", "6.1", "6.2", "6.3", "10.0", "2004")
TIMEOUT = 60
JOBS = 2
SLOWEST = 8  # boots that are named with their times
TESTS_PER_ISO = 24
VERIFIED_CPUS = 2
OTHER_MODULES = paths.ROOT / "tests/kernel/modules.txt"
EXPECTED = re.compile(r"^\s*# expect stop (\S+) \(([^)]*)\)")
EXPECTED_DETAIL = re.compile(r"^\s*# expect (guilty|processor|irql) (\S+)")
EXPECTED_LINE = re.compile(r"^\s*# expect line (.*)")


@dataclass
class Test:
    file: str
    name: str
    words: list
    cpus: tuple = (1, 2, 4)
    needs: list = field(default_factory=list)
    devices: list = field(default_factory=lambda: ["edu"])
    options: str = ""
    others: list = field(default_factory=list)
    memory: int = 256
    since: str = PROFILES[0]


def parse_line(line):
    """One line of tests.txt."""
    words = line.split()
    test = Test(words[0], words[0], ["kind=test"])
    for word in words[1:]:
        key, _, value = word.partition("=")
        if key == "as":
            test.name = value
        elif key == "cpus":
            test.cpus = tuple(int(number) for number in value.split(","))
        elif key == "needs":
            test.needs = value.split(",")
        elif key == "device":
            test.devices.append(value)
        elif key == "options":
            test.options = f"{test.options} {value}".strip()
        elif key == "nt":
            test.since = value
        elif key == "memory":
            test.memory = int(value)
        elif key == "with":
            test.others.append(value.split(","))
        else:
            test.words.append(word)
    return test


def find_tests():
    """One for every folder of tests/kernel, or those of its lines in tests.txt. The folders
    count, not what was built: a test that failed to build must not be passed over."""
    folder = paths.ROOT / "tests/kernel"
    listed = folder / "tests.txt"
    lines = listed.read_text().splitlines() if listed.exists() else []
    tests = [parse_line(line) for line in (text.partition("#")[0].strip() for text in lines)
             if line]
    names = [test.name for test in tests]
    twice = {name for name in names if names.count(name) > 1}
    if twice:  # one module of the name would be booted for all of them
        raise ValueError(f"{listed}: more than one test is called {', '.join(sorted(twice))}")
    named = {test.file for test in tests} | {
        words[0] for test in tests for words in test.others}
    files = sorted(f"{entry.name}.sys" for entry in folder.iterdir() if entry.is_dir())
    return tests + [Test(file, file, ["kind=test"]) for file in files if file not in named]


def is_built(test):
    return (paths.BUILD / "tests" / test.file).exists()


def build_isos(tests, nt):
    """Test name to the ISO it is on: the kernel takes so many modules and no more."""
    places = {}
    for number in range(0, len(tests), TESTS_PER_ISO):
        part = tests[number:number + TESTS_PER_ISO]
        needed = {name for test in part for name in test.needs}
        modules = iso.standard_modules() + [
            (file, words) for file, words in iso.standard_modules(OTHER_MODULES)
            if file.name in needed] + [
            (paths.BUILD / "tests" / test.file, " ".join([test.name] + test.words + [f"profile={nt}"]))
            for test in part] + [
            (paths.BUILD / "tests" / words[0], " ".join([words[0], "kind=test"] + words[1:]))
            for test in part for words in test.others]
        image = iso.make(paths.BUILD / nt / f"dirql-test-{number // TESTS_PER_ISO}.iso",
                         paths.kernel(nt), modules)
        places.update({test.name: image for test in part})
    return places


def stop_check(run, suite):
    """The check of an expected bugcheck, or None when the test expects none."""
    match = next((found for found in map(EXPECTED.match, run.lines) if found), None)
    if not match:
        return None
    words = [match.group(1)] + match.group(2).split(",")
    stop = verdict.stop_report(run)
    if not stop or run.status != machine.BUGCHECK:
        return ktap.Check(f"{suite}: stops", False, f"no bugcheck, status {run.status}")
    seen = [stop[0]] + stop[1]
    equal = len(words) == len(seen) and all(
        word.strip() == "*" or int(word, 16) == value for word, value in zip(words, seen))
    return ktap.Check(f"{suite}: stops with the code and parameters it has to", equal,
                      f"expected {words}, got {[hex(value) for value in seen]}")


def detail_checks(run, suite):
    """Who, where and at which level the stop was, as far as the test says."""
    details = verdict.stop_details(run)
    guilty = details.get("guilty", "").removeprefix(f"{suite.partition('/')[0]}.sys!")
    details["guilty"] = guilty.partition(".")[0]  # gcc names its variants ".isra.0", ".cold"
    return [ktap.Check(f"{suite}: the report names {found.group(1)} {found.group(2)}",
                       str(details.get(found.group(1))) == found.group(2), f"got {details}")
            for found in filter(None, map(EXPECTED_DETAIL.match, run.lines))]


def line_checks(run, suite):
    """A check for each line that the test wants to be printed after its wish."""
    wishes = [(number, found.group(1)) for number, found in
              enumerate(map(EXPECTED_LINE.match, run.lines)) if found]
    return [ktap.Check(f"{suite}: the console says {pattern}",
                       any(re.search(pattern, line) for line in run.lines[number + 1:]
                           if not EXPECTED_LINE.match(line)))
            for number, pattern in wishes]


def make_pattern(path):
    """A MiB that a test can check by itself: disk.pattern_sector, from sector 0 on."""
    path.write_bytes(b"".join(map(disk.pattern_sector, range(disk.MIB // disk.SECTOR))))
    return ["-drive", f"if=none,id=pattern,format=raw,file={path}"]


def boot_options(test, cpus):
    """The verifier is on where a test runs on two processors and does not say otherwise: its
    boots on one and four go the ways that are taken without it."""
    words = [f"modules={','.join(test.needs + [test.name])}", test.options]
    if cpus == VERIFIED_CPUS and "verifier=" not in test.options:
        words.append("verifier=on")
    return " ".join(filter(None, words))


def boot(test, cpus, image_iso, folder):
    """The run of one boot, ended."""
    folder.mkdir(parents=True, exist_ok=True)
    image = folder / "disk.img"
    disk.make(image, 1, disk.MIB * 4)
    devices = [word for device in test.devices for word in ("-device", device)]
    if any("drive=pattern" in device for device in test.devices):
        devices = make_pattern(folder / "pattern.img") + devices
    with machine.Machine(image_iso, folder=folder, cpus=cpus, disk=image, memory=test.memory,
                         options=boot_options(test, cpus), extra=devices) as run:
        run.wait(TIMEOUT)
    return run


def run_test(test, cpus, image_iso):
    """The checks of one boot. A QEMU that died itself says nothing about the kernel: such a
    boot is told of and made once more, and the second counts whatever it brings."""
    suite = f"{test.name.removesuffix('.sys')}/{cpus}"
    folder = paths.BUILD / "tests/kernel" / suite.replace("/", "-")
    run = boot(test, cpus, image_iso, folder)
    if run.crash():
        print(f"  {suite}: QEMU itself died of {run.crash()}; booted once more")
        run = boot(test, cpus, image_iso, folder)
    (folder / "com1.log").write_text(run.text() + "\n")
    stop = stop_check(run, suite)
    if stop:
        checks = [check for check in ktap.parse(run.lines, suite)
                  if not check.name.endswith(": plan")]
        return checks + [stop] + detail_checks(run, suite) + line_checks(run, suite)
    checks = ktap.parse(run.lines, suite) + line_checks(run, suite)
    cause = verdict.cause(run, TIMEOUT)
    # What its own lines say already is not counted twice.
    if cause and all(check.passed for check in checks):
        checks.append(ktap.Check(f"{suite}: ends well", False, cause))
    elif cause:
        print(f"  {suite}: {cause}")
    return checks


def timed(test, cpus, image_iso):
    """(seconds, suite, checks) of one boot."""
    start = time.monotonic()
    checks = run_test(test, cpus, image_iso)
    return time.monotonic() - start, f"{test.name.removesuffix('.sys')}/{cpus}", checks


def print_slowest(results):
    slowest = sorted(results, reverse=True, key=lambda result: result[0])[:SLOWEST]
    print("  slowest: " + ", ".join(f"{suite} {seconds:.0f} s"
                                    for seconds, suite, _ in slowest))


def run_all(nt, only=()):
    """The checks of every test, or of those whose name begins with a word of `only`."""
    found = [test for test in find_tests()
             if (not only or test.name.startswith(tuple(only))) and
             PROFILES.index(test.since) <= PROFILES.index(nt)]
    tests = [test for test in found if is_built(test)]
    checks = [ktap.Check(f"{test.name}: build/tests/{test.file} is there", False)
              for test in found if not is_built(test)]
    isos = build_isos(tests, nt)
    with ThreadPoolExecutor(JOBS) as pool:
        futures = [pool.submit(timed, test, cpus, isos[test.name])
                   for test in tests for cpus in test.cpus]
        results = [future.result() for future in futures]
    print_slowest(results)
    return checks + [check for _, _, found in results for check in found]
