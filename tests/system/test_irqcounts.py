"""The kernel's interrupt counts against QEMU's own, read over its monitor."""

import re

VECTOR_MASK = 0xFF
LOGICAL_DESTINATION = 1 << 11
LEVEL_TRIGGERED = 1 << 15
MASKED = 1 << 16


def controller_counts(text):
    """{controller: {pin: count}} out of the monitor's `info irq`."""
    counts, current = {}, None
    for line in text.splitlines():
        head = re.match(r"IRQ statistics for ([\w-]+):", line)
        pin = re.match(r"\s*(\d+): (\d+)", line)
        if head:
            current = counts.setdefault(head.group(1), {})
        elif pin and current is not None:
            current[int(pin.group(1))] = int(pin.group(2))
    return counts


def objects_of(report, driver):
    return [item for item in report["interrupt_objects"] if item["driver"] == driver]


def test_e1000_line_counts_agree(held):
    """Each rise of the level-triggered pin is one dispatch, none lost and none twice."""
    line = objects_of(held.report, "e1000.sys")
    gsi = int(line[0]["source"].split()[1])
    counted = controller_counts(held.qmp.hmp("info irq"))["ioapic"].get(gsi, 0)
    assert counted == sum(item["interrupts"] for item in line) > 0


def test_redirection_entry_leads_to_the_object(held):
    """The I/O APIC as QEMU has it: vector, level trigger, destination, not masked."""
    line = objects_of(held.report, "e1000.sys")
    gsi = int(line[0]["source"].split()[1])
    entry = int(re.search(rf"pin {gsi}\s+0x([0-9a-f]{{16}})",
                          held.qmp.hmp("info pic")).group(1), 16)
    assert entry & VECTOR_MASK == line[0]["vector"]
    assert entry & LEVEL_TRIGGERED and not entry & MASKED
    apic_ids = {item["number"]: item["apic_id"] for item in held.report["processors"]}
    if not entry & LOGICAL_DESTINATION:
        assert entry >> 56 in {apic_ids[item["processor"]] for item in line}


def test_lines_are_quiet_at_the_end(held):
    """No I/O APIC pin stands at remote IRR: every level interrupt was ended."""
    text = held.qmp.hmp("info pic")
    assert "ioapic" in text
    remote = re.findall(r"Remote IRR\s+(.*)", text, re.I) + re.findall(
        r"^\s*IRR\s+(.*)$", text, re.M)
    assert all(value.strip() in ("", "(none)") for value in remote), text


def test_8259_delivers_nothing(held):
    """Its pins move with the I/O APIC's; both chips have to be masked whole."""
    masks = re.findall(r"^pic\d: .*\bimr=([0-9a-f]{2})", held.qmp.hmp("info pic"), re.M)
    assert masks == ["ff", "ff"]
