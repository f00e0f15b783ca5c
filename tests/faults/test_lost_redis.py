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


def _climbing(site: Site, turn: int) -> list[str]:
    """Appeals whose ladders have just begun to be climbed; all their rungs are due at once."""
    before = site.count(DONE)
    numbers = register_overdue(site.settings, f"flushed-{turn}", 4)
    until(lambda: site.count(DONE) > before, "a rung fires", 30)
    return numbers


def test_a_flushed_a_killed_and_a_restarted_redis_lose_and_double_nothing(site: Site):
    with Crowd(site, "flushed") as crowd:
        numbers = []
        for turn in range(3):
            numbers += _climbing(site, turn)
            _flush(site)
        numbers += _climbing(site, 3)
        site.redis.kill()
        site.redis.start()
        numbers += _climbing(site, 4)
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
