"""Redis only delivers: losing what is in it, or all of it, delays and loses nothing."""

from __future__ import annotations

import httpx
import redis

from tests.faults.crowd import Crowd, appeal
from tests.faults.overdue import register_overdue
from tests.faults.recovery import assert_recovered, every_rung_fired_once
from tests.faults.site import Site, until

DONE = "SELECT count(*) FROM escalation"


def _flush(site: Site) -> None:
    with redis.Redis.from_url(site.settings.redis_url or "") as client:
        client.flushall()


def _next_step(site: Site) -> None:
    before = site.count(DONE)
    until(lambda: site.count(DONE) > before, "another rung fires", 30)


def test_a_flushed_a_killed_and_a_restarted_redis_lose_and_double_nothing(site: Site):
    with Crowd(site, "flushed") as crowd:
        numbers = register_overdue(site.settings, "flushed", 10)
        for _ in range(3):
            _next_step(site)
            _flush(site)
        site.redis.kill()
        site.redis.start()
        _next_step(site)
        site.redis.restart()
    assert crowd.troubles == 0
    assert_recovered(site, crowd)
    every_rung_fired_once(site, numbers)


def test_without_redis_people_still_file_follow_and_supplement(site: Site):
    site.redis.kill()
    with site.client() as client:
        filed = client.post("/api/v1/tickets", json=appeal("alone"), headers={"Idempotency-Key": "alone"})
        assert filed.status_code == httpx.codes.CREATED
        own = {"url": f"/api/v1/tickets/{filed.json()['number']}", "params": {"code": filed.json()["query_code"]}}
        assert client.get(**own).json()["status"] == "dispatched"
        own["url"] += "/supplement"
        assert client.post(**own, json={"text": "补充：还差两个月。"}).status_code == httpx.codes.OK
        ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"], ready.json()["database"]) == (httpx.codes.OK, "degraded", "ok")
    assert_recovered(site)
