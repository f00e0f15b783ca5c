"""What a long export costs the worker: time and memory for ten thousand and for a hundred thousand tickets, as Excel and CSV."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.board import _employ, _fill
from bench.stand import Stand
from jiesu.accounts.posts import everybody
from jiesu.accounts.roles import Role
from jiesu.desk.board.cuts import Cut, What
from jiesu.desk.board.export_long import order_export
from jiesu.desk.board.sheets import Form
from jiesu.desk.prepared.models import PreparedFile
from jiesu.kernel import Kernel, on_kernel
from workers.prepared import prepare_file

FEW, MANY = 10_000, 100_000


class Peak(threading.Thread):
    """The most memory that the process has while the block lasts, in MB above what it had before."""

    def __enter__(self) -> Peak:
        self._process, self._done = psutil.Process(), threading.Event()
        self._before = self._most = self._process.memory_info().rss
        self.start()
        return self

    def run(self) -> None:
        while not self._done.wait(0.02):
            self._most = max(self._most, self._process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()

    @property
    def more(self) -> float:
        return round((self._most - self._before) / 1024**2, 1)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--many", type=int, default=MANY)
    chosen, found = options.parse_args(), {}
    with Stand() as stand:
        asyncio.run(on_kernel(stand.settings, _employ))
        for count in (FEW, chosen.many):
            _fill(stand, "history", count)
            found[count] = asyncio.run(on_kernel(stand.settings, _measure))
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


async def _measure(kernel: Kernel) -> dict[str, Any]:
    found = {}
    for form in Form:
        async with kernel.db.begin() as uow:
            staff = next(
                post for post in await everybody(uow, kernel.rules.organisation) if post.role is Role.SUPERVISOR
            )
            row = await order_export(uow, kernel.rules, staff, Cut(What.ARRIVED), form, "测量", None, "zh")
        began = time.perf_counter()
        with Peak() as peak:
            await prepare_file(kernel, {"id": row.id})
        seconds = round(time.perf_counter() - began, 1)
        async with kernel.db.begin() as uow:
            made = await uow.session.get_one(PreparedFile, row.id)
        found[str(form)] = {
            "rows": made.done,
            "seconds": seconds,
            "MB more": peak.more,
            "MB file": round((made.size or 0) / 1024**2, 1),
        }
    return found


if __name__ == "__main__":
    main()
