"""What `make run` does on a machine that lacks packages. The machine is pretended: programs
of the test's own stand before the real ones in PATH."""

import os
import re
import subprocess

import pytest
from conftest import ROOT

PACKAGES = {line.split()[0] for line in (ROOT / "tools/packages.txt").read_text().splitlines()
            if line.partition("#")[0].strip() not in ("", "tests:")}
MISSING = ("xorriso", "ovmf")


@pytest.fixture
def pretend(tmp_path):
    """Runs a command where MISSING are missing and `programs` (name: shell text) are there
    instead of the real ones. apt-get only writes down what it was called with."""
    def run(command, **programs):
        folder = tmp_path / "bin"
        folder.mkdir()
        installed = "".join(f"echo installed {name}\n" for name in PACKAGES - set(MISSING))
        programs = {"dpkg-query": installed + "exit 1\n",
                    "apt-get": f'echo "$@" >>{tmp_path}/apt\necho Setting up xorriso\n',
                    "sudo": "exit 1\n", "id": "echo 1000\n"} | programs
        for name, text in programs.items():
            (folder / name).write_text("#!/bin/sh\n" + text)
            (folder / name).chmod(0o755)
        # Without what a make around the tests passes to those below it.
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("MAKE") and name != "MFLAGS"}
        environment["PATH"] = f"{folder}:{os.environ['PATH']}"
        result = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, timeout=60, check=False,
                                env=environment)
        result.apt = (tmp_path / "apt").read_text() if (tmp_path / "apt").exists() else ""
        return result
    return run


def test_neither_root_nor_sudo(pretend):
    """The missing packages and the command, nothing started, a status that says so."""
    result = pretend(["make", "run"])
    assert result.returncode != 0
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"ensure_packages: missing packages:( xorriso| ovmf){2}", lines[0])
    assert re.fullmatch(r".*: sudo apt-get install( xorriso| ovmf){2}", lines[1])
    assert not result.apt and "run:" not in result.stdout.replace("run]", "")


def test_root_installs(pretend):
    result = pretend(["tools/ensure_packages"], id="echo 0\n")
    assert result.returncode == 0, result.stdout
    assert all(name in result.apt.splitlines()[-1].split() for name in MISSING)
    assert "Setting up xorriso" in result.stdout, "silence while it installs"


def test_sudo_installs(pretend):
    """sudo -n COMMAND...: only where it asks for no password."""
    result = pretend(["tools/ensure_packages"], sudo='shift\nexec "$@"\n')
    assert result.returncode == 0, result.stdout
    assert all(name in result.apt.splitlines()[-1].split() for name in MISSING)


def test_install_that_fails(pretend):
    result = pretend(["tools/ensure_packages"], id="echo 0\n",
                     **{"apt-get": "echo E: Unable to locate package xorriso\nexit 100\n"})
    assert result.returncode != 0
    assert "E: Unable to locate package xorriso" in result.stdout
    assert "could not install: " in result.stdout.splitlines()[-1]


def test_nothing_is_missing(pretend):
    everything = "".join(f"echo installed {name}\n" for name in PACKAGES)
    result = pretend(["tools/ensure_packages"], **{"dpkg-query": everything})
    assert (result.returncode, result.stdout, result.apt) == (0, "", "")


def test_run_needs_no_tools_of_the_tests(pretend):
    """The browser and Bochs are the tests': `make run` does without them."""
    without = "".join(f"echo installed {name}\n" for name in PACKAGES - {"chromium", "bochs"})
    result = pretend(["tools/ensure_packages", "run"], **{"dpkg-query": without + "exit 1\n"})
    assert (result.returncode, result.stdout) == (0, "")


def test_the_tests_need_theirs(pretend):
    without = "".join(f"echo installed {name}\n" for name in PACKAGES - {"chromium"})
    result = pretend(["tools/ensure_packages"], **{"dpkg-query": without + "exit 1\n"})
    assert result.returncode != 0 and "missing packages: chromium" in result.stdout
