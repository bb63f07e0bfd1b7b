"""Reading a trace: the frames of the stream that the kernel writes to its second serial port
(boot/trace.c), and the events in them, or in rings read out of memory (docs/trace.md).

What is wrong with a stream never raises: it is decoded up to the damage, and `damage` says
at which byte and why."""

import struct
import zlib
from dataclasses import dataclass, field

MAGIC = b"DQTF"
FRAME = struct.Struct("<4sHHII")  # magic, type, number, length, checksum
CHECKED = 12  # bytes of it that the checksum covers
LONGEST = 1 << 20
HEADER, PROCESSOR, NAME, EVENTS, END = 1, 2, 3, 4, 5

HEADER_BODY = struct.Struct("<IIIIIIQQ8s")
PROCESSOR_BODY = struct.Struct("<IIQQ")
EVENTS_HEAD = struct.Struct("<QQ")
END_BODY = struct.Struct("<QII")
EVENT = struct.Struct("<QIBBHQQ")
BYTE_ORDER, VERSION = 0x01020304, 1

TYPES = ("none", "interrupt-enter", "interrupt-leave", "isr-enter", "isr-leave", "dpc-insert",
         "dpc-enter", "dpc-leave", "dpc-remove", "irql-raise", "irql-lower", "ipi-send",
         "switch", "work-queue", "work-enter", "work-leave", "irp-start", "irp-complete",
         "lock-wait", "lock-got", "passive-enter", "passive-leave", "timer-expire", "bugcheck",
         "sync-enter", "sync-leave")
UNNAMED = {"ipi-send", "irp-complete", "bugcheck"}  # their value is no routine


@dataclass
class Event:
    """One record of a ring: number counts the events of its processor since the start."""
    processor: int
    number: int
    time: int
    type: str
    irql: int
    data: int
    object: int
    value: int


@dataclass
class Processor:
    number: int
    apic_id: int = 0
    written: int = 0
    overwritten: int = 0
    events: list = field(default_factory=list)


@dataclass
class Trace:
    profile: str = "?"
    frequency: int = 0
    capacity: int = 0
    mask: int = 0
    start: int = 0
    processors: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    names_left_out: int = 0
    whole: bool = False  # the last frame came
    damage: str = ""

    def name(self, address):
        """module!symbol of a routine, or its address."""
        return self.names.get(address) or f"0x{address:x}"

    def events(self):
        return sum(len(item.events) for item in self.processors.values())


class Damage(Exception):
    """Why the stream cannot be read on."""


def tidy(text):
    """The kernel's way to name an address, as WinDbg writes it: nt!KiUpdateClock, e1000!X."""
    text = text.split(" ")[0]
    module, mark, symbol = text.rpartition("!")
    module = module.rsplit(".", 1)[0] if mark else "nt"
    symbol = symbol.removesuffix("+0x0")
    return f"{module}!{symbol}"


def decode_event(processor, number, record):
    """The event, or None when the record is not that event's: it was being written."""
    time, sequence, kind, irql, data, subject, value = EVENT.unpack(record)
    if sequence != number & 0xFFFFFFFF or not 0 < kind < len(TYPES) or irql > 15:
        return None
    return Event(processor, number, time, TYPES[kind], irql, data, subject, value)


def decode_ring(processor, written, capacity, read):
    """The events a ring still holds, the oldest first. read(slot): its 32 bytes."""
    first = max(written - capacity, 0)
    events = [decode_event(processor, number, read(number % capacity))
              for number in range(first, written)]
    return [event for event in events if event]


class Reader:
    """Takes frames one after the other."""

    def __init__(self):
        self.trace = Trace()
        self.frames = 0

    def take(self, kind, body):
        if (kind == HEADER) != (self.frames == 0):
            raise Damage("the header is not the first frame" if kind != HEADER
                         else "a second header")
        handler = {HEADER: self.header, PROCESSOR: self.processor, NAME: self.name,
                   EVENTS: self.take_events, END: self.end}.get(kind)
        if handler is None:
            raise Damage(f"frame of unknown type {kind}")
        try:
            handler(body)
        except struct.error:
            raise Damage(f"frame of type {kind} has {len(body)} bytes") from None
        self.frames += 1

    def header(self, body):
        order, version, _, size, capacity, mask, frequency, start, profile = \
            HEADER_BODY.unpack(body)
        if order != BYTE_ORDER:
            raise Damage(f"byte order mark 0x{order:08x}, not 0x{BYTE_ORDER:08x}")
        if version != VERSION or size != EVENT.size:
            raise Damage(f"version {version} with events of {size} bytes; this decoder knows "
                         f"{VERSION} with {EVENT.size}")
        if not frequency:
            raise Damage("the TSC has no frequency")
        trace = self.trace
        trace.capacity, trace.mask, trace.frequency, trace.start = \
            capacity, mask, frequency, start
        trace.profile = profile.rstrip(b"\0").decode("ascii", "replace")

    def processor(self, body):
        number, apic_id, written, overwritten = PROCESSOR_BODY.unpack(body)
        if number in self.trace.processors:
            raise Damage(f"processor {number} comes twice")
        self.trace.processors[number] = Processor(number, apic_id, written, overwritten)

    def name(self, body):
        address, = struct.unpack_from("<Q", body)
        self.trace.names[address] = tidy(body[8:].decode("ascii", "replace"))

    def take_events(self, body):
        number, first = EVENTS_HEAD.unpack_from(body)
        processor = self.trace.processors.get(number)
        records = body[EVENTS_HEAD.size:]
        if processor is None or len(records) % EVENT.size:
            raise Damage(f"events of processor {number}, which was not announced"
                         if processor is None else "half an event")
        for index in range(0, len(records), EVENT.size):
            event = decode_event(number, first + index // EVENT.size,
                                 records[index:index + EVENT.size])
            if event:
                processor.events.append(event)

    def end(self, body):
        events, _, self.trace.names_left_out = END_BODY.unpack(body)
        self.trace.whole = True


def frame_at(data, offset, number):
    """(type, body) of the frame at an offset. Damage when it is none."""
    if len(data) - offset < FRAME.size:
        raise Damage("it ends within the head of a frame")
    magic, kind, found, length, checksum = FRAME.unpack_from(data, offset)
    if magic != MAGIC:
        raise Damage("no frame begins here")
    if length > LONGEST:
        raise Damage(f"a frame of {length} bytes")
    body = data[offset + FRAME.size:offset + FRAME.size + length]
    if len(body) != length:
        raise Damage(f"it ends within a frame: {len(body)} of {length} bytes are there")
    if zlib.crc32(body, zlib.crc32(data[offset:offset + CHECKED])) != checksum:
        raise Damage("wrong checksum")
    if found != number & 0xFFFF:
        raise Damage(f"frame {found} where {number & 0xFFFF} should be")
    return kind, body


def decode(data):
    """The Trace in the bytes of a serial port: what comes before the first frame is not
    looked at, nor what comes after the last."""
    reader = Reader()
    begin = offset = data.find(MAGIC)
    if begin < 0:
        reader.trace.damage = f"no frame in {len(data)} bytes"
        return reader.trace
    try:
        while not reader.trace.whole:
            kind, body = frame_at(data, offset, reader.frames)
            reader.take(kind, body)
            offset += FRAME.size + len(body)
    except Damage as damage:
        reader.trace.damage = f"at byte {offset} (frame {reader.frames}): {damage}"
    return reader.trace
