"""Reads the pcap files of QEMU's filter-dump, as far as ICMP echoes over Ethernet go."""

import struct
from dataclasses import dataclass

ECHO_REPLY, ECHO_REQUEST = 0, 8


@dataclass(frozen=True)
class Echo:
    kind: int
    source: str
    destination: str
    identifier: int
    sequence: int
    payload: bytes
    checksum_good: bool


def frames(path):
    """The Ethernet frames of a capture, in order."""
    data = path.read_bytes()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}[data[:4]]
    position = 24
    while position + 16 <= len(data):
        captured = struct.unpack(order + "4I", data[position:position + 16])[2]
        yield data[position + 16:position + 16 + captured]
        position += 16 + captured


def checksum(data):
    """The Internet checksum; 0 over data that contains a right one."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def dotted(address):
    return ".".join(str(byte) for byte in address)


def echoes(path):
    """The ICMP echo requests and replies of a capture, in order."""
    for frame in frames(path):
        if len(frame) < 34 or frame[12:14] != b"\x08\x00":
            continue
        header = (frame[14] & 15) * 4
        length = struct.unpack(">H", frame[16:18])[0]
        packet = frame[14:14 + length]
        message = packet[header:]
        if packet[9] != 1 or len(message) < 8 or message[0] not in (ECHO_REPLY, ECHO_REQUEST):
            continue
        identifier, sequence = struct.unpack(">HH", message[4:8])
        yield Echo(message[0], dotted(packet[12:16]), dotted(packet[16:20]), identifier,
                   sequence, message[8:],
                   checksum(message) == 0 and checksum(packet[:header]) == 0)
