"""Fixtures of the system tests.

Most tests judge a `make run` from outside: tools/run.py is started as a user would start it,
and what is asserted is what an independent party saw. One such run on q35 with 4 processors
is shared by all tests that only look at it. Tests that need the machine in their hands take
`boot`, which starts a Machine and ends it with the test."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from harness import disk, machine, paths, report  # noqa: E402

CRASHES = []  # the signals that QEMUs of the test under way have died of


def pytest_addoption(parser):
    parser.addoption("--nt", default="6.3", help="the NT profile that was built")


def pytest_runtest_protocol(item, nextitem):
    """A QEMU that died itself says nothing about the kernel: a test that failed with one is
    told of and made once more, and the second counts whatever it brings."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    CRASHES.clear()
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if CRASHES and any(result.failed for result in reports):
        item.config.get_terminal_writer().line(
            f"\n  {item.name}: QEMU itself died of {CRASHES[0]}; made once more")
        item._initrequest()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for result in reports:
        item.ihook.pytest_runtest_logreport(report=result)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@dataclass
class Run:
    """What one tools/run.py left behind."""
    status: int
    output: str
    folder: Path
    report: dict

    @property
    def last_line(self):
        return self.output.strip().splitlines()[-1]


@pytest.fixture(scope="session")
def nt(request):
    return request.config.getoption("--nt")


@pytest.fixture(scope="session")
def kernel(nt):
    return paths.kernel(nt)


@pytest.fixture(scope="session")
def make_run(nt):
    """Runs tools/run.py with more arguments; name keeps the files of runs apart."""
    def start(name, *arguments, timeout=150):
        name = f"tests/run-{name}"
        (paths.BUILD / "tests").mkdir(parents=True, exist_ok=True)
        results = paths.BUILD / f"{name}.json"
        results.unlink(missing_ok=True)
        result = subprocess.run(
            [str(paths.TOOLS / "run.py"), f"--nt={nt}", f"--output={name}", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout,
            cwd=ROOT, check=False)
        return Run(result.returncode, result.stdout, paths.BUILD / name,
                   json.loads(results.read_text()) if results.exists() else {})
    return start


@pytest.fixture(scope="session")
def standard_run(make_run):
    """The run that the README shows: q35, 4 processors; its frames go into a pcap too."""
    capture = paths.BUILD / "tests/run-standard.pcap"
    capture.unlink(missing_ok=True)
    run = make_run("standard", "--qemu-arg",
                   f"-object filter-dump,id=dump,netdev=net0,file={capture}")
    run.capture = capture
    return run


@pytest.fixture
def boot(nt, tmp_path):
    """Starts a Machine on the standard ISO, or the one given; ends it with the test."""
    machines = []

    def start(iso=None, **arguments):
        run = machine.Machine(iso or paths.iso(nt), folder=tmp_path / str(len(machines)),
                              **arguments)
        machines.append(run)
        return run.start()

    yield start
    CRASHES.extend(filter(None, (run.crash() for run in machines)))
    for run in machines:
        run.close()


@pytest.fixture
def disk_image(tmp_path):
    """A full-size disk that is fresh for the test."""
    image = tmp_path / "disk.img"
    disk.make(image, 2)
    return image


@pytest.fixture
def held(boot, disk_image):
    """The machine stopped after all its work, before it leaves, with QMP connected."""
    run = boot(disk=disk_image, options="hold", qmp=True)
    assert run.wait_for(r"^dirql: holding", 90), "never came to the hold:\n" + run.story()
    # COM2 is a file that QEMU writes through; what the kernel sent is there by now.
    run.report = report.load(run.report_file)
    return run
