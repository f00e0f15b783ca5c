"""Long sealed streams: read again whole, and never when changed, moved, cut short, or under another key."""

from __future__ import annotations

import io

import pytest

from jiesu.kit.streams import CHUNK, StreamDamaged, open_stream, seal_stream

SECRET = bytes(32)
HEADER = len(b"jiesu sealed 1\n") + 16


def sealed(plain: bytes, cipher: str = "aes") -> bytes:
    sink = io.BytesIO()
    seal_stream(io.BytesIO(plain), sink, SECRET, cipher)
    return sink.getvalue()


def opened(body: bytes, secret: bytes = SECRET, cipher: str = "aes") -> bytes:
    return b"".join(open_stream(io.BytesIO(body), secret, cipher))


@pytest.mark.parametrize("cipher", ["aes", "sm4"])
@pytest.mark.parametrize("length", [0, 1, CHUNK, CHUNK + 1])
def test_what_was_sealed_is_read_again(cipher, length):
    plain = bytes(length)
    assert opened(sealed(plain, cipher), cipher=cipher) == plain


def test_the_same_text_never_looks_the_same():
    assert sealed(b"x") != sealed(b"x")


PIECE = 12 + CHUNK + 16


@pytest.mark.parametrize(
    "harm",
    [
        lambda body: body[: HEADER + PIECE],
        lambda body: body[: HEADER + PIECE + 40],
        lambda body: body[:HEADER] + body[HEADER + PIECE : HEADER + 2 * PIECE] + body[HEADER + PIECE :],
        lambda body: body[:-1] + bytes([body[-1] ^ 1]),
        lambda body: body[: HEADER - 1] + bytes([body[HEADER - 1] ^ 1]) + body[HEADER:],
        lambda body: b"x" + body,
        lambda body: b"",
        lambda body: body[:HEADER],
    ],
    ids=[
        "a piece gone",
        "half a piece",
        "a piece twice",
        "a bit changed",
        "another salt",
        "shifted",
        "empty",
        "nothing",
    ],
)
def test_any_harm_is_found(harm):
    with pytest.raises(StreamDamaged):
        opened(harm(sealed(bytes(2 * CHUNK + 100))))


def test_another_key_opens_nothing():
    with pytest.raises(StreamDamaged):
        opened(sealed(b"x"), secret=b"1" * 32)
