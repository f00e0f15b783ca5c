"""The table of speed: what is put together from what the benchmarks found, without measuring anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from bench.table import BENCHMARKS, HERE, SMALL, main

FOOT = {"memory_mb": 150.0, "idle_cpu": 0.1}
PAGES = {"/desk": {"p50": 9.0, "p99": 20.0}, "/desk?view=all&q=停发": {"p50": 9.0, "p99": 30.0}}
CUT = {"board": {"p50": 9.0, "p99": 20.0}, "queue": {"p50": 9.0, "p99": 90.0}}
STORM = {"deadlines": 10_000, "all after s": 4.2, "escalated": 10_000, "twice": 0, "broken laws": []}
FOUND = {
    "intake": {
        "clients": 16,
        "pgbench": 800.0,
        "http_1": {"per_second": 150.0},
        "http_2": {"per_second": 240.0, "ratio": 0.3, "cpu_ratio": 0.28},
        "api_process": FOOT,
        "worker_process": FOOT,
    },
    "queues": {"10000": {"officer": PAGES}, "1000000": {"officer": PAGES}},
    "board": {"crowd": {"10000": CUT, "1000000": CUT | {"board": {"p50": 9.0, "p99": 50.0}}, "p99 ratio": {}}},
    "waiting": {
        "few": {"waiting": 10_000, "relay_cpu": 4.0},
        "many": {"waiting": 10**6, "relay_cpu": 4.4, "p50_ms": 90.0, "p99_ms": 250.0, "max_ms": 300.0, "done": 3000},
        "relay_cpu_ratio": 1.1,
        "seconds": 60,
        "idle_cpu": 0.4,
    },
    "storm": {"undisturbed": STORM, "killed": STORM | {"all after s": 9.9}},
}
WHEN = {"began": "2026-11-29T04:00:00+00:00", "seconds": 60, "load_before": 0.1, "machine": "a machine"}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what every benchmark found, and a command line that measures none of them again."""
    for name, found in FOUND.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(WHEN | {"found": found}))
    monkeypatch.setattr(sys, "argv", ["table.py", "--only", "--out", str(tmp_path)])
    return tmp_path


def test_every_line_has_its_verdict_and_a_missed_one_makes_the_run_fail(kept: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().out
    lines = json.loads((kept / "speed.json").read_text())
    assert [line["what"] for line in lines if not line["met"]] == ["board, 1 M tickets to 10 k"]
    assert {line["what"]: line["measured"] for line in lines} == {
        "intake through HTTP to pgbench": "30 %",
        "memory of a web process": "150 MB",
        "idle CPU of a web process": "0.1 % of a core",
        "memory of a worker": "150 MB",
        "idle CPU of a worker": "0.1 % of a core",
        "queue page, 1 M tickets to 10 k": "1.00 ×",
        "two-character Chinese word over 1 M": "30 ms",
        "board, 1 M tickets to 10 k": "2.50 ×",
        "lateness of a due job, 1 M waiting": "0.25 s",
        "CPU of the relay, 1 M waiting to 10 k": "1.10 ×",
        "idle CPU of a worker, 1 M waiting": "0.4 % of a core",
        "10,000 deadlines at once": "4.2 s",
        "10,000 deadlines at once, a worker killed": "9.9 s",
    }
    assert said == (kept / "speed.txt").read_text()
    assert [line for line in said.splitlines() if "MISSED" in line] == [
        line for line in said.splitlines() if line.startswith("board, ")
    ]


def test_the_chart_has_a_bar_for_each_line(kept: Path):
    with pytest.raises(SystemExit):
        main()
    picture = Tree.parse(kept / "speed.svg").getroot()
    fills = [bar.get("fill") for bar in picture.iter("{http://www.w3.org/2000/svg}rect")]
    assert len(fills) == 1 + 13  # the paper, and the bars
    assert fills.count("#b3261e") == 1


def test_what_was_not_measured_is_left_out(kept: Path):
    for name in BENCHMARKS:
        if name != "storm":
            (kept / f"{name}.json").unlink()
    main()
    assert len(json.loads((kept / "speed.json").read_text())) == 2


def test_each_benchmark_is_there_in_both_sizes():
    assert list(SMALL) == list(BENCHMARKS)
    assert all((HERE / f"{name}.py").exists() for name in BENCHMARKS)
