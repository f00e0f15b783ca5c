"""The open ticket page in the background: drafts kept for their writer alone, who else is there, what changed meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import jiesu.web.pages
from jiesu.desk.drafts import Draft
from jiesu.kernel import Kernel
from jiesu.tickets.models import Ticket
from jiesu.web.actions import ACTIONS
from jiesu.web.pages.deciding import fields_of_step
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import Make
from tests.web.conftest import value, words

OFFICER, HEAD, OTHER = f"officer-{STATION}", f"unit_head-{STATION}", "officer-VS-150103"


async def typed(site: Any, made: Any, **fields: str) -> Any:
    return await site.post(f"/desk/t/{made.number}/draft", **{"action": "contact", "outcome": "reached"} | fields)


async def test_a_draft_is_there_again_and_gone_once_the_step_is_taken(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    site = await as_staff(OFFICER)
    kept = (await typed(site, made, note="打通了，说到一半", outcome="no_answer")).json()
    assert kept == {"text": "草稿，保存于 11月2日（周一）09:00", "problem": None}
    page = await site.get(f"/desk/t/{made.number}")
    assert value(page, "note") == "打通了，说到一半"
    assert 'value="no_answer" checked' in page.text
    assert "草稿，保存于 11月2日（周一）09:00" in words(page)
    await site.post(f"/desk/t/{made.number}", action="contact", outcome="reached", note="打通了，说完了")
    page = await site.get(f"/desk/t/{made.number}")
    assert "说到一半" not in page.text
    assert "草稿，保存于" not in words(page)


async def test_every_field_of_every_form_is_kept(as_staff: Any, make: Make):
    forms = Path(jiesu.web.pages.__file__).parents[1] / "templates" / "steps"
    found = {path.stem: re.findall(r'name="(\w+)"', path.read_text(encoding="utf-8")) for path in forms.glob("*.html")}
    for action in found.keys() & ACTIONS.keys():
        assert set(found[action]) <= set(fields_of_step(action)), action
    made = await make.ticket("registered")
    site = await as_staff(f"dispatcher-{CITY}")
    await site.post(f"/desk/t/{made.number}/draft", action="dispatch", unit=STATION, helper="VS-150102002")
    page = await site.get(f"/desk/t/{made.number}")
    assert 'value="VS-150102002" selected' in page.text


async def test_a_step_taken_elsewhere_leaves_what_is_being_written_here(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    site = await as_staff(OFFICER)
    await typed(site, made, action="note", text="写到一半的长记录")
    await site.client.post(f"/api/v1/desk/tickets/{made.number}/note", json={"text": "下周走访"})
    assert "写到一半的长记录" in (await site.get(f"/desk/t/{made.number}")).text


async def test_nothing_is_kept_of_a_ticket_whose_texts_are_erased(as_staff: Any, make: Make, kernel: Kernel):
    made = await make.ticket("closed")
    async with kernel.db.begin() as uow:
        (await uow.session.get_one(Ticket, made.id)).erased_at = uow.now
    reply = await typed(await as_staff(OFFICER), made, action="reopen", reason="补发的金额少了")
    assert reply.status_code == 409
    assert reply.json()["problem"]


async def test_a_draft_is_its_writers_alone_and_encrypted(as_staff: Any, make: Make, kernel: Kernel):
    made = await make.ticket("in_progress")
    await typed(await as_staff(OFFICER), made, note="只给自己看的话")
    page = await (await as_staff(HEAD)).get(f"/desk/t/{made.number}")
    assert "只给自己看的话" not in page.text
    async with kernel.db.begin() as uow:
        assert (
            await uow.session.scalars(select(Draft.fields))
        ).one() == '{"outcome":"reached","note":"只给自己看的话"}'
        assert "只给自己" not in await uow.session.scalar(text("SELECT fields FROM draft"))


async def test_a_draft_can_be_forgotten_and_an_empty_one_is_none(as_staff: Any, make: Make, kernel: Kernel):
    made = await make.ticket("in_progress")
    site = await as_staff(OFFICER)
    await typed(site, made, note="算了")
    gone = await typed(site, made, keep="no")
    assert (gone.status_code, gone.headers["location"]) == (303, f"/desk/t/{made.number}#step-contact")
    assert (await site.post(f"/desk/t/{made.number}/draft", action="contact", note="  ")).json()["text"] is None
    async with kernel.db.begin() as uow:
        assert (await uow.session.scalars(select(Draft))).all() == []


@pytest.mark.parametrize(("note", "says"), [("我部番号为32147部队，驻地坐标如下", "涉密"), ("字" * 20_001, "太长")])
async def test_what_must_not_or_cannot_be_kept_is_not_and_says_so(
    as_staff: Any, make: Make, kernel: Kernel, note: str, says: str
):
    made = await make.ticket("in_progress")
    reply = await typed(await as_staff(OFFICER), made, note=note)
    assert reply.status_code == 422
    assert says in reply.json()["problem"]
    async with kernel.db.begin() as uow:
        assert (await uow.session.scalars(select(Draft))).all() == []


async def test_a_draft_nobody_touched_for_a_month_goes(as_staff: Any, make: Make, kernel: Kernel, clock: Any):
    made, later = await make.ticket("in_progress"), await make.ticket("in_progress")
    await typed(await as_staff(OFFICER), made, note="旧的")
    clock.advance(timedelta(days=31))
    await typed(await as_staff(OFFICER), later, note="新的")
    async with kernel.db.begin() as uow:
        assert [row.ticket_id for row in await uow.session.scalars(select(Draft))] == [later.id]


async def told(site: Any, made: Any, **fields: str) -> Any:
    return (await site.post(f"/desk/t/{made.number}/presence", **fields)).json()


async def test_colleagues_learn_of_each_other_and_of_what_is_being_written(as_staff: Any, make: Make, clock: Any):
    made = await make.ticket("in_progress")
    version = str((await make.load(made)).version)
    site = await as_staff(OFFICER)
    assert await told(site, made, version=version) == {"others": [], "version": int(version), "changes": []}
    await told(site, made, version=version, writing="submit")
    clock.advance(timedelta(seconds=30))
    await told(site, made, version=version, writing="submit")
    clock.advance(timedelta(seconds=35))
    head = await as_staff(HEAD)
    (other,) = (await told(head, made, version=version))["others"]
    assert other["writing"] is True
    assert other["text"].endswith("正在填写“提交办理结果”，1分钟前开始")
    await told(await as_staff(OFFICER), made, leave="1")
    assert (await told(await as_staff(HEAD), made, version=version))["others"] == []


async def test_whoever_was_not_heard_for_a_while_has_gone(as_staff: Any, make: Make, clock: Any):
    made = await make.ticket("in_progress")
    await told(await as_staff(OFFICER), made)
    clock.advance(timedelta(seconds=41))
    assert (await told(await as_staff(HEAD), made))["others"] == []


async def test_presence_is_told_to_nobody_who_may_not_see_the_ticket(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    for path in ("presence", "draft"):
        reply = await (await as_staff(OTHER)).post(f"/desk/t/{made.number}/{path}", action="note", text="x")
        assert reply.status_code == 404
    assert (await told(await as_staff(OFFICER), made))["others"] == []


async def test_what_changed_since_the_page_was_opened_is_told_once(as_staff: Any, make: Make, clock: Any):
    made = await make.ticket("in_progress")
    site = await as_staff(OFFICER)
    version, seen = str((await make.load(made)).version), "2026-11-02T09:00:00+08:00"
    clock.advance(timedelta(minutes=1))
    await make.step(made, "note", HEAD, text="先等等")
    site = await as_staff(OFFICER)
    heard = await told(site, made, version=version, seen=seen)
    assert [line.endswith("记录") for line in heard["changes"]] == [True]
    assert (await told(site, made, version=str(heard["version"]), seen=seen))["changes"] == []


async def test_the_page_says_how_many_rungs_were_folded(as_staff: Any, make: Make, jobs: Any, clock: Any):
    made = await make.ticket("in_progress")
    clock.advance(timedelta(days=20))
    await jobs.run_due()
    page = words(await (await as_staff(f"supervisor-{COUNTY}")).get(f"/desk/t/{made.number}"))
    assert "预警和督办" in page
    assert " 条 " in page.partition("全部经过")[2]


async def test_earlier_tickets_and_todays_calls_have_pages(as_staff: Any, make: Make, clock: Any):
    old = await make.ticket("closed", title="去年的事")
    made = await make.ticket("in_progress", title="今年的事")
    site = await as_staff(OFFICER)
    assert "以往诉求 1" in words(await site.get(f"/desk/t/{made.number}"))
    assert old.number in (await site.get(f"/desk/t/{made.number}/earlier")).text
    fields = {"outcome": "no_answer", "note": "没有人接", "next_at": "2026-11-02T15:00"}
    await site.post(f"/desk/t/{made.number}", action="contact", **fields)
    assert "下次联系 11月2日（周一）15:00" in words(await site.get(f"/desk/t/{made.number}"))
    assert "今年的事" in words(await site.get("/desk/calls"))
