"""Every fault we can think of, under load, for as long as wanted: `jiesu torture`. Promised, lost, doubled, and how long until all was well."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.faults.mishaps import MISHAPS
from tests.faults.torture import Line, torment, torn_site

__all__ = ["main", "text"]


def main() -> None:
    """Run and print; exit code 1 when anything was lost or doubled."""
    options = argparse.ArgumentParser(prog="jiesu torture", description=__doc__)
    options.add_argument("--minutes", type=float, default=10, help="rounds begin until then; the first is always whole")
    options.add_argument("--times", type=int, default=3, help="how often each fault in a round")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", choices=MISHAPS, nargs="+", metavar="FAULT", help=f"of: {', '.join(MISHAPS)}")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    began = time.monotonic()
    with torn_site(chosen.seed) as torn:
        lines = torment(torn, chosen.only or list(MISHAPS), minutes=chosen.minutes, times=chosen.times, say=_say)
    found = [asdict(line) for line in lines]
    sys.stdout.write(
        json.dumps(found, ensure_ascii=False, indent=1) + "\n" if chosen.json else text(lines, time.monotonic() - began)
    )
    sys.exit(any(line.lost or line.doubled for line in lines))


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def text(lines: Sequence[Line], seconds: float) -> str:
    """The table, as Markdown."""
    said = [
        "| fault | times | promised | lost | doubled | answers that failed | until all was well: median, longest |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for line in lines:
        took = sorted(line.seconds)
        time_taken = f"{took[len(took) // 2]} s, {took[-1]} s" if took else f"left out: {line.left_out}"
        counts = (line.times, line.promised, len(line.lost), len(line.doubled), line.troubles)
        said.append(f"| {line.name} | {' | '.join(map(str, counts))} | {time_taken} |")
    total = [
        sum(counts)
        for counts in zip(
            *((one.times, one.promised, len(one.lost), len(one.doubled), one.troubles) for one in lines), strict=True
        )
    ]
    said.append(f"| **all, in {seconds / 60:.0f} minutes** | {' | '.join(map(str, total))} | |")
    said += [f"- {line.name}: {wrong}" for line in lines for wrong in (line.lost + line.doubled)[:10]]
    return "\n".join(said) + "\n"


if __name__ == "__main__":
    main()
