"""复查、复核: each asked for within 30 days of receiving the opinion, decided within 30 by the next-higher organ; then it is concluded."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Message, Notice
from jiesu.sla.models import Deadline
from jiesu.statistics.query import counted_tickets, month_span
from tests.builders.files import written
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

HEAD, COUNTY_HEAD, CITY_HEAD, CLERK = (
    f"unit_head-{STATION}",
    f"unit_head-{COUNTY}",
    f"unit_head-{CITY}",
    f"intake-{COUNTY}",
)
DECISION = {"verdict": "upheld", "opinion": "原意见事实清楚，依据充分。"}


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
async def whole(kernel, clock, jobs):
    yield
    await jobs.run_due()
    broken = [one for one in await check_all(kernel.db, clock.now(), files=kernel.files) if one.count]
    assert broken == []


@pytest.fixture
def due(uow):
    """How the clock of a recheck or review stands: its state, whose it is, its date."""

    async def read(made, target: str) -> tuple[str, str | None, datetime]:
        rows = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.target == target)
        [row] = await uow.session.scalars(rows.execution_options(populate_existing=True))
        return str(row.state), row.unit, row.due_at

    return read


@pytest.fixture
def ask(client):
    """Ask as the petitioner does, by number and code."""

    async def post(made, stage: str = "recheck", reason: str = "补发的年份不对"):
        return await client.post(
            f"/api/v1/tickets/{made.number}/{stage}", params={"code": made.code}, json={"reason": reason}
        )

    return post


async def opinion(make, **form):
    return await make.ticket("awaiting_survey", service_class="X", track="PETITION", **form)


async def own(client, made) -> dict:
    return (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()


async def test_the_whole_way_from_the_opinion_to_the_end(make, act, ask, due, client, jobs, clock, sign_in, uow):
    made = await opinion(make)
    view = await own(client, made)
    assert (view["ask"]["stage"], view["ask"]["organ"]["code"]) == ("recheck", COUNTY)
    assert "ask_recheck" in view["allowed"]
    asked = await ask(made)
    assert (asked.status_code, asked.json()["status"], asked.json()["survey"]) == (200, "rechecking", None), asked.text
    assert await due(made, "recheck") == ("running", COUNTY, at(12, 2, 17, 30))
    queue = (await client.get("/api/v1/desk/tickets?view=recheck", headers=await sign_in(f"officer-{COUNTY}"))).json()
    assert [row["number"] for row in queue["tickets"]] == [made.number]
    decided = await act(COUNTY_HEAD, made, "decide_recheck", **DECISION, signer="王主任")
    assert (decided.status_code, decided.json()["status"]) == (200, "closed"), decided.text
    assert decided.json()["documents"][-1]["number"] == "退信复查〔2026〕1号"
    assert (await due(made, "recheck"))[0] == "met"
    again = await ask(made)
    assert (again.status_code, again.json()["title"]) == (409, "AskedAlready")
    reviewed = await ask(made, "review", "复查没有调档案")
    assert (reviewed.json()["status"], (await due(made, "review"))[1]) == ("reviewing", CITY), reviewed.text
    final = await act(CITY_HEAD, made, "decide_review", verdict="changed", opinion="补发到2024年。")
    assert (final.status_code, final.json()["status"]) == (200, "final"), final.text
    await jobs.run_due()
    view = await own(client, made)
    assert [(one["stage"], one["verdict"]) for one in view["rechecks"]] == [
        ("recheck", "upheld"),
        ("review", "changed"),
    ]
    assert (view["ask"], view["allowed"]) == (None, [])
    texts = []
    for document in view["documents"][-2:]:
        reply = await client.get(document["url"])
        texts.append(written(reply.content))
    for words in ("决定维持原意见", "退信处〔2026〕1号", "补发的年份不对", "呼和浩特市", "申请复核", "负责人：王主任"):
        assert words in texts[0], words
    for words in ("决定变更原意见", "退信复查〔2026〕1号", "终结意见"):
        assert words in texts[1], words
    told = list(
        await uow.session.scalars(select(Message.text).where(Message.ticket_id == made.id).order_by(Message.id))
    )
    assert any("复查申请已收到" in text and "12月2日（周三）17:30前" in text for text in told)
    assert "复核意见已作出：变更原意见" in told[-1]


async def test_nothing_further_can_be_asked_for_after_the_review(make, ask, act):
    made = await make.ticket("final")
    for stage in ("recheck", "review"):
        assert (await ask(made, stage)).status_code == 409
    for step in ("reopen", "ask_review"):
        assert (await act(CLERK, made, step, reason="x")).status_code == 409, step


async def test_thirty_days_from_the_day_the_opinion_was_received(make, act, ask, clock, client):
    made, late = await opinion(make), await opinion(make)
    for ticket in (made, late):
        await make.step(ticket, "serve", f"officer-{STATION}", document=None)  # the acceptance
        clock.set(at(11, 4, 10))
        await make.step(ticket, "serve", f"officer-{STATION}")
    assert (await own(client, made))["ask"]["until"] == "2026-12-04T17:30:00+08:00"
    clock.set(at(12, 4, 17, 30))
    assert (await ask(made)).status_code == 200
    clock.advance(timedelta(seconds=1))
    refused = await ask(late)
    assert (refused.status_code, refused.json()["title"]) == (409, "WindowClosed")
    assert "12月4日（周五）17:30" in refused.json()["detail"]
    assert (await own(client, late))["ask"] is None


async def test_the_window_does_not_end_before_the_opinion_was_received(make, ask, clock):
    made = await opinion(make)
    clock.set(at(1, 20, 9, year=2027))
    assert (await ask(made)).status_code == 200


async def test_a_hearing_stops_the_clock_of_the_review_and_nothing_else(make, act, due, clock, jobs, client):
    made = await make.ticket("reviewing")
    assert await due(made, "review") == ("running", CITY, at(12, 2, 17, 30))
    clock.set(at(11, 10, 9))
    held = await act(CITY_HEAD, made, "hold_hearing", note="11月12日上午9时，中心会议室")
    assert held.status_code == 200, held.text
    assert (await due(made, "review"))[0] == "paused"
    assert await jobs.pending(made.id, "sla.rung") == []
    early = await act(CITY_HEAD, made, "decide_review", **DECISION)
    assert (early.status_code, early.json()["title"]) == (409, "HearingLasts")
    clock.set(at(11, 20, 9))
    await act(CITY_HEAD, made, "end_hearing")
    assert await due(made, "review") == ("running", CITY, at(12, 14, 17, 30))  # ten days later, rolled off a Saturday
    view = await own(client, made)
    [row] = [row for row in view["deadlines"] if row["target"] == "review"]
    assert any("举行听证" in line for line in row["explanation"])
    assert (await act(CITY_HEAD, made, "decide_review", **DECISION)).json()["status"] == "final"


async def test_an_organ_that_does_not_decide_in_time_is_told_to_its_superior(make, due, clock, jobs, uow):
    made = await make.ticket("rechecking")
    clock.set(at(12, 2, 17, 31))
    await jobs.run_due()
    told = select(Notice.unit).where(Notice.ticket_id == made.id, Notice.kind == "supervision", Notice.level == 2)
    assert CITY in set(await uow.session.scalars(told))
    clock.set(at(12, 4, 9))
    await jobs.run_due()
    orders = select(Notice.kind).where(Notice.ticket_id == made.id, Notice.kind == "ordered")
    assert list(await uow.session.scalars(orders)) == []


async def test_only_the_organ_decides_and_nobody_who_signed_what_is_disputed(make, act, client, sign_in, kernel):
    made = await make.ticket("rechecking")
    for who in (HEAD, CITY_HEAD, f"officer-{COUNTY}", f"supervisor-{COUNTY}"):
        assert (await act(who, made, "decide_recheck", **DECISION)).status_code == 403, who
        view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(who))
        assert "decide_recheck" not in view.json()["allowed"], who
    assert (await act(COUNTY_HEAD, made, "decide_recheck", **DECISION)).status_code == 200


async def test_the_accused_unit_decides_nothing(make, ask, client):
    """The opinion is an institution's; the county it accuses is passed over wherever it would stand above."""
    made = await opinion(make, unit="INST-VETERANS", accused_unit=COUNTY)
    assert (await own(client, made))["ask"]["organ"]["code"] == CITY


