"""Data directories with awkward names, and servers that leave nothing behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiesu.embedded.postgres import EmbeddedPostgres


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that `nobody` may enter, with a space in its path, longer than a socket's path may be."""
    base = Path(tempfile.mkdtemp(prefix="jiesu test ", dir="/tmp"))
    base.chmod(0o711)
    yield base / ("long " * 25) / "var"
    shutil.rmtree(base)


@pytest.fixture
def postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data_dir, durable=False)
    server.start()
    yield server
    server.remove()
