"""The kernel's report (one JSON document on COM2): its form, and what it must say."""

import json

NUMBER, TEXT, TRUTH = int, str, bool
NUMBER_IF_KEPT = int | None  # null in NT versions that keep no such count

SHAPE = {
    "nt": TEXT,
    "processors": [{"number": NUMBER, "apic_id": NUMBER, "interrupts": NUMBER,
                    "dpcs": NUMBER, "ipis": NUMBER, "clock_ticks": NUMBER,
                    "max_dpc_depth": NUMBER}],
    "interrupt_objects": [{"processor": NUMBER, "vector": NUMBER, "irql": NUMBER,
                           "synchronize_irql": NUMBER, "mode": TEXT, "source": TEXT,
                           "driver": TEXT, "isr": TEXT, "address": TEXT,
                           "gate_inside": TRUTH, "interrupts": NUMBER, "claimed": NUMBER,
                           "dpcs_queued": NUMBER_IF_KEPT}],
    "devices": [{"name": TEXT, "driver": TEXT, "issued": NUMBER, "completed": NUMBER,
                 "bytes": NUMBER, "errors": NUMBER, "cancelled": NUMBER}],
    "accounting": {"lost": NUMBER, "interrupts_entered": NUMBER,
                   "interrupts_ended": NUMBER, "dpcs_inserted": NUMBER,
                   "dpcs_run": NUMBER, "dpcs_removed": NUMBER, "irps_issued": NUMBER,
                   "irps_completed": NUMBER, "irps_outstanding": NUMBER,
                   "vectors_pending": NUMBER, "lines_pending": NUMBER,
                   "unexpected": NUMBER, "spurious": NUMBER},
    "memory": {"total_kib": NUMBER, "in_use_kib": NUMBER},
    "boot": {"entry_to_first_interrupt": NUMBER},
    "verdict": TEXT,
}


class BadReport(ValueError):
    """The document is not what SHAPE says."""


def check_shape(value, shape, where="report"):
    """Members that SHAPE does not know may be there; those it knows must be."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise BadReport(f"{where} is no object")
        for name, inner in shape.items():
            if name not in value:
                raise BadReport(f"{where} has no \"{name}\"")
            check_shape(value[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise BadReport(f"{where} is no list")
        for index, element in enumerate(value):
            check_shape(element, shape[0], f"{where}[{index}]")
    # bool is an int to Python, and not to a reader of the report.
    elif not isinstance(value, shape) or isinstance(value, bool) != (shape is TRUTH):
        raise BadReport(f"{where} is {value!r}")


TRACE_MAGIC = "DQTF"  # with a trace, its frames follow the document


def document(text):
    """The document in what the port holds: UEFI firmware takes every serial port for a
    console and has written its screen there first, and a trace may come behind."""
    text = text[max(text.find('{"nt"'), 0):]
    return text.partition("\n" + TRACE_MAGIC)[0]


def load(file):
    """Reads and checks the document. BadReport when there is none or it is malformed."""
    try:
        report = json.loads(document(file.read_text(errors="replace")))
    except FileNotFoundError:
        raise BadReport("the kernel wrote no report") from None
    except ValueError as error:
        raise BadReport(f"the report is no JSON: {error}") from None
    check_shape(report, SHAPE)
    return report


def complaints(report, nt=None, cpus=None):
    """What the numbers give away, each as one phrase. The first is the cause to name."""
    account = report["accounting"]
    rules = [
        (account["lost"] == 0, f"{account['lost']} interrupts, DPCs or IRPs were lost"),
        (account["interrupts_entered"] == account["interrupts_ended"],
         "interrupts lost: {interrupts_entered} entered, {interrupts_ended} ended"),
        (account["dpcs_inserted"] == account["dpcs_run"] + account["dpcs_removed"],
         "DPCs lost: {dpcs_inserted} inserted, {dpcs_run} run, {dpcs_removed} removed"),
        (account["irps_issued"] == account["irps_completed"] + account["irps_outstanding"],
         "IRPs lost: {irps_issued} issued, {irps_completed} completed"),
        (account["irps_outstanding"] == 0, "{irps_outstanding} IRPs are outstanding"),
        (account["vectors_pending"] == 0, "{vectors_pending} vectors are pending"),
        (account["lines_pending"] == 0, "{lines_pending} interrupt lines are pending"),
        (nt in (None, report["nt"]), f"the report is of NT {report['nt']}, not {nt}"),
        (cpus in (None, len(report["processors"])),
         f"{len(report['processors'])} of {cpus} processors came up"),
        (report["verdict"] == "passed", f"the report says {report['verdict']}"),
    ]
    found = [text.format(**account) for holds, text in rules if not holds]
    for item in report["interrupt_objects"]:
        # From NT 10.0 on the gates lead to thunks, and the object holds no code.
        if not item["gate_inside"] and report["nt"] not in ("10.0", "2004"):
            found.append(f"the IDT gate of vector {item['vector']:#x} on processor "
                         f"{item['processor']} is not inside its KINTERRUPT")
    return found
