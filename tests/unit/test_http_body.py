"""The body of a request to a web server of the bench: with its length, or in chunks."""

import pytest

from hardware.bench.network.http import MOST_BODY, body_of

CHUNKED = {"transfer-encoding": "chunked"}


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b"4\r\none \r\n3;x=1\r\ntwo\r\n0\r\n\r\n", b"one two"),
        (
            b"B\r\nab0\r\n\r\nxyzw\r\n0\r\n\r\n",
            b"ab0\r\n\r\nxyzw",
        ),  # it has the end of a body in it
        (b"0\r\n\r\n", b""),
    ],
)
def test_chunks_are_joined_when_the_last_one_has_come(sent: bytes, body: bytes) -> None:
    assert body_of(CHUNKED, sent) == body
    assert all(body_of(CHUNKED, sent[:end]) is None for end in range(len(sent)))


def test_a_body_has_its_length() -> None:
    assert body_of({"content-length": "3"}, b"ab") is None
    assert body_of({"content-length": "3"}, b"abc") == b"abc"
    assert body_of({}, b"") == b""


@pytest.mark.parametrize("size", [b"x", b"-1", b"", b"+1", b"fffff", b"0x1", "\u0661".encode()])
def test_a_wrong_size_is_refused(size: bytes) -> None:
    with pytest.raises(ValueError):
        body_of(CHUNKED, size + b"\r\na\r\n0\r\n\r\n")


def test_endless_chunks_are_refused() -> None:
    with pytest.raises(ValueError):
        body_of(CHUNKED, b"1\r\na\r\n" * MOST_BODY)
