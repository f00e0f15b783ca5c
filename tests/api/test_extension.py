"""延期: asked in time by the unit, decided one level up, once; both clocks move, and the petitioner reads why."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from jiesu.escalation.models import Escalation
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Message, Notice
from jiesu.sla.models import ClockState, Deadline, Extension, Move
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

OFFICER, HEAD = f"officer-{STATION}", f"unit_head-{STATION}"
ABOVE = f"unit_head-{COUNTY}"
ASKED = {"until": "2026-11-13", "reason": "等外单位回函"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def finals(uow):
    """The live final deadlines of both clocks."""

    async def read(made) -> dict[str, datetime]:
        query = select(Deadline).where(
            Deadline.ticket_id == made.id, Deadline.target == "resolve", Deadline.state == ClockState.RUNNING
        )
        return {row.clock.value: row.due_at for row in await uow.session.scalars(query)}

    return read


@pytest.fixture
def told(uow):
    """Messages written to the ticket's petitioner, newest last."""

    async def read(made) -> list[str]:
        query = select(Message).where(Message.ticket_id == made.id).order_by(Message.id)
        return [row.text for row in await uow.session.scalars(query)]

    return read


async def allowed(client, sign_in, username, made) -> set[str]:
    view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(username))
    return set(view.json()["allowed"])


async def test_a_granted_extension_moves_both_clocks_and_tells_old_date_new_date_and_reason(
    act, make, finals, told, uow
):
    made = await make.ticket("in_progress")
    asked = await act(OFFICER, made, "extend", **ASKED)
    assert asked.status_code == 200, asked.text
    assert await finals(made) == {"petitioner": at(9, 17, 30), "unit": at(9, 17, 30)}
    granted = await act(ABOVE, made, "grant_extension", note="同意，抓紧")
    assert granted.status_code == 200, granted.text
    assert await finals(made) == {"petitioner": at(13, 17, 30), "unit": at(13, 17, 30)}
    assert "原定11月9日（周一）17:30前答复，延至11月13日（周五）17:30前。原因：等外单位回函" in (await told(made))[-1]
    moves = (await uow.session.scalars(select(Move).where(Move.ticket_id == made.id))).all()
    assert [(move.cause, move.old_due_at, move.new_due_at) for move in moves] == [
        ("extended", at(9, 17, 30), at(13, 17, 30))
    ] * 2
    [view] = granted.json()["extensions"]
    assert (view["state"], view["decider"], view["note"]) == ("granted", "新城区退役军人服务中心", "同意，抓紧")


async def test_each_side_is_told_at_its_duty_post(act, make, uow):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "extend", **ASKED)
    await act(ABOVE, made, "refuse_extension", reason="材料已经齐了")
    await act(OFFICER, made, "extend", **ASKED)
    await act(ABOVE, made, "grant_extension")
    rows = await uow.session.execute(
        select(Notice.kind, Notice.unit)
        .where(Notice.ticket_id == made.id, Notice.kind.like("extension%"))
        .order_by(Notice.id)
    )
    assert [tuple(row) for row in rows] == [
        ("extension_asked", COUNTY),
        ("extension_refused", STATION),
        ("extension_asked", COUNTY),
        ("extension_granted", STATION),
    ]


async def test_a_later_date_of_the_unit_stays(act, make, finals, clock):
    made = await make.ticket("registered")
    clock.set(at(5, 9))
    await make.dispatch(made, STATION)
    await make.step(made, "sign", OFFICER)
    assert await finals(made) == {"petitioner": at(9, 17, 30), "unit": at(12, 17, 30)}
    await act(OFFICER, made, "extend", until="2026-11-11", reason="等回函")
    await act(ABOVE, made, "grant_extension")
    assert await finals(made) == {"petitioner": at(11, 17, 30), "unit": at(12, 17, 30)}