async def test_at_the_top_the_petitioner_is_sent_to_the_organ_above(make, ask, client):
    made = await opinion(make, unit=CITY)
    reply = await ask(made)
    assert (reply.status_code, reply.json()["title"]) == (409, "OutsideTheNetwork")
    assert "内蒙古自治区退役军人事务厅" in reply.json()["detail"]


async def test_a_dissatisfied_answer_is_no_rework_but_leaves_the_recheck_open(make, client):
    made = await opinion(make)
    await make.answer(made, contacted=True, solved="no", satisfied="no")
    view = await own(client, made)
    assert (view["status"], view["ask"]["stage"]) == ("closed", "recheck")
    assert "reopen" not in view["allowed"]


async def test_a_petition_is_not_reopened(make, act, client):
    made = await opinion(make)
    await make.answer(made, contacted=True, solved="yes", satisfied="yes")
    reply = await act(CLERK, made, "reopen", reason="x")
    assert (reply.status_code, reply.json()["title"]) == (409, "AskRecheck")
    mine = await client.post(f"/api/v1/tickets/{made.number}/reopen", params={"code": made.code}, json={"reason": "x"})
    assert mine.json()["title"] == "AskRecheck"


async def test_a_clerk_asks_for_whoever_comes_to_the_counter(make, act):
    made = await opinion(make)
    assert (await act(CLERK, made, "ask_recheck", reason="本人到窗口提出")).json()["status"] == "rechecking"


