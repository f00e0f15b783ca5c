"""Every mishap, several times each, under load: what was promised meanwhile, what of it was lost or done twice, how long until all was well."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psycopg

from jiesu.embedded.command import Command
from jiesu.embedded.prepare import child_environment
from tests.faults.chaos import varied
from tests.faults.crowd import Crowd
from tests.faults.mishaps import MISHAPS, LeftOut, Torn
from tests.faults.odd_worker import CLOCK, OPERATOR
from tests.faults.operator import Operator
from tests.faults.overdue import add_users, register_overdue
from tests.faults.recovery import settle
from tests.faults.site import Site, until
from tests.faults.staff import Staff
from tests.faults.tally import tally

__all__ = ["Line", "torment", "torn_site"]

#: Megabytes of the disk that is filled; seconds for which load goes on before a mishap, at random; and until all must be well.
DISK, BEFORE, PATIENCE = 1500, (0.5, 2.0), 120.0
#: Appeals registered long ago for each mishap: all their rungs are due in the midst of it.
OVERDUE = 2


@dataclass
class Line:
    """Of one kind of mishap. `seconds`: from putting it right until somebody had a receipt and all that was due was done, each time."""

    name: str
    times: int = 0
    promised: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    #: answers that failed meanwhile, which people had to put up with
    troubles: int = 0
    seconds: list[float] = field(default_factory=list)
    #: why it could not be done here
    left_out: str = ""


def torment(
    torn: Torn, names: Sequence[str], *, minutes: float, times: int = 3, say: Callable[[str], None] = print
) -> list[Line]:
    """All these mishaps in turn, each so many times, in rounds until the time is up; the first round is always whole.

    The doctor is asked after each stretch. What never recovers, or breaks a law, counts as lost. Call from the main thread.
    """
    lines = {name: Line(name) for name in names}
    stop, turn = time.monotonic() + 60 * minutes, 0
    while turn == 0 or time.monotonic() < stop:
        order = list(names)
        torn.random.shuffle(order)
        for name in order:
            if turn and time.monotonic() > stop:
                break
            try:
                _stretch(torn, lines[name], f"{turn}-{names.index(name)}", times)
            except Exception as fault:  # the others are still of interest
                lines[name].lost.append(f"never well again: {type(fault).__name__}: {fault}")
                torn.mend()
            say(f"{name}: {times} × in round {turn + 1}, {lines[name].seconds[-times:]} s")
        turn += 1
    return list(lines.values())


def _stretch(torn: Torn, line: Line, name: str, times: int) -> None:
    """So many mishaps of one kind under load, and the count afterwards."""
    site = torn.site
    messages = (
        0 if torn.operator is None else site.count("SELECT count(*) FROM message")
    )  # `tally` counts them with one
    overdue: list[str] = []
    with Crowd(site, name, people=2, pause=0.2, form=varied) as crowd, Staff(site, crowd, people=1) as staff:
        for turn in range(times):
            overdue += register_overdue(site.settings, f"{name}-{turn}", OVERDUE)
            time.sleep(torn.random.uniform(*BEFORE))
            try:
                MISHAPS[line.name](torn)
            except LeftOut as reason:
                line.left_out = str(reason)
                break
            line.times += 1
            line.seconds.append(round(_until_well(site, crowd), 1))
    settle(site)
    counted = tally(site, crowd, staff, overdue, torn.operator)
    line.promised += counted.promised - messages
    line.lost += counted.lost
    line.doubled += counted.doubled
    line.troubles += crowd.troubles
    site.run("doctor")


def _until_well(site: Site, crowd: Crowd) -> float:
    """Seconds until somebody who began after this moment has a receipt, and what is due now, or has failed, is done."""
    began, receipts = time.monotonic(), len(crowd.promised)
    waiting: list[int] | None = None

    def well() -> bool:
        nonlocal waiting
        try:
            if waiting is None:
                waiting = [job for (job,) in site.rows("SELECT id FROM job WHERE run_at <= now() OR tries > 0")]
            left = site.count(f"SELECT count(*) FROM job WHERE id IN ({', '.join(map(str, waiting)) or 0})")
        except psycopg.OperationalError:
            return False
        return left == 0 and (len(crowd.promised) > receipts + 2 or bool(crowd.faults))

    try:
        until(well, "people get receipts and due work is done", PATIENCE)
    except AssertionError as never:
        raise AssertionError(
            f"{never}; {len(crowd.promised) - receipts} receipts, {crowd.faults}, left {site.left()}"
        ) from never
    return time.monotonic() - began


class _TornSite(Site):
    """Whose workers have the operator and the clock of the mishaps."""

    def __init__(self, folder: Path, operator: Operator, clock: Path) -> None:
        self._hooks = {OPERATOR: operator.url, CLOCK: str(clock)}
        super().__init__(folder, workers=2)

    def _command(self, name: str, log_name: str = "") -> Command:
        if name != "work":
            return super()._command(name, log_name)
        log = self.settings.data_dir / "log" / f"{log_name}.log"
        env = child_environment(self.settings) | self._hooks | {"PYTHONPATH": os.pathsep.join(sys.path)}
        return Command(name, [sys.executable, "-m", "tests.faults.odd_worker"], env=env, log=log)


@contextmanager
def torn_site(seed: int) -> Iterator[Torn]:
    """An installation with two workers in a scratch folder; on a small disk of its own where that can be mounted."""
    logging.raiseExceptions = False  # the logs lie on the disk that is filled
    folder = Path(tempfile.mkdtemp(prefix="jiesu-torture-", dir="/tmp"))
    with _disk(folder) as disk, Operator() as operator:
        folder.chmod(0o711)
        site = _TornSite(folder, operator, folder / "clock")
        try:
            site.open()
            add_users(site.settings)
            site.mend()
            yield Torn(site, operator, folder / "clock", disk, Random(seed))
        finally:
            site.close()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _disk(folder: Path) -> Iterator[Path | None]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
