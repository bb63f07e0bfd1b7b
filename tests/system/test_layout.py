"""KINTERRUPT and ISRDPCSTATS as pahole finds them in DWARF, against the facts of
tests/data: the kernel under test, and ke/layout.o as the Makefile compiles it for every NT
profile. A member more or less than NT has is as wrong as one in another place."""

import os
import subprocess

import pytest

from harness import layouts, paths

# Profile to the versions it stands for: 1903 is laid out as the first 10.0.
PROFILES = [("5.2", "5.2"), ("6.0", "6.0"), ("6.1", "6.1"), ("6.2", "6.2"),
            ("6.3", "6.3"), ("10.0", "10.0"), ("10.0", "1903"), ("2004", "2004")]


@pytest.fixture(scope="module")
def layout_object(tmp_path_factory):
    """Compiles ke/layout.o for a profile, away from the build under test."""
    folder = tmp_path_factory.mktemp("layout")
    # `make test` hands its own variables down; these runs of make have theirs.
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "NT", "BUILD")}

    def build(profile):
        target = folder / profile / "ke/layout.o"
        subprocess.run(["make", "-s", f"NT={profile}", f"BUILD={folder / profile}",
                        str(target)],
                       cwd=paths.ROOT, env=environment, check=True, timeout=60)
        return target
    return build


def assert_laid_out_as(file, version):
    expected = layouts.facts("x64", version)
    assert {name: layouts.compiled(file, name) for name in expected} == expected


def test_facts_have_every_version_of_x64():
    assert layouts.versions("x64") == [version for _, version in PROFILES]


def test_kernel_under_test(kernel, nt):
    assert_laid_out_as(kernel, nt)


@pytest.mark.parametrize("profile, version", PROFILES)
def test_every_profile(layout_object, profile, version):
    assert_laid_out_as(layout_object(profile), version)
