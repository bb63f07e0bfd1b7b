"""IDT gates and interrupt objects, read out of guest memory through QMP: whether a gate
stands inside its KINTERRUPT is not left to the kernel's own word."""

import re
import struct
import subprocess

import pytest

from harness import layouts, paths

INTERRUPT_OBJECT = 22  # KINT-1


@pytest.fixture(scope="module")
def layout(nt):
    """Member to (offset, size) of the profile's KINTERRUPT."""
    return layouts.facts("x64", nt)["KINTERRUPT"]


def read_memory(run, processor, address, length):
    """Guest virtual memory as that processor's page tables show it."""
    file = run.folder / "memory"
    # QMP takes addresses as signed numbers: the kernel's half is below zero to it.
    signed = address - (1 << 64) if address >> 63 else address
    run.qmp.command("memsave", **{"val": signed, "size": length, "filename": str(file),
                                  "cpu-index": processor})
    return file.read_bytes()


def idt_base(run, processor):
    registers = run.qmp.hmp("info registers", processor)
    return int(re.search(r"IDT=\s+([0-9a-f]+)", registers).group(1), 16)


def gate_target(run, processor, vector):
    raw = read_memory(run, processor, idt_base(run, processor) + vector * 16, 16)
    low, _, _, attributes, middle, high, _ = struct.unpack("<HHBBHII", raw)
    assert attributes == 0x8E, "not a present interrupt gate of ring 0"
    return low | middle << 16 | high << 32


def member(memory, layout, name):
    offset, size = layout[name]
    return int.from_bytes(memory[offset:offset + size], "little")


def isr_count(memory, layout):
    """From NT 6.3 on the ISR's calls are counted in ISRDPCSTATS.IsrCount, at 10h of it."""
    if "IsrDpcStats" not in layout:
        return member(memory, layout, "DispatchCount")
    at = layout["IsrDpcStats"][0] + 0x10
    return int.from_bytes(memory[at:at + 8], "little")


def evaluate(nt, expression):
    """A constant expression over the kernel's symbols and types, by gdb."""
    output = subprocess.run(
        ["gdb", "-nx", "-batch", "-ex", f"printf \"%lu\\n\", (unsigned long)({expression})",
         str(paths.kernel(nt))], capture_output=True, text=True, check=True).stdout
    return int(output.strip().splitlines()[-1])


def interrupt_object(run, nt, processor, vector):
    """KPRCB.InterruptObject[vector], found through KiProcessorBlock."""
    block = evaluate(nt, f"&KiProcessorBlock[{processor}]")
    prcb = int.from_bytes(read_memory(run, processor, block, 8), "little")
    at = prcb + evaluate(nt, f"&((struct _KPRCB *)0)->InterruptObject[{vector}]")
    return int.from_bytes(read_memory(run, processor, at, 8), "little")


def test_gates_lead_to_their_objects(held, layout, nt):
    """KINT-7, KINT-8, KINT-9: up to 6.3 the gate of a connected vector leads to the object's
    DispatchCode; from 10.0 to the vector's thunk, 8 bytes from the next one's."""
    assert held.report["interrupt_objects"]
    for item in held.report["interrupt_objects"]:
        target = gate_target(held, item["processor"], item["vector"])
        if "DispatchCode" in layout:
            assert target == int(item["address"], 16) + layout["DispatchCode"][0]
        else:
            assert target - evaluate(nt, "&KiInterruptThunks") == 8 * item["vector"]


def test_objects_stand_in_the_processor_block(held, nt):
    """KINT-11: KPRCB.InterruptObject is indexed by the vector."""
    for item in held.report["interrupt_objects"]:
        assert interrupt_object(held, nt, item["processor"],
                                item["vector"]) == int(item["address"], 16)


def test_objects_are_what_the_report_says(held, layout):
    for item in held.report["interrupt_objects"]:
        memory = read_memory(held, item["processor"], int(item["address"], 16),
                             layout["__sizeof__"][1])
        assert member(memory, layout, "Type") == INTERRUPT_OBJECT
        assert member(memory, layout, "Size") == layout["__sizeof__"][1]
        assert member(memory, layout, "Vector") == item["vector"]
        assert member(memory, layout, "Irql") == item["irql"] == item["vector"] >> 4
        assert member(memory, layout, "SynchronizeIrql") == item["synchronize_irql"]
        assert member(memory, layout, "Number") == item["processor"]
        assert member(memory, layout, "Connected") == 1
        assert member(memory, layout, "ServiceRoutine") != 0


def test_dispatch_code_is_a_copy_of_one_template(held, layout, nt):
    """KINT-7: the same real code in each object, and none from 10.0 on."""
    assert ("DispatchCode" in layout) == (nt not in ("10.0", "2004"))
    if "DispatchCode" not in layout:
        return
    offset, size = layout["DispatchCode"]
    template = read_memory(held, 0, evaluate(nt, "&KiInterruptTemplate"), size)
    assert any(template)
    for item in held.report["interrupt_objects"]:
        address = int(item["address"], 16) + offset
        assert read_memory(held, item["processor"], address, size) == template


def test_a_single_object_has_the_single_dispatcher(held, layout, nt):
    """KINT-14: these vectors have one object each; chains are the kernel tests'."""
    for item in held.report["interrupt_objects"]:
        memory = read_memory(held, item["processor"], int(item["address"], 16),
                             layout["__sizeof__"][1])
        assert member(memory, layout, "DispatchAddress") == evaluate(nt, "&KiInterruptDispatch")


def test_interrupts_are_counted_once(held, nt):
    """CHN-11: KPRCB.InterruptCount is what the report says of each processor."""
    for item in held.report["processors"]:
        block = evaluate(nt, f"&KiProcessorBlock[{item['number']}]")
        prcb = int.from_bytes(read_memory(held, 0, block, 8), "little")
        at = prcb + evaluate(nt, "&((struct _KPRCB *)0)->InterruptCount")
        count = int.from_bytes(read_memory(held, 0, at, 8), "little")
        assert count == item["interrupts"]


def test_objects_count_what_the_report_says(held, layout):
    for item in held.report["interrupt_objects"]:
        memory = read_memory(held, item["processor"], int(item["address"], 16),
                             layout["__sizeof__"][1])
        assert isr_count(memory, layout) == item["interrupts"]
        assert member(memory, layout, "ServiceCount") == item["claimed"]


def test_each_processor_has_its_own_idt(held):
    bases = [idt_base(held, item["number"]) for item in held.report["processors"]]
    assert len(set(bases)) == len(bases) == 4
