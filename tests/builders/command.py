"""`jiesu` as a process of its own, without the second and a half that reading its modules takes.

It is forked from a process that has read them and done nothing else; arguments, environment, output and exit code are a shell's.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from jiesu.embedded.prepare import child_environment
from jiesu.settings import Settings

__all__ = ["Ended", "command"]

#: Seconds that a command may take.
PATIENCE = 90
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["jiesu.cli", "jiesu.app", "workers.main", "workers.invariants"])


class Ended(NamedTuple):
    """Exit code, what it wrote, and what it wrote as errors."""

    code: int | None
    out: str
    err: str


def command(settings: Settings, *words: str, owner: bool = False) -> Ended:
    """Run `jiesu WORDS` with these settings; `owner`: it may change tables."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        env = child_environment(settings, owner=owner)
        child = _forks.Process(target=_run, args=(words, env, str(out), str(err)))
        child.start()
        child.join(PATIENCE)
        if child.is_alive():
            child.kill()
            child.join()
        return Ended(child.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def _run(words: tuple[str, ...], env: dict[str, str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    for stream, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    sys.argv = ["jiesu", *words]
    from jiesu.cli import main  # which this process has read already

    main()
