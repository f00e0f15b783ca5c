"""A program of ours run as a supervised child, its output in a rotated log."""

from __future__ import annotations

import logging
import subprocess
import threading
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from jiesu.embedded.process import end, spawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Command"]

_MEGABYTE = 1024 * 1024


class Command:
    """`argv` as a service. What it prints goes to `log` with the time and the name; five files of 10 MB are kept."""

    def __init__(self, name: str, argv: Sequence[str], *, env: Mapping[str, str], log: Path, grace: float = 15) -> None:
        self.name = name
        self.log = log
        self._argv = argv
        self._env = env
        self._grace = grace
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self) -> None:
        self.kill()
        self._child = spawn(self._argv, out=subprocess.PIPE, env=self._env)
        threading.Thread(target=self._copy, args=(self._child,), name=f"log of {self.name}", daemon=True).start()

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """Ask with SIGTERM, wait, then kill what is left of it. Repeatable."""
        if self._child is not None:
            end(self._child, grace=self._grace)

    def kill(self) -> None:
        """End it and everything it started, at once."""
        if self._child is not None:
            self._child.kill()
            end(self._child, grace=0)

    def _copy(self, child: subprocess.Popen[bytes]) -> None:
        handler = RotatingFileHandler(self.log, maxBytes=10 * _MEGABYTE, backupCount=4, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s | %(message)s"))
        for line in child.stdout or ():
            text = line.decode(errors="replace").rstrip()
            handler.handle(logging.LogRecord(self.name, logging.INFO, "", 0, text, None, None))
        handler.close()
        if child.stdout:
            child.stdout.close()
