"""Every figure that an alert or the dashboard asks for is one that we tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily

import workers.metrics  # noqa: F401  (registers what workers tell)
from jiesu.backup.events import BackupTaken
from jiesu.vitals import read_figures
from tests.builders.make import Make

DOCKER = Path(__file__).parents[2] / "docker"
#: What Prometheus itself adds, and what of the process its client tells.
GIVEN = {"up", "process_resident_memory_bytes"}
NAME = re.compile(r"\b(?:jiesu|process)_[a-z_]+|\bup\b")


def alerts() -> list[dict]:
    text = (DOCKER / "prometheus/alerts.yaml").read_text(encoding="utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def asked() -> Iterator[str]:
    yield from (rule["expr"] for rule in alerts())
    board = json.loads((DOCKER / "grafana/jiesu.json").read_text(encoding="utf-8"))
    yield from (target["expr"] for panel in board["panels"] for target in panel.get("targets", ()))


@pytest.fixture
async def told(client, kernel) -> set[str]:
    """The names of all samples: of requests, of workers, and of the database."""
    await Make(kernel).ticket("registered")
    await client.get("/api/v1/categories")
    figures = await read_figures(kernel)
    every = [*REGISTRY.collect(), *figures]
    names = {sample.name for family in every for sample in family.samples}
    names |= {family.name for family in figures}
    return names | {f"{family.name}{end}" for family in every for end in ENDS.get(family.type, ())}


ENDS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


async def test_every_figure_that_is_asked_for_is_told(told):
    known = told | GIVEN | {"jiesu_checkpoint_age_seconds", "jiesu_backup_age_seconds"}
    assert {name for expression in asked() for name in NAME.findall(expression)} - known == set()


async def test_ages_are_told_once_there_is_something_to_tell_of(kernel):
    def named(figures: list[GaugeMetricFamily]) -> dict[str, float]:
        return {family.name: family.samples[0].value for family in figures if family.samples}

    assert "jiesu_backup_age_seconds" not in named(await read_figures(kernel))
    async with kernel.db.begin() as uow:
        await uow.record(BackupTaken(what="x", tickets=0, files=0))
    kernel.clock.advance(timedelta(hours=1))
    assert named(await read_figures(kernel))["jiesu_backup_age_seconds"] == 3600


def test_every_alert_says_how_urgent_it_is_and_what_is_wrong():
    for rule in alerts():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert rule["annotations"]["summary"]
