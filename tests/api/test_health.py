"""Health tells the truth: of this process, of what it needs, and of the work behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from jiesu.db import jobs
from jiesu.db.backlog import RELAY
from jiesu.db.jobs import Promise


@pytest.fixture
def relay(settings) -> Iterator[psycopg.Connection]:
    """What a living relay holds."""
    url = settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url, application_name=RELAY, autocommit=True) as connection:
        yield connection


async def test_a_process_that_has_all_it_needs_says_so(client, relay):
    assert (await client.get("/health/live")).json() == {"status": "ok"}
    ready = await client.get("/health/ready")
    expected = {"status": "ok", "database": "ok", "redis": "ok", "work": "ok"}
    assert (ready.status_code, ready.json()) == (200, expected)


async def test_without_a_relay_people_are_served_and_somebody_is_woken(client):
    ready, work = await client.get("/health/ready"), await client.get("/health/work")
    assert (ready.status_code, ready.json()["status"], ready.json()["work"]) == (200, "degraded", "stopped")
    assert (work.status_code, work.json()) == (503, {"status": "stopped", "relays": 0, "late_seconds": 0.0})


@pytest.mark.parametrize("handed_out", [False, True])
async def test_work_that_waits_is_late_whether_it_was_handed_out_or_not(client, kernel, relay, handed_out):
    """A relay may hand out what no worker takes."""
    async with kernel.db.begin() as uow:
        await jobs.schedule(uow, Promise("test", uow.now - timedelta(seconds=61), "late", {}))
        if handed_out:
            await uow.session.execute(text("UPDATE job SET sent_at = :now WHERE key = 'late'"), {"now": uow.now})
    work = await client.get("/health/work")
    assert (work.status_code, work.json()) == (503, {"status": "late", "relays": 1, "late_seconds": 61.0})


async def test_what_is_due_later_is_not_late(client, kernel, relay):
    async with kernel.db.begin() as uow:
        await jobs.schedule(uow, Promise("test", uow.now + timedelta(seconds=1), "soon", {}))
        await jobs.schedule(uow, Promise("test", uow.now - timedelta(seconds=59), "now", {}))
    assert (await client.get("/health/work")).json() == {"status": "ok", "relays": 1, "late_seconds": 59.0}


async def test_a_release_whose_tables_are_not_there_yet_takes_nobody(client, monkeypatch):
    monkeypatch.setattr("jiesu.web.api.health._newest", lambda: "9999")
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"], ready.json()["tables"]) == (503, "unready", "older")


async def test_a_process_told_to_stop_serves_on_but_sends_people_elsewhere(client):
    client._transport.app.state.leaving = True
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (503, "leaving")
    served = await client.get("/api/v1/categories")
    assert (served.status_code, served.headers["connection"]) == (200, "close")
