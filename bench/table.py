"""The whole table of speed to reach, measured in one run: `make bench`. Text on standard output; JSON, text and a chart in a folder.

Each benchmark is a process of its own, run one after the other. What a run found is kept as JSON, so that one of them can be measured
anew (`--only`) beside what the others found.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import psutil

__all__ = ["BENCHMARKS", "SMALL", "Row", "chart", "main", "rows", "text"]

HERE = Path(__file__).parent
#: Benchmark → what it is asked for. Half an hour in all.
BENCHMARKS: Mapping[str, Sequence[str]] = {
    "intake": ("--json", "--seconds", "15"),
    "queues": ("--json",),
    "board": ("--times", "100"),
    "waiting": ("--json",),
    "storm": ("--json",),
}
#: The same on sizes that say nothing about speed, and all about whether it runs.
SMALL: Mapping[str, Sequence[str]] = {
    "intake": ("--json", "--seconds", "2"),
    "queues": ("--json", "--sizes", "100", "1000", "--rounds", "10"),
    "board": ("--times", "10", "--many", "20000"),
    "waiting": ("--json", "--seconds", "5", "--waiting", "100", "1000"),
    "storm": ("--json", "200"),
}
PINE, RED, INK, LINE = "#2f5d43", "#b3261e", "#3d3a35", "#b9b3a8"
#: Height of a line of the chart, where its bars begin, and the width of one that just meets its target.
STEP, LEFT, FULL = 30, 430, 240


@dataclass(frozen=True)
class Row:
    """A line of the table. `used` is how much of what is allowed was taken: 1 just meets the target."""

    what: str
    target: str
    measured: str
    used: float
    detail: str = ""

    @property
    def met(self) -> bool:
        return self.used <= 1


def main() -> None:
    """Measure, print and keep; exit code 1 when a target is missed, unless the sizes are small."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", action="store_true", help="tiny sizes, to see that everything runs")
    options.add_argument("--only", choices=BENCHMARKS, nargs="*", help="measure these alone, the others as kept")
    options.add_argument("--out", type=Path, default=HERE / "out", help="folder for results (bench/out)")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    sizes = SMALL if chosen.small else BENCHMARKS
    for name in sizes if chosen.only is None else chosen.only:
        (chosen.out / f"{name}.json").write_text(json.dumps(measured(name, sizes[name]), ensure_ascii=False, indent=1))
    found = {name: json.loads(file.read_text()) for name in sizes if (file := chosen.out / f"{name}.json").exists()}
    table = list(rows({name: one["found"] for name, one in found.items()}))
    (chosen.out / "speed.txt").write_text(said := text(table, found))
    (chosen.out / "speed.svg").write_text(chart(table))
    (chosen.out / "speed.json").write_text(
        json.dumps([asdict(row) | {"met": row.met} for row in table], ensure_ascii=False, indent=1)
    )
    sys.stdout.write(said)
    if not chosen.small and not all(row.met for row in table):
        sys.exit(1)


def measured(name: str, words: Sequence[str]) -> dict[str, Any]:
    """What a benchmark finds, with when and on what. Raises CalledProcessError when it fails."""
    sys.stderr.write(f"bench/{name}.py …\n")
    began, busy = datetime.now(UTC), os.getloadavg()[0]
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(HERE / f"{name}.py"), *words], check=True, stdout=subprocess.PIPE, text=True
    )
    return {
        "began": began.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - began).total_seconds()),
        "load_before": round(busy, 1),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GB, Python {platform.python_version()}",
        "found": json.loads(done.stdout),
    }


