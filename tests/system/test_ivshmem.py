"""A KMDF driver of QEMU's ivshmem-doorbell with MSI-X, and another machine that rings it."""

import struct
import subprocess

import pytest
from conftest import ROOT
from harness import iso, machine, paths
from ivshmem_server import IvshmemServer

HARDWARE = r"PCI\VEN_1AF4&DEV_1110"
SOURCES = ROOT / "tests/system/ivshmem"
ROUNDS = 16
ASK = 0x2154734B43415544


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """The driver and its client, built as any driver is."""
    folder = tmp_path_factory.mktemp("ivshmem")
    built = []
    for name, source, words in (("ivshmem.sys", "driver", f"hwid={HARDWARE} msi=2"),
                                ("ivclient.sys", "client", "kind=app")):
        output = folder / name
        subprocess.run([str(paths.TOOLS / "build_driver"), str(output),
                        *map(str, sorted((SOURCES / source).glob("*.c")))], check=True)
        built.append((output, f"{name} {words}"))
    return built


@pytest.mark.parametrize("cpus", [1, 4])
def test_rings_both_ways(boot, kernel, modules, tmp_path, cpus):
    server = IvshmemServer(tmp_path / "socket")
    try:
        image = iso.make(tmp_path / "ivshmem.iso", kernel, modules)
        run = boot(image, cpus=cpus, net=False, extra=server.arguments)
        status = run.wait(90)
        assert run.find(r"^ivshmem: 2 vectors, 0x100000 bytes"), run.text()
        assert run.find(r"^ivclient: peer 0, 0x100000 bytes, 2 vectors, map 0x0"), run.text()
        answers = run.find(r"^ivclient: status 0x0, server answered (\d+) rings, "
                           "nonsense refused")
        assert answers and int(answers[0].group(1)) == 2 * ROUNDS, run.text()
        assert server.rings == [ROUNDS, ROUNDS]
        assert struct.unpack_from("<Q", server.memory)[0] == ASK
        assert run.find(r"^ivshmem: cleanup"), run.text()
        assert run.find(r"^ivshmem: released"), run.text()
        assert status == machine.PASSED
    finally:
        server.close()
