"""How large the kernel is, on disk and in memory."""

import subprocess

IMAGE_LIMIT = 400 * 1024
MEMORY_LIMIT_KIB = 16 * 1024


def test_stripped_image(kernel, tmp_path):
    stripped = tmp_path / "dirql.elf"
    subprocess.run(["strip", "-o", str(stripped), str(kernel)], check=True)
    assert stripped.stat().st_size < IMAGE_LIMIT


def test_memory_in_use(standard_run):
    memory = standard_run.report["memory"]
    assert 0 < memory["in_use_kib"] < MEMORY_LIMIT_KIB
    assert memory["in_use_kib"] < memory["total_kib"] <= 256 * 1024


def test_first_interrupt_comes_soon(standard_run):
    assert standard_run.report["boot"]["entry_to_first_interrupt"] > 0
