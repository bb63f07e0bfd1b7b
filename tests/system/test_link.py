"""The network cable pulled and put back while echoes are under way, by QMP's set_link."""

import time

import pytest

from harness import iso, paths, report

ECHOES = 60000
FLAPS = 3


@pytest.fixture
def pinging(boot, nt, tmp_path):
    """A machine with enough echoes to do that the cable can be pulled meanwhile."""
    image = tmp_path / "link.iso"
    modules = [(paths.BUILD / "drivers/e1000.sys", r"e1000.sys hwid=PCI\VEN_8086&DEV_100E"),
               (paths.BUILD / "apps/netecho.sys", f"netecho.sys kind=app Count={ECHOES}")]
    iso.make(image, paths.kernel(nt), modules)
    machine = boot(image, qmp=True)
    assert machine.wait_for(r"^io: e1000.sys started", 60), machine.text()
    return machine


def told(machine, state, times, timeout=10):
    """Whether the driver has said so often that the link is so."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if len(machine.find(rf": link is {state}$")) >= times:
            return True
        time.sleep(0.02)
    return False


def test_link_flaps_under_load(pinging):
    """Each change is told once, and every echo is answered in the end."""
    for flap in range(1, FLAPS + 1):
        for word, state in (("off", "down"), ("on", "up")):
            pinging.qmp.hmp(f"set_link net0 {word}")
            assert told(pinging, state, flap), pinging.text()
        pinging.runs_for(0.3)
    assert pinging.wait(90) is not None, pinging.text()
    states = [match[1] for match in pinging.find(r": link is (up|down)$")]
    assert states == ["down", "up"] * FLAPS
    assert pinging.find(rf"^netecho: {ECHOES} of {ECHOES} "), pinging.text()
    account = report.load(pinging.report_file)["accounting"]
    assert account["lost"] == 0 and account["irps_outstanding"] == 0
