"""One request, one transaction: all of it or nothing, and a wake-up only with the commit."""

from __future__ import annotations

import asyncio
import contextlib

import psycopg
from sqlalchemy import func, select

from jiesu.db import jobs
from jiesu.db.jobs import Job, Promise
from jiesu.db.uow import CHANGES_CHANNEL, MANY, WAKE_CHANNEL
from jiesu.tickets.models import Ticket
from tests.builders.forms import CLEAR, appeal


def promise(key: str, now) -> Promise:
    return Promise("test", now, key, {})


async def fail_after_scheduling(kernel) -> None:
    with contextlib.suppress(RuntimeError):
        async with kernel.db.begin() as uow:
            await jobs.schedule(uow, promise("lost", uow.now))
            raise RuntimeError


async def test_an_exception_leaves_nothing_behind(committed_kernel):
    await fail_after_scheduling(committed_kernel)
    async with committed_kernel.db.begin() as uow:
        assert await uow.session.scalar(select(func.count()).select_from(Job)) == 0


async def test_the_same_key_is_never_scheduled_twice(committed_kernel):
    async def schedule() -> None:
        async with committed_kernel.db.begin() as uow:
            await jobs.schedule(uow, promise("once", uow.now))

    await asyncio.gather(*(schedule() for _ in range(5)))
    async with committed_kernel.db.begin() as uow:
        assert await uow.session.scalar(select(func.count()).select_from(Job)) == 1


async def test_a_commit_with_work_due_wakes_the_relays_and_a_rollback_does_not(committed_kernel):
    url = committed_kernel.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
        await listener.execute(f"LISTEN {WAKE_CHANNEL}")
        await fail_after_scheduling(committed_kernel)
        async with committed_kernel.db.begin() as uow:
            await jobs.schedule(uow, promise("kept", uow.now))
        heard = [note async for note in listener.notifies(timeout=2, stop_after=1)]
        assert len(heard) == 1


async def test_a_commit_says_which_tickets_changed_once_and_of_very_many_only_that(uow):
    uow.changes = {("ticket", 2), ("ticket", 1), ("escalation", 2)}
    assert uow.announcements() == {CHANGES_CHANNEL: '{"escalation":[2],"ticket":[1,2]}'}
    assert uow.announcements() == {}
    uow.changes = {("ticket", key) for key in range(MANY + 1)}
    assert uow.announcements() == {CHANGES_CHANNEL: ""}


async def test_a_commit_that_fails_is_a_fault_and_writes_nothing(committed_client, committed_kernel):
    owner = committed_kernel.settings.owner_database_url or ""
    with psycopg.connect(owner.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$;
            CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON ticket DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION fail()""")
    reply = await committed_client.post("/api/v1/tickets", json=appeal(CLEAR))
    assert reply.status_code == 500
    async with committed_kernel.db.begin() as uow:
        assert await uow.session.scalar(select(func.count()).select_from(Ticket)) == 0
        assert await uow.session.scalar(select(func.count()).select_from(Job)) == 0
