"""What may befall an installation: each mishap is one function that breaks something under load and puts it right again."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from random import Random

import dramatiq
import psycopg
import redis
from dramatiq.brokers.redis import RedisBroker

from jiesu.db.jobs import Priority
from tests.faults.operator import Operator
from tests.faults.site import Site, until
from workers.broker import QUEUES

__all__ = ["MISHAPS", "LeftOut", "Torn"]


class LeftOut(Exception):
    """This installation has not what the mishap wants; the table says so."""


#: Seconds for which something stays broken, where it is not killed.
LASTS = 3.0
#: Seconds by which a worker's clock is set.
JUMP = 600
BAD_LUCK = """
    CREATE OR REPLACE FUNCTION bad_luck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF random() < 0.5 THEN RAISE EXCEPTION 'bad luck' USING ERRCODE = (ARRAY['40P01', '40001'])[1 + (random() < 0.5)::int];
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER bad_luck BEFORE INSERT ON trail FOR EACH ROW EXECUTE FUNCTION bad_luck()"""


class Torn:
    """A site with what the mishaps need beside it. `operator` is None where messages go to the demo's table, `disk` is a file system of
    the site's own, or None where we may not mount one.
    """

    def __init__(self, site: Site, operator: Operator | None, clock: Path, disk: Path | None, random: Random) -> None:
        self.site, self.operator, self.clock, self.disk, self.random = site, operator, clock, disk, random

    def mend(self) -> None:
        """Nothing is broken any more that we broke."""
        if self.operator is not None:
            self.operator.mood = "well"
        self.clock.write_text("0")
        self.site.mend()


def kill_web(torn: Torn) -> None:
    torn.site.web.kill()
    torn.site.web.start()


def kill_worker(torn: Torn) -> None:
    """With the relay that runs in it."""
    worker = torn.random.choice(torn.site.workers)
    worker.kill()
    worker.start()


def kill_relay_while_it_sends(torn: Torn) -> None:
    """Redis stands still until a relay has claimed and cannot send; then its worker is killed."""
    with _standing_still(torn):
        claiming = (
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE '%FROM job%'"
        )
        until(lambda: torn.site.count(claiming) > 0, "a relay has claimed and cannot send")
        for worker in torn.site.workers:
            worker.kill()
    for worker in torn.site.workers:
        worker.start()


def kill_postgres(torn: Torn) -> None:
    torn.site.postgres.kill()
    torn.site.postgres.start()


def restart_postgres(torn: Torn) -> None:
    torn.site.postgres.restart()


def kill_redis(torn: Torn) -> None:
    torn.site.redis.kill()
    torn.site.redis.start()


def flush_redis(torn: Torn) -> None:
    with _redis(torn) as client:
        client.flushall()


def fill_redis(torn: Torn) -> None:
    """It answers every write that it is out of memory."""
    with _redis(torn) as client:
        client.config_set("maxmemory", "1")
        time.sleep(LASTS)
        client.config_set("maxmemory", "0")


def make_redis_read_only(torn: Torn) -> None:
    """As after a failover that nobody noticed: it is the replica of a server that is not there."""
    with _redis(torn) as client:
        client.replicaof("127.0.0.1", "1")
        time.sleep(LASTS)
        client.replicaof("NO", "ONE")


def slow_redis(torn: Torn) -> None:
    with _standing_still(torn):
        time.sleep(LASTS)


def take_all_connections(torn: Torn) -> None:
    """Those that are open are cut, and no new one is given."""
    with torn.site.connect() as connection:
        connection.execute("ALTER ROLE jiesu_app CONNECTION LIMIT 0")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'jiesu_app'")
        time.sleep(LASTS)
        connection.execute("ALTER ROLE jiesu_app CONNECTION LIMIT -1")


def fill_disk(torn: Torn) -> None:
    """Not a byte is left where PostgreSQL, Redis and the files lie."""
    if torn.disk is None:
        raise LeftOut("a small disk of its own must be mounted for it, which wants root")
    filler = torn.disk / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (2**20, 2**12, 1):
                _write_until_full(file, bytes(size))
        time.sleep(LASTS)
    finally:
        filler.unlink()
    until(lambda: not torn.site.postgres.alive() or _answers(torn), "PostgreSQL is back, or gone", 30)
    if not torn.site.postgres.alive():
        torn.site.postgres.restart()


def abort_transactions(torn: Torn) -> None:
    """Every second transaction that writes to the trail fails as of a deadlock, or as not serialisable."""
    with torn.site.connect() as connection:
        connection.execute(BAD_LUCK.encode())
        time.sleep(LASTS)
        connection.execute("DROP TRIGGER bad_luck ON trail")


def operator_is(mood: str) -> Callable[[Torn], None]:
    def mishap(torn: Torn) -> None:
        assert torn.operator is not None
        torn.operator.mood = mood
        time.sleep(LASTS)
        torn.operator.mood = "well"

    return mishap


def set_clock(seconds: int) -> Callable[[Torn], None]:
    """Of the workers, while they run; then it is right again, which is a jump too."""

    def mishap(torn: Torn) -> None:
        torn.clock.write_text(str(seconds))
        time.sleep(LASTS)
        torn.clock.write_text("0")

    return mishap


def repeat_messages(torn: Torn) -> None:
    """Whatever was handed to Redis in these seconds is handed to it again, three times and in any order."""
    seen: dict[int, tuple[str, int]] = {}
    give_up = time.monotonic() + LASTS
    while time.monotonic() < give_up or (not seen and time.monotonic() < give_up + 3 * LASTS):
        rows = torn.site.rows("SELECT id, kind, priority FROM job WHERE sent_at IS NOT NULL")
        seen |= {job_id: (kind, priority) for job_id, kind, priority in rows}
    broker = RedisBroker(url=torn.site.settings.redis_url, middleware=[])
    again = [(job_id, *what) for job_id, what in seen.items()] * 3
    torn.random.shuffle(again)
    for job_id, kind, priority in again:
        queue = QUEUES[Priority(priority)]
        broker.declare_queue(queue)
        broker.enqueue(dramatiq.Message(queue, queue, (kind, [job_id]), {}, {}))
    broker.close()


#: By what people call it.
MISHAPS: Mapping[str, Callable[[Torn], None]] = {
    "web server killed": kill_web,
    "worker with its relay killed": kill_worker,
    "relay killed between claiming and sending": kill_relay_while_it_sends,
    "PostgreSQL killed": kill_postgres,
    "PostgreSQL restarted": restart_postgres,
    "PostgreSQL gives no connection": take_all_connections,
    "disk full": fill_disk,
    "deadlocks and serialisation errors": abort_transactions,
    "Redis killed": kill_redis,
    "Redis flushed": flush_redis,
    "Redis full": fill_redis,
    "Redis read-only": make_redis_read_only,
    "Redis stands still": slow_redis,
    "SMS operator slow": operator_is("slow"),
    "SMS operator failing": operator_is("failing"),
    "SMS operator silent": operator_is("silent"),
    "SMS operator answers twice": operator_is("twice"),
    "workers' clock ten minutes ahead": set_clock(JUMP),
    "workers' clock ten minutes behind": set_clock(-JUMP),
    "messages again and out of order": repeat_messages,
}


@contextmanager
def _standing_still(torn: Torn) -> Iterator[None]:
    child = torn.site.redis._child
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(child.pid, signal.SIGCONT)


def _redis(torn: Torn) -> redis.Redis:
    return redis.Redis.from_url(torn.site.settings.redis_url or "")


def _write_until_full(file: FileIO, piece: bytes) -> None:
    with suppress(OSError):
        while True:
            file.write(piece)


def _answers(torn: Torn) -> bool:
    try:
        return torn.site.count("SELECT 1") == 1
    except psycopg.OperationalError:
        threading.Event().wait(0.2)
        return False
