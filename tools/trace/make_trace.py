#!/usr/bin/python3
"""What `make trace` does after the run: reads the trace behind the report of the second serial
port and writes trace.json (for ui.perfetto.dev) and trace.html (for any browser, by itself).

    make_trace.py build/trace/com2.json build/trace"""

import argparse
import json
import sys
from pathlib import Path

import chrome
import page
import stream
import timeline as lines


def write(timeline, folder):
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "trace.json").open("w") as file:
        json.dump(chrome.document(timeline), file, separators=(",", ":"))
    (folder / "trace.html").write_text(page.render(timeline), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stream", type=Path, help="what came out of the second serial port")
    parser.add_argument("folder", type=Path, help="where trace.json and trace.html go")
    arguments = parser.parse_args()
    trace = stream.decode(arguments.stream.read_bytes())
    if trace.damage:
        print(f"trace: {arguments.stream}: damaged {trace.damage}")
    if not trace.events():
        print("trace: no event was read")
        return 1
    timeline = lines.Timeline(trace)
    write(timeline, arguments.folder)
    overwritten = sum(item.overwritten for item in trace.processors.values())
    print(f"trace: {trace.events()} events of {len(trace.processors)} processors, "
          f"{overwritten} overwritten; {timeline.torn} out of place")
    for entry in lines.summary(timeline).values():
        print(f"trace: {entry['title']:<18} {entry['count']:>6} measured, p50 "
              f"{entry['p50']:.3f} us, p99 {entry['p99']:.3f} us, max {entry['max']:.3f} us")
    print(f"trace: {arguments.folder}/trace.html and {arguments.folder}/trace.json")
    return 1 if trace.damage else 0


if __name__ == "__main__":
    sys.exit(main())