def _processor() -> str:
    """As Linux names it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())


def rows(found: Mapping[str, Any]) -> Iterator[Row]:
    """The lines of the table, of those benchmarks that are there."""
    makers = {"intake": _intake, "queues": _queues, "board": _board, "waiting": _waiting, "storm": _storm}
    for name, make in makers.items():
        if name in found:
            yield from make(found[name])


def _intake(found: dict[str, Any]) -> Iterator[Row]:
    run = found["http_2"]
    rates = f"{run['per_second']} tickets/s through HTTP, {found['pgbench']} by pgbench, {found['clients']} clients"
    detail = f"{rates}; by CPU spent {100 * run['cpu_ratio']:.0f} %"
    yield Row(
        "intake through HTTP to pgbench", "at least 25 %", f"{100 * run['ratio']:.0f} %", 0.25 / run["ratio"], detail
    )
    for name, what in (("api_process", "a web process"), ("worker_process", "a worker")):
        if foot := found.get(name):
            yield Row(
                f"memory of {what}", "below 200 MB", f"{foot['memory_mb']:.0f} MB", foot["memory_mb"] / 200, "idle"
            )
            yield Row(f"idle CPU of {what}", "about 0", f"{foot['idle_cpu']:.1f} % of a core", foot["idle_cpu"] / 2)


def _queues(found: dict[str, Any]) -> Iterator[Row]:
    sizes, (few, many) = list(found), found.values()
    pages = [(who, page) for who in few for page in few[who] if "q=" not in page]
    asked = {f"{page} of the {who}": (few[who][page], many[who][page]) for who, page in pages}
    yield _growth("queue page", sizes, asked)
    words = {f"{page[-2:]} of the {who}": many[who][page] for who in many for page in many[who] if "q=" in page}
    slowest = max(words, key=lambda which: words[which]["p99"])
    medians = max(times["p50"] for times in words.values())
    yield Row(
        f"two-character Chinese word over {_short(sizes[1])}",
        "p99 below 150 ms",
        f"{words[slowest]['p99']:.0f} ms",
        words[slowest]["p99"] / 150,
        f"{slowest}, the slowest, as a whole page; of medians the longest {medians:.0f} ms",
    )


def _board(found: dict[str, Any]) -> Iterator[Row]:
    shapes = {shape: [x for size, x in sizes.items() if size.isdigit()] for shape, sizes in found.items()}
    numbers = [size for size in next(iter(found.values())) if size.isdigit()]
    asked = {
        f"{page} of a {shape}": (few[page], many[page])
        for shape, (few, many) in shapes.items()
        for page in few
        if page != "queue"
    }
    yield _growth("board", numbers, asked)


def _growth(what: str, sizes: Sequence[str], asked: Mapping[str, tuple[dict[str, float], dict[str, float]]]) -> Row:
    """The page whose p99 grows most. Medians stand beside it: a busy machine spoils them less."""

    def grown(which: str, part: str) -> float:
        few, many = asked[which]
        return many[part] / few[part]

    worst = max(asked, key=lambda which: grown(which, "p99"))
    medians = max(grown(which, "p50") for which in asked)
    few, many = asked[worst]
    return Row(
        f"{what}, {_short(sizes[1])} tickets to {_short(sizes[0])}",
        "p99 at most 1.5 ×",
        f"{grown(worst, 'p99'):.2f} ×",
        grown(worst, "p99") / 1.5,
        f"{worst}, the worst of {len(asked)}: {few['p99']} to {many['p99']} ms; of medians the worst {medians:.2f} ×",
    )


def _short(number: str | int) -> str:
    """1 M, 10 k, 200."""
    count = int(number)
    return next((f"{count // size} {unit}" for unit, size in (("M", 10**6), ("k", 1000)) if count >= size), str(count))


def _waiting(found: dict[str, Any]) -> Iterator[Row]:
    many, waiting = found["many"], f"{_short(found['many']['waiting'])} waiting"
    late = f"p50 {many['p50_ms']:.0f} ms, the latest {many['max_ms']:.0f} ms, {many['done']} jobs"
    yield Row(
        f"lateness of a due job, {waiting}",
        "p99 below 1 s",
        f"{many['p99_ms'] / 1000:.2f} s",
        many["p99_ms"] / 1000,
        late,
    )
    ratio, cost = (
        found["relay_cpu_ratio"],
        f"{found['few']['relay_cpu']} to {many['relay_cpu']} s in {found['seconds']} s",
    )
    yield Row(
        f"CPU of the relay, {waiting} to {_short(found['few']['waiting'])}",
        "1 ± 0.2",
        f"{ratio:.2f} ×",
        abs(ratio - 1) / 0.2,
        cost,
    )
    yield Row(
        f"idle CPU of a worker, {waiting}", "about 0", f"{found['idle_cpu']:.1f} % of a core", found["idle_cpu"] / 2
    )


def _storm(found: dict[str, Any]) -> Iterator[Row]:
    for name, what in (("undisturbed", ""), ("killed", ", a worker killed")):
        run = found[name]
        wrong = f"escalated {run['escalated']}, twice {run['twice']}, laws broken {len(run['broken laws'])}"
        yield Row(
            f"{run['deadlines']:,} deadlines at once{what}",
            "within 10 s",
            f"{run['all after s']} s",
            run["all after s"] / 10,
            wrong,
        )


def text(table: Sequence[Row], found: Mapping[str, Any]) -> str:
    """The table for people, and where and when each part was measured."""
    wide = [max(len(getattr(row, part)) for row in table) for part in ("what", "target", "measured")]
    lines = [
        f"{row.what:{wide[0]}}  {row.target:{wide[1]}}  {row.measured:>{wide[2]}}  {'met   ' if row.met else 'MISSED'}  {row.detail}".rstrip()
        for row in table
    ]
    lines += ["", *sorted({one["machine"] for one in found.values()})]
    lines += [
        f"{name}: {one['began']}, {one['seconds']} s, load of the machine before {one['load_before']}"
        for name, one in found.items()
    ]
    return "\n".join(lines) + "\n"


def chart(table: Sequence[Row]) -> str:
    """As SVG: how much of what each target allows was taken; red where it was missed. Bars end at twice the target."""
    width, height = LEFT + 2 * FULL + 120, STEP * (len(table) + 1) + 12
    picture = Tree.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}", width=str(width))
    picture.set("font-family", "sans-serif")
    picture.set("font-size", "14")
    Tree.SubElement(picture, "rect", width="100%", height="100%", fill="white")
    _write(picture, LEFT + FULL, 20, "target", anchor="middle")
    for place, row in enumerate(table, 1):
        top, long = STEP * place, min(2.0, row.used) * FULL
        _write(picture, LEFT - 10, top + 17, f"{row.what} ({row.target})", anchor="end")
        bar = {
            "x": LEFT,
            "y": top,
            "width": f"{max(2, long):.0f}",
            "height": STEP - 8,
            "fill": PINE if row.met else RED,
        }
        Tree.SubElement(picture, "rect", {name: str(value) for name, value in bar.items()})
        _write(picture, LEFT + long + 8, top + 17, row.measured)
    target = {"x1": LEFT + FULL, "x2": LEFT + FULL, "y1": 26, "y2": height, "stroke": LINE, "stroke-dasharray": 4}
    Tree.SubElement(picture, "line", {name: str(value) for name, value in target.items()})
    Tree.indent(picture)
    return Tree.tostring(picture, encoding="unicode") + "\n"


def _write(picture: Tree.Element, x: float, y: float, words: str, *, anchor: str = "start") -> None:
    at = {"x": f"{x:.0f}", "y": f"{y:.0f}", "fill": INK, "text-anchor": anchor}
    Tree.SubElement(picture, "text", at).text = words


if __name__ == "__main__":
    main()
