"""What Prometheus is told: how much waits and how long answers take, never whose."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from jiesu.db import jobs
from jiesu.db.jobs import Priority, Promise


async def scrape(client) -> dict[tuple[str, str], float]:
    """Sample name and labels (in order, without their names) → value."""
    reply = await client.get("/metrics")
    assert (reply.status_code, reply.headers["content-type"].split(";")[0]) == (200, "text/plain")
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


async def test_what_is_due_and_for_how_long_is_told_by_priority(client, kernel, clock):
    async with kernel.db.begin() as uow:
        ages = {Priority.URGENT: [5, 90], Priority.BULK: [60]}
        for priority, seconds in ages.items():
            for age in seconds:
                due = uow.now - timedelta(seconds=age)
                await jobs.schedule(uow, Promise("test", due, f"{priority}:{age}", {}, None, priority))
        later = Promise("test", uow.now + timedelta(days=1), "later", {})
        await jobs.schedule(uow, later)
    figures = await scrape(client)
    assert [figures["jiesu_jobs_due", name] for name in ("urgent", "normal", "bulk")] == [2, 0, 1]
    assert [figures["jiesu_oldest_due_seconds", name] for name in ("urgent", "normal", "bulk")] == [90, 0, 60]
    assert figures["jiesu_dead_letters", ""] == 0


async def test_requests_are_counted_by_route_and_no_receipt_number_is_told(client, make):
    made = await make.ticket("registered")
    await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})
    await client.get(f"/api/v1/nothing/{made.number}")
    text = (await client.get("/metrics")).text
    assert 'path="/api/v1/tickets/{number}"' in text
    assert made.number not in text
    assert made.code not in text


async def test_without_the_database_the_process_still_tells_its_own_figures(client, monkeypatch):
    def away() -> None:
        raise OperationalError("connect", None, Exception("away"))

    monkeypatch.setattr("jiesu.web.api.metrics.read_figures", lambda *_: away())
    reply = await client.get("/metrics")
    assert reply.status_code == 200
    assert "jiesu_jobs_due" not in reply.text
