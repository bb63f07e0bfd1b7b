"""A bugcheck on purpose: its exit status and the whole of its report."""

import re
import subprocess

import pytest

from harness import machine, verdict

MANUALLY_INITIATED_CRASH = 0xE2


@pytest.fixture(scope="module")
def crash(nt, tmp_path_factory):
    from harness import paths
    folder = tmp_path_factory.mktemp("bugcheck")
    with machine.Machine(paths.iso(nt), folder=folder, options="bugcheck") as run:
        run.wait(60)
    return run


def report_lines(run):
    """The lines from the stop line to the end mark."""
    first = next(i for i, line in enumerate(run.lines) if line.startswith("*** STOP: "))
    last = next(i for i, line in enumerate(run.lines) if line == "*** end of stop report")
    return run.lines[first:last + 1]


def test_exit_status(crash):
    assert crash.status == machine.BUGCHECK, crash.text()


def test_code_and_name(crash):
    code, parameters, name = verdict.stop_report(crash)
    assert code == MANUALLY_INITIATED_CRASH
    assert len(parameters) == 4
    assert name == "MANUALLY_INITIATED_CRASH"


def test_processor_and_irql(crash):
    assert any(re.match(r"\*\*\* \w+\s+processor \d+\s+irql \d+", line)
               for line in report_lines(crash))


def test_registers(crash):
    text = "\n".join(report_lines(crash)).lower()
    for register in ("rip", "rsp", "rflags|eflags", "cr2", "cr3|cr8", "r15"):
        assert re.search(rf"\b({register})\b", text), register


def test_stack_trace_names_functions(crash, kernel):
    symbols = set(subprocess.run(["nm", "--defined-only", str(kernel)], text=True,
                                 capture_output=True, check=True).stdout.split())
    named = {word for line in report_lines(crash)
             for word in re.findall(r"\b([A-Z][A-Za-z0-9_]{3,})\+0x", line)}
    assert len(named & symbols) >= 2, "\n".join(report_lines(crash))


def test_report_is_the_last_word(crash):
    """The other processors were stopped: none prints into the report or after it."""
    assert [line for line in crash.lines if line.startswith("*** STOP")] == [
        report_lines(crash)[0]]
    end = crash.lines.index("*** end of stop report")
    assert not [line for line in crash.lines[end + 1:] if line.strip()]
