"""The trace: what `make trace` writes, judged by what the run itself counted, by a browser, and
with streams that are cut short or damaged."""

import html
import json
import random
import re
import subprocess
import sys

import pytest

from harness import paths

sys.path.insert(0, str(paths.TOOLS / "trace"))

import chrome  # noqa: E402
import stream  # noqa: E402
import timeline as lines  # noqa: E402

MAKE_TRACE = paths.TOOLS / "trace/make_trace.py"
LATENCIES = ("vector_to_isr", "isr_to_dpc", "dpc_to_completion")


class Traced:
    """A run with trace=on, its stream, and what the tools made of it."""


@pytest.fixture(scope="module")
def traced(make_run, tmp_path_factory):
    found = Traced()
    found.run = make_run("trace", "--append=trace=on")
    assert found.run.status == 0, found.run.output
    found.stream = (found.run.folder / "com2.json").read_bytes()
    found.folder = tmp_path_factory.mktemp("trace")
    result = subprocess.run([str(MAKE_TRACE), str(found.run.folder / "com2.json"),
                             str(found.folder)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    found.output = result.stdout
    found.trace = stream.decode(found.stream)
    found.timeline = lines.Timeline(found.trace)
    return found


def calls(traced, kind):
    return [item for lane in traced.timeline.lanes.values() for item in lane.slices
            if item.kind == kind]


def test_stream_is_whole(traced, nt):
    trace = traced.trace
    assert trace.whole and not trace.damage
    assert trace.profile == nt and len(trace.processors) == 4
    for item in trace.processors.values():
        assert len(item.events) == item.written - item.overwritten
        assert [event.number for event in item.events] == \
            list(range(item.overwritten, item.written))


def test_time_goes_forward_on_every_processor(traced):
    for item in traced.trace.processors.values():
        times = [event.time for event in item.events]
        assert times == sorted(times)


def test_events_nest(traced):
    """Each end fits the begin on top of its stack, and no call outlives the one around it."""
    assert traced.timeline.torn == 0
    for lane in traced.timeline.lanes.values():
        stack = []
        for item in (entry for entry in lane.slices if not entry.thread):
            assert item.depth <= len(stack), item
            # By depth, not by time: two events can have one time stamp.
            del stack[item.depth:]
            assert not stack or stack[-1].begin <= item.begin <= item.end <= stack[-1].end, \
                (stack[-1], item)
            stack.append(item)


def test_counts_are_those_of_the_report(traced):
    """Every interrupt object's calls, and every processor's interrupts, are in the trace."""
    for entry in traced.run.report["interrupt_objects"]:
        address = int(entry["address"], 16)
        assert sum(item.object == address for item in calls(traced, "isr")) == \
            entry["interrupts"]
        claimed = sum(item.object == address and item.result == 1
                      for item in calls(traced, "isr"))
        assert claimed == entry["claimed"]
    for processor in traced.run.report["processors"]:
        vectors = sum(item.kind == "interrupt" and item.object != 0
                      for item in traced.timeline.lanes[processor["number"]].slices)
        assert vectors == processor["interrupts"]


def test_interrupts_stand_at_their_level(traced):
    for item in calls(traced, "interrupt"):
        if item.object:
            assert item.irql == item.data >> 4
    for item in calls(traced, "dpc"):
        assert item.irql == (0 if item.data else 2)


def test_routines_have_names(traced):
    names = set(traced.trace.names.values())
    assert {"nt!KiUpdateClock", "e1000!E1000DpcForIsr", "ahci!AhciDpcForIsr"} <= names
    assert not [name for name in names if name.startswith("0x")]


def test_latencies(traced):
    """Each device interrupt reaches an ISR; the flows lead from ISRs to DPCs and completions."""
    result = lines.summary(traced.timeline)
    assert result["vector_to_isr"]["count"] == len(calls(traced, "isr"))
    for key in LATENCIES:
        entry = result[key]
        assert 0 < entry["p50"] <= entry["p99"] <= entry["max"] and entry["count"] > 50
        assert sum(value <= entry["p50"] for value in entry["values"]) * 2 >= entry["count"]
    kinds = {flow.kind for flow in traced.timeline.flows}
    assert {"isr-dpc", "completion", "ipi"} <= kinds


def test_perfetto_file(traced):
    """JSON as Perfetto takes it: complete slices that nest in each row, flows in pairs."""
    document = json.loads((traced.folder / "trace.json").read_text())
    events = document["traceEvents"]
    rows = {}
    for event in events:
        if event["ph"] == "X":
            assert event["dur"] >= 0
            rows.setdefault((event["pid"], event["tid"]), []).append(event)
    for number in range(1, 5):
        assert rows[number, chrome.IRQL_ROW] and rows[number, chrome.WORK_ROW]
        stack = []
        for event in rows[number, chrome.IRQL_ROW]:
            end = event["ts"] + event["dur"]
            while stack and stack[-1] <= event["ts"] + 1e-6:
                stack.pop()
            assert not stack or end <= stack[-1] + 1e-6
            stack.append(end)
    starts = [event["id"] for event in events if event["ph"] == "s"]
    assert starts and sorted(starts) == sorted(event["id"] for event in events
                                               if event["ph"] == "f")


# ---- the page, in a browser -----------------------------------------------------------

def browser(*arguments):
    return subprocess.run(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                           "--hide-scrollbars", "--window-size=1400,1200",
                           "--virtual-time-budget=8000", *arguments],
                          capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def dom(traced):
    return browser("--dump-dom", f"file://{traced.folder}/trace.html").stdout


def test_page_needs_nothing_else(traced):
    text = (traced.folder / "trace.html").read_text()
    assert not re.findall(r"""(?:src|href)=["']|@import|url\(|fetch\(|XMLHttp""", text)


def test_page_has_a_lane_for_each_processor(dom):
    assert 'data-drawn="yes"' in dom
    assert re.findall(r'class="lane" data-processor="(\d)"', dom) == ["0", "1", "2", "3"]
    assert re.search(r'class="threadrow" data-thread="[0-9a-f]+"', dom)


def test_page_shows_the_decoders_figures(dom, traced):
    result = lines.summary(traced.timeline)
    for key in LATENCIES:
        card = dom.partition(f'data-latency="{key}"')[2].partition("</svg>")[0]
        assert card.startswith(f' data-count="{result[key]["count"]}"')
        shown = dict(re.findall(r'data-figure="(\w+)" data-us="([\d.]+)"', card))
        assert {name: float(text) for name, text in shown.items()} == \
            {name: round(result[key][name], 3) for name in ("p50", "p99", "max")}
        bars = [int(text) for text in re.findall(r'data-count="(\d+)"', card)[1:]]
        assert sum(bars) == result[key]["count"], html.unescape(card)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_is_drawn(traced, theme):
    """The screenshot is not one colour: something is there in both themes."""
    picture = traced.folder / f"{theme}.png"
    browser(f"--screenshot={picture}", f"file://{traced.folder}/trace.html#theme={theme}")
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and picture.stat().st_size > 40000


# ---- bad input ------------------------------------------------------------------------

def report_of(data):
    trace = stream.decode(data)
    lines.summary(lines.Timeline(trace))
    return trace


@pytest.fixture(scope="module")
def short(traced):
    """The first frames of the real stream: enough of each type, and quick to decode."""
    begin = traced.stream.find(stream.MAGIC)
    return traced.stream[begin:begin + 60000]


def test_cut_short(short):
    """Anywhere: what is there before is decoded, and the place is told."""
    chance = random.Random(1)
    for length in [0, 3, 15, 16, 63] + [chance.randrange(len(short)) for _ in range(60)]:
        trace = report_of(short[:length])
        assert not trace.whole
        if length >= 4:
            place = int(re.match(r"at byte (\d+) ", trace.damage)[1])
            assert place <= length


def test_flipped_bits(short):
    """One wrong bit: everything before its frame is decoded, nothing of it or after."""
    chance = random.Random(2)
    for _ in range(60):
        place = chance.randrange(len(short))
        data = bytearray(short)
        data[place] ^= 1 << chance.randrange(8)
        trace = report_of(bytes(data))
        if place < 4:
            continue  # the first frame's magic: another one is taken for the first
        damaged = int(re.match(r"at byte (\d+) ", trace.damage)[1])
        assert damaged <= place < len(short) and not trace.whole


def test_garbage():
    chance = random.Random(3)
    for _ in range(60):
        data = stream.MAGIC + chance.randbytes(chance.randrange(400))
        assert report_of(data).damage
    assert report_of(b"").damage == "no frame in 0 bytes"


def frame(kind, number, body):
    head = stream.FRAME.pack(stream.MAGIC, kind, number, len(body), 0)[:stream.CHECKED]
    import zlib
    return head + zlib.crc32(body, zlib.crc32(head)).to_bytes(4, "little") + body


HEADER = stream.HEADER_BODY.pack(0x01020304, 1, 1, 32, 64, 0xFFFFFF, 10**9, 0, b"6.3")
PROCESSOR = stream.PROCESSOR_BODY.pack(0, 0, 70, 6)


@pytest.mark.parametrize("frames, why", [
    ([(stream.END, b"")], "the header is not the first frame"),
    ([(stream.HEADER, HEADER[:-1])], "has 47 bytes"),
    ([(stream.HEADER, HEADER.replace(b"\x04\x03\x02\x01", b"\x01\x02\x03\x04"))],
     "byte order mark 0x04030201"),
    ([(stream.HEADER, HEADER), (stream.HEADER, HEADER)], "a second header"),
    ([(stream.HEADER, HEADER), (9, b"")], "frame of unknown type 9"),
    ([(stream.HEADER, HEADER), (stream.PROCESSOR, PROCESSOR), (stream.PROCESSOR, PROCESSOR)],
     "processor 0 comes twice"),
    ([(stream.HEADER, HEADER), (stream.EVENTS, stream.EVENTS_HEAD.pack(3, 0))],
     "events of processor 3, which was not announced"),
    ([(stream.HEADER, HEADER), (stream.PROCESSOR, PROCESSOR),
      (stream.EVENTS, stream.EVENTS_HEAD.pack(0, 0) + b"x")], "half an event"),
])
def test_frames_that_lie(frames, why):
    """With a good checksum, but not what they say they are."""
    data = b"".join(frame(kind, number, body) for number, (kind, body) in enumerate(frames))
    assert why in report_of(data).damage


def test_event_that_was_being_written():
    """A slot with the number of an earlier event is left out, the rest is kept."""
    def record(number, kind=1):
        return stream.EVENT.pack(number, number, kind, 2, 0, 0, 0)
    slots = [record(8), record(9), record(2), record(7)]
    events = stream.decode_ring(0, 11, 4, lambda slot: slots[slot])
    assert [event.number for event in events] == [7, 8, 9]


# ---- options, and a bug check ------------------------------------------------------------

def test_small_rings_count_what_they_overwrite(boot):
    run = boot(options="modules=e1000.sys,netecho.sys trace=on tracesize=100")
    run.wait(60)
    trace = stream.decode(run.report_file.read_bytes())
    assert trace.whole and trace.capacity == 64
    for item in trace.processors.values():
        assert item.overwritten == max(item.written - 64, 0) and len(item.events) <= 64
    assert any(item.overwritten for item in trace.processors.values())
    assert lines.Timeline(trace).torn == 0


def test_chosen_events_only(boot):
    run = boot(options="modules=none trace=switch,nonsense,ipi")
    run.wait(60)
    assert run.find(r'^dirql: trace: no events are called "nonsense"')
    trace = stream.decode(run.report_file.read_bytes())
    assert {event.type for item in trace.processors.values() for event in item.events} == \
        {"switch", "ipi-send"}


def test_off_there_is_no_trace(standard_run):
    assert stream.MAGIC not in (standard_run.folder / "com2.json").read_bytes()


def test_bug_check_leaves_the_trace(boot):
    run = boot(options="bugcheck trace=on")
    run.wait(60)
    trace = stream.decode(run.report_file.read_bytes())
    assert trace.whole, trace.damage
    stops = [event for item in trace.processors.values() for event in item.events
             if event.type == "bugcheck"]
    assert [event.object for event in stops] == [0xE2] and stops[0].value == 0x64
