"""What went over the wire, as QEMU's filter-dump saw it."""

import pytest
from pcap import ECHO_REPLY, ECHO_REQUEST, echoes

PEER = "10.0.2.2"


@pytest.fixture(scope="module")
def wire(standard_run):
    return list(echoes(standard_run.capture))


def test_100_requests_went_out(wire):
    requests = {(echo.identifier, echo.sequence) for echo in wire
                if echo.kind == ECHO_REQUEST and echo.destination == PEER}
    assert len(requests) == 100


def test_100_replies_came_back(wire):
    replies = {(echo.identifier, echo.sequence) for echo in wire
               if echo.kind == ECHO_REPLY and echo.source == PEER}
    assert len(replies) == 100


def test_each_reply_answers_a_request(wire):
    def messages(kind):
        return {(echo.identifier, echo.sequence, echo.payload) for echo in wire
                if echo.kind == kind}
    assert messages(ECHO_REPLY) and messages(ECHO_REPLY) == messages(ECHO_REQUEST)


def test_checksums_are_right(wire):
    assert wire and all(echo.checksum_good for echo in wire)