@pytest.mark.parametrize(
    ("until", "title", "says"),
    [
        ("", "BadUntil", "2026-11-20"),
        ("下周五", "BadUntil", "下周五"),
        ("0001-01-01T00:00+08:00", "BadUntil", "0001"),
        ("9999-12-31", "UntilOutside", "11月16日"),
        ("2026-11-09", "UntilOutside", "11月9日（周一）17:30"),
        ("2026-11-17", "UntilOutside", "最迟到11月16日（周一）17:30"),
        ("2026-11-16T17:31", "UntilOutside", "最迟到11月16日（周一）17:30"),
        ("2026-11-14", "UntilRestDay", "11月16日（周一）"),
        ("2026-11-15T10:00", "UntilRestDay", "11月16日（周一）"),
    ],
)
async def test_a_date_that_cannot_be_is_refused_and_says_which_can(act, make, until, title, says):
    made = await make.ticket("in_progress")
    reply = await act(OFFICER, made, "extend", until=until, reason="等回函")
    assert (reply.status_code, reply.json()["title"], reply.json()["field"]) == (422, title, "until")
    assert says in reply.json()["detail"]


@pytest.mark.parametrize(
    ("until", "due"),
    [("2026-11-16", at(16, 17, 30)), ("2026-11-10T10:00", at(10, 10)), ("2026-11-10T02:00Z", at(10, 10))],
)
async def test_a_bare_day_ends_with_the_office_and_a_moment_is_taken_as_it_is(act, make, finals, until, due):
    made = await make.ticket("in_progress")
    assert (await act(OFFICER, made, "extend", until=until, reason="等回函")).status_code == 200
    await act(ABOVE, made, "grant_extension")
    assert set((await finals(made)).values()) == {due}


async def test_a_refusal_in_english_names_the_dates_in_english(client, sign_in, make):
    made = await make.ticket("in_progress")
    reply = await client.post(
        f"/api/v1/desk/tickets/{made.number}/extend?lang=en",
        json={"until": "2026-11-14", "reason": "x"},
        headers=await sign_in(OFFICER),
    )
    assert "Sat 14 Nov" in reply.json()["detail"]
    assert "Mon 16 Nov" in reply.json()["detail"]


async def test_hours_are_extended_by_hours(act, make, finals):
    made = await make.ticket("in_progress", service_class="P0")
    assert (await act(OFFICER, made, "extend", until="2026-11-02T13:01", reason="人还没找到")).status_code == 422
    assert (await act(OFFICER, made, "extend", until="2026-11-02T13:00", reason="人还没找到")).status_code == 200
    await act(ABOVE, made, "grant_extension")
    assert set((await finals(made)).values()) == {at(2, 13)}


async def test_a_petition_is_extended_by_thirty_days_at_most(act, make):
    """信访工作条例 Art. 34."""
    made = await make.ticket("in_progress", service_class="X")
    reply = await act(OFFICER, made, "extend", until="2027-02-04", reason="需要鉴定")
    assert (reply.status_code, reply.json()["title"]) == (422, "UntilOutside")
    assert (await act(OFFICER, made, "extend", until="2027-02-03", reason="需要鉴定")).status_code == 200


async def test_it_is_asked_for_before_the_date_is_due(act, make, clock, client, sign_in):
    made = await make.ticket("in_progress")
    clock.set(at(9, 17, 30) + timedelta(seconds=1))
    reply = await act(OFFICER, made, "extend", **ASKED)
    assert (reply.status_code, reply.json()["title"]) == (409, "AskedTooLate")
    assert "extend" not in await allowed(client, sign_in, OFFICER, made)


async def test_one_waits_and_one_is_granted_at_most(act, make, client, sign_in):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "extend", **ASKED)
    assert (await act(HEAD, made, "extend", **ASKED)).json()["title"] == "ExtensionWaits"
    assert "extend" not in await allowed(client, sign_in, OFFICER, made)
    await act(ABOVE, made, "grant_extension")
    assert (await act(OFFICER, made, "extend", until="2026-11-16", reason="还差一点")).json()[
        "title"
    ] == "AlreadyExtended"
    assert "extend" not in await allowed(client, sign_in, OFFICER, made)
    assert (await act(ABOVE, made, "grant_extension")).json()["title"] == "NothingToDecide"


