"""Child processes that never outlive us, and the signs that they are ours."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from jiesu.embedded.account import Account

__all__ = ["end", "spawn"]

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    argv: Sequence[object],
    *,
    out: IO[bytes] | int | None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    feed: bytes | None = None,
    orphaned: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that the terminal's Ctrl-C reaches only us.

    On Linux the kernel sends it `orphaned` when the thread that called this ends, by whatever death: call it from the
    main thread. `feed` is its whole standard input.
    """
    child = subprocess.Popen(
        [str(word) for word in argv],
        stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
        stdout=out,
        stderr=subprocess.STDOUT if out is not None else None,
        env=env,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=_tether(orphaned),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if feed is not None and child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(feed)
        child.stdin.close()
    return child


def end(child: subprocess.Popen[bytes], ask: signal.Signals = signal.SIGTERM, *, grace: float) -> None:
    """Ask the child to end, wait `grace` seconds, then kill whatever is left of its session."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(ask)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _tether(orphaned: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(orphaned), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie
