"""The note that a running `jiesu up` leaves in its data directory: where its servers are, and its children."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

import msgspec
import psutil

from jiesu.embedded.places import Lock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jiesu.settings import Settings

__all__ = ["Note", "attach", "clear_leftovers", "main_lock", "write_note"]


class Note(msgspec.Struct, frozen=True):
    """`children` are (process id, moment of its start): a recycled id is not mistaken for ours."""

    database_url: str
    owner_database_url: str | None
    redis_url: str
    demo: bool
    children: list[tuple[int, float]] = []


def main_lock(data_dir: Path) -> Lock:
    """Held by `jiesu up` as long as it runs."""
    return Lock(data_dir / "up.lock")


def attach(settings: Settings) -> Settings:
    """The settings with the URLs of the `jiesu up` that runs on this data directory; unchanged if none does.

    For commands given in a second terminal. URLs that the settings already have win.
    """
    note = _read(settings.data_dir) if main_lock(settings.data_dir).held_elsewhere() else None
    if note is None or settings.database_url:
        return settings
    return msgspec.structs.replace(
        settings,
        database_url=note.database_url,
        owner_database_url=settings.owner_database_url or note.owner_database_url,
        redis_url=settings.redis_url or note.redis_url,
        demo=settings.demo or note.demo,
    )


def write_note(data_dir: Path, note: Note, children: Iterable[int]) -> None:
    """Replace the note, readable by us only."""
    born = []
    for pid in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            born.append((pid, psutil.Process(pid).create_time()))
    draft = data_dir / f"running.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.encode(msgspec.structs.replace(note, children=born)))
    draft.replace(data_dir / "running.json")


def clear_leftovers(data_dir: Path, *, grace: float = 10) -> int:
    """End children that outlived a killed `jiesu up`; the caller holds the main lock. Returns how many there were."""
    note = _read(data_dir)
    left = [child for child in map(_find, note.children if note else ()) if child]
    for child in left:
        child.terminate()
    psutil.wait_procs(left, timeout=grace)
    for child in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    return len(left)


def _find(child: tuple[int, float]) -> psutil.Process | None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(child[0])
        if abs(process.create_time() - child[1]) < 0.1:
            return process
    return None


def _read(data_dir: Path) -> Note | None:
    try:
        return msgspec.json.decode((data_dir / "running.json").read_bytes(), type=Note)
    except (OSError, msgspec.MsgspecError):
        return None