async def test_after_a_refusal_it_may_be_asked_for_once_more(act, make, finals):
    made = await make.ticket("in_progress")
    for _ in range(2):
        assert (await act(OFFICER, made, "extend", **ASKED)).status_code == 200
        assert (await act(ABOVE, made, "refuse_extension", reason="请抓紧")).status_code == 200
    assert (await act(OFFICER, made, "extend", **ASKED)).json()["title"] == "RefusedTwice"
    assert await finals(made) == {"petitioner": at(9, 17, 30), "unit": at(9, 17, 30)}


async def test_reasons_are_asked_for_on_both_sides(act, make):
    made = await make.ticket("in_progress")
    assert (await act(OFFICER, made, "extend", until="2026-11-13", reason=" ")).json()["field"] == "reason"
    await act(OFFICER, made, "extend", **ASKED)
    assert (await act(ABOVE, made, "refuse_extension", reason="")).json()["field"] == "reason"


async def test_the_unit_asks_and_nobody_else(act, make):
    made = await make.ticket("in_progress")
    for username in (ABOVE, f"officer-{COUNTY}", f"supervisor-{COUNTY}", f"dispatcher-{COUNTY}", f"intake-{COUNTY}"):
        assert (await act(username, made, "extend", **ASKED)).status_code == 403, username
    assert (await act(f"officer-{CITY}", made, "extend", **ASKED)).status_code == 403


async def test_the_level_above_decides_or_one_higher_and_never_who_asks(act, make, client, sign_in):
    for username in (HEAD, OFFICER, f"officer-{COUNTY}", f"dispatcher-{COUNTY}", f"intake-{CITY}"):
        made = await make.ticket("in_progress")
        await act(OFFICER, made, "extend", **ASKED)
        for step, body in (("grant_extension", {}), ("refuse_extension", {"reason": "x"})):
            assert (await act(username, made, step, **body)).status_code == 403, username
        assert not {"grant_extension", "refuse_extension"} & await allowed(client, sign_in, username, made)
    for username in (ABOVE, f"supervisor-{COUNTY}", f"supervisor-{CITY}", f"unit_head-{CITY}"):
        made = await make.ticket("in_progress")
        await act(OFFICER, made, "extend", **ASKED)
        assert {"grant_extension", "refuse_extension"} <= await allowed(client, sign_in, username, made)
        assert (await act(username, made, "grant_extension")).status_code == 200, username


async def test_at_the_top_it_is_the_supervisor_who_decides(act, make):
    made = await make.ticket("in_progress", unit=CITY)
    await act(f"officer-{CITY}", made, "extend", **ASKED)
    assert (await act(f"unit_head-{CITY}", made, "grant_extension")).status_code == 403
    assert (await act(f"supervisor-{CITY}", made, "grant_extension")).status_code == 200


async def test_a_sealed_report_is_decided_by_its_keeper_s_head(act, make):
    keeper = "CITY-DISCIPLINE"
    made = await make.filed(text="实名检举服务站工作人员收受礼品、优亲厚友，要求纪检部门查处。", nature="report")
    ticket = await make.load(made)
    assert ticket.sealed_to == keeper
    if ticket.lead_unit is None:
        await make.dispatch(made, keeper, by=f"dispatcher-{keeper}")
    await make.step(made, "sign", f"officer-{keeper}")
    assert (await act(f"officer-{keeper}", made, "extend", until="2027-01-11", reason="正在核查")).status_code == 200
    for username in (f"supervisor-{CITY}", f"unit_head-{CITY}"):
        assert (await act(username, made, "grant_extension")).status_code == 404, username
    assert (await act(f"unit_head-{keeper}", made, "grant_extension")).status_code == 200


async def test_the_accused_unit_decides_nothing(act, make):
    made = await make.ticket("in_progress", unit=CITY, accused_unit=COUNTY)
    await act(f"officer-{CITY}", made, "extend", **ASKED)
    assert (await act(ABOVE, made, "grant_extension")).status_code == 404
    assert (await act(f"supervisor-{COUNTY}", made, "refuse_extension", reason="x")).status_code == 404


