"""What is written comes back as it was, encrypted meanwhile; what was changed or cut short never does."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from jiesu.attachments.store import CHUNK, TAG, FileDamaged, FileStore


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_every_length_comes_back(store, size):
    content = os.urandom(size)
    kept = store.write(io.BytesIO(content))
    assert kept.size == size
    assert b"".join(store.read(kept)) == content


def test_the_file_is_unreadable_without_its_key_and_for_other_users(store, tmp_path):
    store.write(io.BytesIO(b"SECRET" * 100))
    (path,) = on_disk(tmp_path)
    assert b"SECRET" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", ["flip", "cut chunk", "cut byte", "swap"])
def test_what_was_changed_or_cut_short_is_not_handed_out(store, tmp_path, harm):
    kept = store.write(io.BytesIO(os.urandom(3 * CHUNK)))
    (path,) = on_disk(tmp_path)
    raw, piece = bytearray(path.read_bytes()), CHUNK + TAG
    if harm == "flip":
        raw[5] ^= 1
    elif harm == "swap":
        raw[:piece], raw[piece : 2 * piece] = raw[piece : 2 * piece], raw[:piece]
    else:
        del raw[-piece if harm == "cut chunk" else -1 :]
    path.write_bytes(raw)
    with pytest.raises(FileDamaged):
        b"".join(store.read(kept))


def test_a_write_that_fails_leaves_nothing(store, tmp_path):
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > CHUNK:
                raise OSError
            return super().read(size)

    with pytest.raises(OSError):  # noqa: PT011 - a disk says no more
        store.write(Torn(bytes(4 * CHUNK)))
    assert on_disk(tmp_path) == []


def test_no_two_files_share_a_key(store):
    assert store.write(io.BytesIO(b"x")).key != store.write(io.BytesIO(b"x")).key
