"""What needs doing, and failed work, on the administrator's pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jiesu.accounts.roles import Role
from jiesu.db import jobs as promises
from jiesu.db.jobs import Promise
from tests.builders.forms import CITY, CLEAR, PHONE
from tests.web.conftest import Site, words
from workers.actor import perform


@pytest.fixture
async def letter(make: Any, jobs: Any, kernel: Any, gateway: Any) -> int:
    """A receipt that the gateway never took."""
    await make.ticket("registered")
    gateway.refusals = 1000
    [job] = await jobs.pending(kind="message.send")
    for _ in range(8):
        await perform(kernel, "message.send", [job.id])
    [dead] = await jobs.dead()
    return int(dead.id)


@pytest.fixture
async def admin(as_staff: Any) -> Site:
    return await as_staff(f"administrator-{CITY}")


async def test_a_message_that_failed_is_the_first_thing_to_do(letter: int, admin: Site):
    page = words(await admin.get("/admin"))
    assert "1 条短信没有发出" in page
    assert page.index("条短信没有发出") < page.index("看不到诉求内容")


async def test_it_is_shown_with_reason_and_tries_and_nothing_of_the_petition(letter: int, admin: Site):
    page = words(await admin.get("/admin/work"))
    assert "给诉求人发短信" in page
    assert "GatewayRefused" in page
    assert "8次" in page
    assert not [word for word in (PHONE, CLEAR[:8], "HH2026") if word in page]


async def test_it_is_sent_again_and_arrives(letter: int, admin: Site, jobs: Any, gateway: Any):
    gateway.refusals = 0
    assert (await admin.post(f"/admin/work/{letter}/retry")).headers["location"] == "/admin/work?done=retry"
    await jobs.run_due()
    assert gateway.sent
    assert "没有失败的任务" in words(await admin.get("/admin/work"))


async def test_all_is_sent_again_with_one_word_on_record(letter: int, admin: Site, jobs: Any, gateway: Any):
    gateway.refusals = 0
    assert (await admin.post("/admin/work/retry")).status_code == 303
    await jobs.run_due()
    assert gateway.sent
    assert await jobs.dead() == []


async def test_it_is_dropped_only_when_that_was_confirmed(letter: int, admin: Site, jobs: Any):
    refused = await admin.post(f"/admin/work/{letter}/discard")
    assert refused.status_code == 422
    assert len(await jobs.dead()) == 1
    assert (await admin.post(f"/admin/work/{letter}/discard", sure="on")).status_code == 303
    assert await jobs.dead() == []


@pytest.mark.parametrize("name", ["999999", "x", "-1"])
async def test_what_is_gone_is_said_to_be_gone(admin: Site, name: str):
    page = await admin.post(f"/admin/work/{name}/retry")
    assert page.status_code == 404
    assert "没有这条失败任务" in words(page)


async def test_late_work_is_told_with_what_to_look_at(admin: Site, kernel: Any, clock: Any):
    assert "后台任务没有按时办" not in words(await admin.get("/admin"))
    async with kernel.db.begin() as uow:
        await promises.schedule(uow, Promise("test", uow.now, "late", {}))
    clock.advance(timedelta(minutes=7))
    assert "最早的一件已经等了7分钟" in words(await admin.get("/admin"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_nobody_else_sees_or_changes_it(as_staff: Any, letter: int, jobs: Any, role: Role):
    site = await as_staff(f"{role}-{CITY}")
    for path in ("/admin", "/admin/work"):
        assert (await site.get(path)).status_code == 403
    for path in ("retry", f"{letter}/retry", f"{letter}/discard"):
        assert (await site.post(f"/admin/work/{path}", sure="on")).status_code == 403
    assert len(await jobs.dead()) == 1