@pytest.mark.parametrize("state", ["rechecking", "reviewing"])
async def test_whoever_withdraws_asks_nothing_any_more(make, client, act, state, uow):
    made = await make.ticket(state)
    if state == "reviewing":
        await act(CITY_HEAD, made, "hold_hearing")
    await make.withdraw(made)
    view = await own(client, made)
    assert (view["status"], view["rechecks"][-1]["state"]) == ("withdrawn", "withdrawn")


async def test_the_service_track_knows_no_recheck(make, ask):
    made = await make.ticket("closed")
    reply = await ask(made)
    assert (reply.status_code, reply.json()["title"]) == (409, "NoPetition")


async def test_a_reason_that_looks_classified_goes_to_its_keeper(make, client, kernel):
    made = await opinion(make)
    text = "我在某部队番号12345部队的编制和装备数量都写在档案里，你们没有看。"
    url, body = f"/api/v1/tickets/{made.number}/recheck", {"reason": text}
    reply = await client.post(url, params={"code": made.code}, json=body)
    if reply.status_code == 422:
        assert reply.json()["title"] == "LooksClassified"
        reply = await client.post(url, params={"code": made.code}, json=body | {"confirmed_unclassified": True})
        assert text not in reply.text
    assert reply.json()["status"] == "rechecking"


async def test_the_page_asks_and_shows_what_came_of_it(make, client, act, jobs):
    made = await opinion(make)
    await client.get("/t", params={"number": made.number})
    token = {"_csrf_token": client.cookies["csrftoken"]}
    await client.post("/t", data=token | {"number": made.number, "code": made.code})
    page = await client.get(f"/t/{made.number}")
    assert "不服处理意见，申请复查" in page.text
    empty = await client.post(f"/t/{made.number}", data=token | {"do": "recheck", "reason": ""})
    assert empty.status_code == 422
    done = await client.post(f"/t/{made.number}", data=token | {"do": "recheck", "reason": "年份不对"})
    assert (done.status_code, done.headers["location"]) == (303, f"/t/{made.number}?done=recheck")
    await act(COUNTY_HEAD, made, "decide_recheck", **DECISION)
    page = await client.get(f"/t/{made.number}")
    for words in ("复查意见", "原意见事实清楚", "不服复查意见，申请复核"):
        assert words in page.text


async def test_the_survey_of_a_petition_promises_no_rework(make, client):
    made = await opinion(make)
    path = (await own(client, made))["survey"]
    page = await client.get(path)
    assert "申请复查" in page.text
    assert "安排重办" not in page.text
    await make.answer(made, contacted=True, solved="no", satisfied="no")
    assert "收到意见书30日内可以申请复查" in (await client.get(path)).text


REVOKED = {"verdict": "revoked", "opinion": "没有调取一九九八年的档案，事实不清。"}


async def opinion_anew(make, made) -> None:
    """The unit gives another one; it has accepted and contacted already."""
    await make.step(made, "submit", f"officer-{STATION}", result="查到档案，补发到2024年。")
    await make.step(made, "approve", HEAD)