async def test_asked_in_time_and_granted_late_moves_the_date_and_keeps_what_fired(
    act, make, clock, jobs, finals, uow, client, sign_in
):
    made = await make.ticket("in_progress")
    await make.step(made, "contact", OFFICER)
    clock.set(at(9, 17))
    await act(OFFICER, made, "extend", **ASKED)
    clock.set(at(9, 18))
    await jobs.run_due()
    orders = select(Escalation).where(Escalation.ticket_id == made.id, Escalation.level == 2)
    before = len((await uow.session.scalars(orders)).all())
    assert before > 0
    granted = await act(ABOVE, made, "grant_extension")
    assert granted.status_code == 200, granted.text
    assert set((await finals(made)).values()) == {at(13, 17, 30)}
    assert len((await uow.session.scalars(orders)).all()) == before
    line = next(line for line in granted.json()["history"] if line["kind"] == "ExtensionGranted")
    assert "到期前申请，到期后批准" in line["what"]


async def test_a_date_that_has_passed_cannot_be_granted_any_more(act, make, clock, client, sign_in):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "extend", **ASKED)
    clock.set(at(16, 9))
    assert await allowed(client, sign_in, ABOVE, made) >= {"refuse_extension"}
    assert "grant_extension" not in await allowed(client, sign_in, ABOVE, made)
    assert (await act(ABOVE, made, "grant_extension")).json()["title"] == "DecidedTooLate"
    assert (await act(ABOVE, made, "refuse_extension", reason="太晚了")).status_code == 200


async def test_a_result_that_comes_first_makes_the_question_moot(act, make, uow, kernel, clock):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "extend", **ASKED)
    for step, by in (("contact", OFFICER), ("submit", OFFICER), ("approve", HEAD)):
        await make.step(made, step, by)
    [extension] = (await uow.session.scalars(select(Extension).where(Extension.ticket_id == made.id))).all()
    assert (extension.state, extension.decided_by) == ("refused", None)
    assert (await act(ABOVE, made, "grant_extension")).status_code == 409
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []


async def test_the_petitioner_reads_both_dates_and_the_reason(act, make, client):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "extend", **ASKED)
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    assert view["extension"] is None
    assert "ExtensionAsked" not in {line["kind"] for line in view["timeline"]}
    await act(ABOVE, made, "grant_extension", note="内部意见")
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    assert view["extension"] == {
        "old_due_at": "2026-11-09T17:30:00+08:00",
        "until": "2026-11-13T17:30:00+08:00",
        "reason": "等外单位回函",
    }
    line = next(line for line in view["timeline"] if line["kind"] == "ExtensionGranted")
    assert line["what"] == "需要延期办理：原定11月9日（周一）17:30前答复，延至11月13日（周五）17:30前"
    assert "内部意见" not in str(view)


async def test_after_an_extension_the_warnings_of_the_new_date_fire(act, make, clock, jobs, uow):
    """Peers' failure: one notice a day although the deadline changed."""
    made = await make.ticket("in_progress")
    await make.step(made, "contact", OFFICER)
    clock.set(at(9, 9))
    await jobs.run_due()
    await act(OFFICER, made, "extend", until="2026-11-16", reason="等回函")
    await act(ABOVE, made, "grant_extension")
    while (pending := await jobs.pending(made.id, "sla.rung")) and pending[0].run_at <= at(16, 17, 29):
        clock.set(max(pending[0].run_at, clock.now()))
        await jobs.run_due()
    query = select(Escalation).join(Deadline, Deadline.id == Escalation.deadline_id)
    warned = await uow.session.scalars(
        query.where(
            Escalation.ticket_id == made.id, Deadline.target == "resolve", Deadline.clock == "petitioner"
        ).order_by(Escalation.id)
    )
    assert [(row.rung, row.moves, row.fired_at) for row in warned] == [
        ("L1-48h", 0, at(9, 9)),
        ("L1-24h", 0, at(9, 9)),
        ("L1-48h", 1, at(14, 17, 30)),
        ("L1-24h", 1, at(15, 17, 30)),
    ]


async def test_what_others_changed_meanwhile_refuses_the_step(act, make):
    made = await make.ticket("in_progress")
    seen = (await make.load(made)).version
    await act(OFFICER, made, "extend", **ASKED)
    assert (await act(ABOVE, made, "grant_extension", version=seen)).status_code == 409
