"""netecho over a KMDF driver: real frames through QEMU's i82557b, by an interrupt line."""

import pytest
from harness import iso, machine, paths
from pcap import ECHO_REPLY, ECHO_REQUEST, echoes

MODULES = (("drivers/pcidrv.sys", r"pcidrv.sys hwid=PCI\VEN_8086&DEV_1229"),
           ("apps/netecho.sys", r"netecho.sys kind=app Device=\Device\PCIDRV_0"))


@pytest.mark.parametrize("cpus", [1, 4])
def test_echoes(boot, kernel, tmp_path, cpus):
    capture = tmp_path / "frames.pcap"
    image = iso.make(tmp_path / "pcidrv.iso", kernel,
                     [(paths.BUILD / file, words) for file, words in MODULES])
    run = boot(image, cpus=cpus, net=False, extra=[
        "-netdev", "user,id=net0", "-device", "i82557b,netdev=net0",
        "-object", f"filter-dump,id=dump,netdev=net0,file={capture}"])
    status = run.wait(90)
    assert run.find(r"netecho: 100 of 100 "), run.text()
    wire = list(echoes(capture))

    def count(kind):
        return len({(echo.identifier, echo.sequence, echo.payload) for echo in wire
                    if echo.kind == kind and echo.checksum_good})

    assert count(ECHO_REQUEST) == count(ECHO_REPLY) == 100
    received, sent = map(int, run.find(r"^pcidrv: (\d+) frames received, (\d+) sent")[0].groups())
    assert received >= 100 and sent >= 100
    assert status == machine.PASSED, run.text()
