"""The whole run, on the machines it has to work on. tools/run.py judges; here stands what
it must have found."""

import pytest

from harness import machine


def test_standard_run_passes(standard_run):
    assert standard_run.status == 0, standard_run.output
    assert standard_run.last_line.startswith("run: passed")


def test_report_has_the_whole_machine(standard_run):
    report = standard_run.report
    assert report["verdict"] == "passed"
    assert [item["number"] for item in report["processors"]] == [0, 1, 2, 3]
    assert {item["driver"] for item in report["interrupt_objects"]} >= {"e1000.sys",
                                                                        "ahci.sys"}


def test_nothing_is_lost(standard_run):
    account = standard_run.report["accounting"]
    assert account["lost"] == 0
    assert account["interrupts_entered"] == account["interrupts_ended"] > 0
    assert account["dpcs_inserted"] == account["dpcs_run"] + account["dpcs_removed"] > 0
    assert account["irps_issued"] == account["irps_completed"] > 0
    assert account["irps_outstanding"] == 0


def test_devices_interrupted_where_they_were_routed(standard_run, nt):
    """ISR-13: each object counts for its own processor, and each device was served."""
    keeps_dpcs = nt in ("6.3", "10.0", "2004")
    for driver in ("e1000.sys", "ahci.sys"):
        objects = [item for item in standard_run.report["interrupt_objects"]
                   if item["driver"] == driver]
        assert sum(item["claimed"] for item in objects) > 0
        assert all((item["dpcs_queued"] is not None) == keeps_dpcs for item in objects)
        assert sum(item["dpcs_queued"] or 0 for item in objects) > 0 or not keeps_dpcs
        for item in objects:
            assert item["irql"] == item["vector"] >> 4
            assert item["interrupts"] >= item["claimed"]


def test_e1000_is_a_line_and_ahci_a_message(standard_run):
    kinds = {item["driver"]: (item["mode"], item["source"].split()[0])
             for item in standard_run.report["interrupt_objects"]}
    assert kinds["e1000.sys"] == ("level", "gsi")
    assert kinds["ahci.sys"] == ("latched", "msi")


def test_every_processor_took_part(standard_run):
    for item in standard_run.report["processors"]:
        assert item["clock_ticks"] > 0, f"processor {item['number']} has no clock"


def test_every_request_came_back(standard_run):
    for item in standard_run.report["devices"]:
        assert item["issued"] == item["completed"], item["name"]
        assert item["errors"] == 0, item["name"]


@pytest.mark.parametrize("cpus", [1, 2, 8])
def test_other_numbers_of_processors(make_run, cpus):
    run = make_run(f"cpus{cpus}", f"--cpus={cpus}")
    assert run.status == 0, run.output
    assert len(run.report["processors"]) == cpus


def test_pc_machine(make_run):
    run = make_run("pc", "--machine=pc")
    assert run.status == 0, run.output


def test_uefi(make_run):
    run = make_run("uefi", "--firmware=uefi", "--timeout=90")
    assert run.status == 0, run.output


def test_interrupts_move_with_irqcpu(make_run):
    run = make_run("irqcpu", "--append=irqcpu=1", "--cpus=2")
    assert run.status == 0, run.output
    assert {item["processor"] for item in run.report["interrupt_objects"]} == {1}


def test_without_debug_exit_acpi_powers_off(boot, disk_image):
    run = boot(disk=disk_image, debug_exit=False, qmp=True)
    assert run.wait(90) == 0, run.text()
    assert run.find(r"^dirql: verdict: passed")
    reasons = [event["data"]["reason"] for event in run.qmp.events
               if event["event"] == "SHUTDOWN"]
    assert reasons == ["guest-shutdown"], "a reset would be guest-reset"


def test_debug_exit_carries_the_verdict(boot, disk_image):
    run = boot(disk=disk_image)
    assert run.wait(90) == machine.PASSED


@pytest.mark.parametrize("name, options, why", [
    ("bugcheck", ["--append=bugcheck"], "bugcheck 0x000000E2 MANUALLY_INITIATED_CRASH"),
    ("hang", ["--append=hold", "--timeout=12"], "hang: no end within 12 s"),
    ("left-out", ["--append=cpus=2"], "2 of 4 processors came up"),
])
def test_last_line_says_what_went_wrong(make_run, name, options, why):
    run = make_run(f"bad-{name}", *options)
    assert run.status != 0, run.output
    assert run.last_line.startswith("run: FAILED: " + why), run.last_line