async def finals(uow, made) -> list[tuple[str, str, datetime]]:
    """Every date of an opinion that was promised: whose clock, its state, the date."""
    rows = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.target == "opinion").order_by(Deadline.id)
    found = (await uow.session.scalars(rows.execution_options(populate_existing=True))).all()
    return [(str(row.clock), str(row.state), row.due_at) for row in found]


async def test_a_revoked_opinion_is_none_and_the_unit_owes_another(make, act, client, clock, jobs, uow):
    made = await make.ticket("rechecking")
    before = await finals(uow, made)
    clock.set(at(11, 20, 10))
    decided = await act(COUNTY_HEAD, made, "decide_recheck", **REVOKED)
    assert (decided.status_code, decided.json()["status"]) == (200, "in_progress"), decided.text
    after = await finals(uow, made)
    assert after[: len(before)] == before
    assert set(after[len(before) :]) == {
        (clock_, "running", at(1, 19, 17, 30, 2027)) for clock_ in ("petitioner", "unit")
    }
    view = await own(client, made)
    assert (view["ask"], view["result"]) == (None, None)
    assert [(one["kind"], one["revoked"]) for one in view["documents"]] == [
        ("acceptance", False),
        ("opinion", True),
        ("recheck", False),
    ]
    [row] = [row for row in view["deadlines"] if row["state"] == "running" and row["clock"] == "petitioner"]
    assert "自责令重新处理起" in row["explanation"][0]
    await jobs.run_due()
    told = (
        await uow.session.scalars(select(Message.text).where(Message.ticket_id == made.id).order_by(Message.id))
    ).all()
    assert "原来的意见撤销" in told[-1]
    assert "1月19日（周二）17:30前给您新的书面意见" in told[-1]
    notices = select(Notice.kind).where(Notice.ticket_id == made.id, Notice.unit == STATION)
    assert "handle_anew" in set(await uow.session.scalars(notices))
    [url] = [one["url"] for one in (await own(client, made))["documents"] if one["kind"] == "recheck"]
    text = written((await client.get(url)).content)
    for words in ("决定撤销原意见，责令重新处理", "重新办理，在2027年1月19日前", "对新的处理意见不服的"):
        assert words in text, words
    assert "申请复核" not in text


async def test_the_new_opinion_can_be_disputed_up_to_the_end(make, act, ask, clock, client):
    made = await make.ticket("rechecking")
    await act(COUNTY_HEAD, made, "decide_recheck", **REVOKED)
    for stage in ("recheck", "review"):
        assert (await ask(made, stage)).status_code == 409, stage
    await opinion_anew(make, made)
    refused = await ask(made, "review")
    assert (refused.status_code, refused.json()["title"]) == (409, "NothingToDispute")
    assert (await own(client, made))["ask"]["stage"] == "recheck"
    assert (await ask(made)).json()["status"] == "rechecking"
    assert (await act(COUNTY_HEAD, made, "decide_recheck", **DECISION)).json()["status"] == "closed"
    assert (await ask(made)).json()["title"] == "AskedAlready"
    assert (await ask(made, "review")).json()["status"] == "reviewing"
    assert (await act(CITY_HEAD, made, "decide_review", **DECISION)).json()["status"] == "final"
    assert (await own(client, made))["ask"] is None


async def test_a_review_that_revokes_takes_the_opinion_of_the_recheck_with_it(make, act, ask, client):
    made = await make.ticket("reviewing")
    assert (await act(CITY_HEAD, made, "decide_review", **REVOKED)).json()["status"] == "in_progress"
    await opinion_anew(make, made)
    view = await own(client, made)
    assert [one["revoked"] for one in view["documents"]] == [False, True, True, False, False]
    assert view["ask"]["stage"] == "recheck"
    assert (await ask(made, "review")).json()["title"] == "NothingToDispute"


async def test_the_survey_of_the_new_opinion_counts_and_the_first_one_s_does_not(make, act, client, uow):
    made = await opinion(make)
    await make.answer(made, contacted=True, solved="no", satisfied="no")
    await make.step(made, "ask_recheck", CLERK)
    await act(COUNTY_HEAD, made, "decide_recheck", **REVOKED)
    await opinion_anew(make, made)
    await make.answer(made, contacted=True, solved="yes", satisfied="yes")
    counted = await counted_tickets(uow, month_span("2026-11"))
    assert [(one.number, one.fact.solved) for one in counted] == [(made.number, "yes")]
