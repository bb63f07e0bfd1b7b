"""What the pool has in use, by tag: `nt pool`."""

from . import base


def tag_text(tag):
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in tag.to_bytes(4, "little"))


def row(text, usage):
    allocations, frees = int(usage["Allocations"]), int(usage["Frees"])
    print(f"{text:<6} {allocations:9} {frees:9} {int(usage['BlocksInUse']):9} "
          f"{int(usage['BytesInUse']):10}")


@base.command("pool")
def show_pool(words):
    """Pool in use by tag, the largest first: nt pool [TAG]

    Allocations and frees since boot, blocks and bytes in use. The pool is nonpaged."""
    heap = base.known("ExpHeap")
    heap.fetch_lazy()
    tags = heap["Tags"]
    slots = [tags[index] for index in range(tags.type.range()[1] + 1)]
    used = sorted((usage for usage in slots if int(usage["Allocations"])),
                  key=lambda usage: -int(usage["BytesInUse"]))
    wanted = words[0].ljust(4)[:4] if words else None
    used = [usage for usage in used if wanted in (None, tag_text(int(usage["Tag"])))]
    if wanted and not used:
        raise base.NtError(f"no block was ever allocated under the tag '{words[0]}'")
    print("Tag       Allocs     Frees    Blocks      Bytes")
    for usage in used:
        row(tag_text(int(usage["Tag"])), usage)
    if not wanted:
        row("TOTAL", heap["Total"])
