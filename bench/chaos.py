"""24 simulated hours of filing and handling under random kills and restarts: zero lost, zero doubled, counted outside."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from jiesu.kit.clock import SHANGHAI
from tests.faults.chaos import SPEED, DayReport, a_day, clock_from
from tests.faults.overdue import add_users
from tests.faults.site import Site

#: Monday morning, before the offices open.
MORNING = datetime(2026, 11, 2, 8, tzinfo=SHANGHAI)
DAY_MINUTES = 24 * 60 / SPEED


def main() -> None:
    """Run and print; exit code 1 when anything was lost or doubled."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=DAY_MINUTES, help=f"real ones; each is {SPEED} simulated")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with _site(chosen.workers) as site:
        try:
            report = a_day(site, minutes=chosen.minutes, seed=chosen.seed, say=_say)
        except AssertionError as fault:
            sys.exit(f"Not in order: {fault}")
    sys.stdout.write(json.dumps(asdict(report), indent=1, default=str) + "\n" if chosen.json else _text(report))


@contextmanager
def _site(workers: int) -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="jiesu-chaos-", dir="/tmp"))
    folder.chmod(0o711)
    site = Site(folder, workers=workers, fast_clock=clock_from(MORNING))
    try:
        site.open()
        add_users(site.settings)
        site.mend()
        yield site
    finally:
        site.close()
        shutil.rmtree(folder, ignore_errors=True)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _text(report: DayReport) -> str:
    rungs = report.rungs
    mishaps = ", ".join(f"{count} × {name}" for name, count in report.mishaps.most_common())
    counted = f"lost {len(rungs.lost)}, doubled {len(rungs.doubled)}, early {len(rungs.early)}"
    lines = [
        f"{report.simulated} simulated, {SPEED} times as fast as real time",
        f"  mishaps: {mishaps}",
        f"  receipts promised {report.receipts}, all kept, none twice; answers that failed meanwhile {report.troubles}",
        f"  tickets by class: {report.classes}",
        f"  steps of staff answered with yes {report.steps}, all in the trail, none twice",
        f"  messages the gateway got {report.messages}, each decided once and sent once",
        f"  deadlines {rungs.deadlines}; rungs fired {rungs.fired}, due by the outside reckoning {rungs.due}: {counted}",
        f"  warnings overtaken by their own deadline while everything stood still {rungs.overtaken}",
        "  jiesu doctor: clean; dead letters: none",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
