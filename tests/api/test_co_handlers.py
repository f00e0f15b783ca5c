"""协办: tasks with their own deadline, objection and result; the lead waits for them, and no end of a ticket drops one silently."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Notice
from jiesu.sla.models import Deadline
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

HELPER, SECOND = "VS-150102002", "VS-150103001"
OFFICER, HEAD, DESK, CITY_DESK = (
    f"officer-{STATION}",
    f"unit_head-{STATION}",
    f"dispatcher-{COUNTY}",
    f"dispatcher-{CITY}",
)
CO, CO_HEAD = f"officer-{HELPER}", f"unit_head-{HELPER}"
TASK = {"unit": HELPER, "what": "核对户籍档案", "within": "1 working day"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    yield
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == []


@pytest.fixture
def rows(uow):
    """The co-handlers' deadlines: unit → (state, due)."""

    async def read(made) -> dict[str, tuple[str, datetime]]:
        query = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.target == "task").order_by(Deadline.id)
        found = await uow.session.scalars(query.execution_options(populate_existing=True))
        return {row.unit: (str(row.state), row.due_at) for row in found}

    return read


@pytest.fixture
def notices(uow):
    async def read(made) -> list[tuple[str, str]]:
        mine = select(Notice.kind, Notice.unit).where(Notice.ticket_id == made.id, Notice.kind.like("task%"))
        return [tuple(row) for row in await uow.session.execute(mine.order_by(Notice.id))]

    return read


@pytest.fixture
async def given(make, act):
    """A ticket in the lead's hand that another station helps with."""
    made = await make.ticket("in_progress")
    reply = await act(DESK, made, "give_task", **TASK)
    assert reply.status_code == 200, reply.text
    return made


async def allowed(client, sign_in, username, made) -> set[str]:
    view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(username))
    return set(view.json().get("allowed", ["not to be seen"]))


async def numbers(client, sign_in, username, view) -> list[str]:
    page = await client.get(f"/api/v1/desk/tickets?view={view}", headers=await sign_in(username))
    return [row["number"] for row in page.json()["tickets"]]


async def test_a_co_handler_sees_the_ticket_does_its_part_and_nothing_else(act, given, rows, notices, client, sign_in):
    assert await rows(given) == {HELPER: ("running", at(3, 17, 30))}
    assert await allowed(client, sign_in, CO, given) == {"finish_task", "object_task", "note", "recuse"}
    for username in (f"officer-{SECOND}", "officer-VS-150102003"):
        assert await allowed(client, sign_in, username, given) == {"not to be seen"}
    assert await allowed(client, sign_in, CO_HEAD, given) == {"finish_task", "object_task", "note", "recuse"}
    for step in ("sign", "contact", "submit", "approve", "extend", "give_task", "object"):
        body = {"contact": {"outcome": "reached", "note": "x"}, "give_task": TASK}.get(step, {})
        assert (await act(CO_HEAD, given, step, **body)).status_code in (403, 409), step
    reply = await act(CO, given, "finish_task", result="档案已核对，籍贯无误。")
    assert reply.status_code == 200, reply.text
    [task] = reply.json()["tasks"]
    assert (task["state"], task["result"], task["due"]) == ("done", "档案已核对，籍贯无误。", None)
    assert await rows(given) == {HELPER: ("met", at(3, 17, 30))}
    assert await notices(given) == [("task_given", HELPER), ("task_done", STATION)]
    assert await allowed(client, sign_in, CO, given) == {"note", "recuse"}


async def test_a_confidential_petitioner_stays_unknown_to_co_handlers(act, make, client, sign_in):
    made = await make.ticket("in_progress", confidential=True)
    await act(DESK, made, "give_task", **TASK)
    view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(CO))
    assert (view.status_code, view.json()["petitioner"]) == (200, None)


async def test_the_lead_waits_for_every_open_task(act, given, client, sign_in):
    await act(OFFICER, given, "contact", outcome="reached", note="已通话")
    assert "submit" not in await allowed(client, sign_in, OFFICER, given)
    refused = await act(OFFICER, given, "submit", result="已办结")
    assert (refused.status_code, refused.json()["title"]) == (409, "OpenTasks")
    assert "新华" in refused.json()["detail"] or "服务站" in refused.json()["detail"]
    await act(CO, given, "finish_task", result="已核对")
    assert (await act(OFFICER, given, "submit", result="已办结")).json()["status"] == "under_review"


async def test_a_dispatch_may_name_co_handlers_from_the_beginning(act, make, rows):
    made = await make.ticket("registered")
    reply = await act(DESK, made, "dispatch", unit=STATION, co_handlers=[HELPER])
    assert reply.json()["status"] == "dispatched", reply.text
    assert await rows(made) == {HELPER: ("running", at(5, 17, 30))}
    lead = await act(DESK, await make.ticket("registered"), "dispatch", unit=STATION, co_handlers=[STATION])
    assert (lead.status_code, lead.json()["title"]) == (409, "LeadsAlready")


async def test_the_lead_asks_the_desk_which_gives_or_refuses(act, make, notices, rows, client, sign_in):
    made = await make.ticket("in_progress")
    asked = await act(OFFICER, made, "ask_task", unit=HELPER, what="核对档案")
    assert asked.json()["tasks"][0]["state"] == "asked", asked.text
    assert await rows(made) == {}
    assert await allowed(client, sign_in, CO, made) == {"not to be seen"}
    given = await act(DESK, made, "give_task", unit=HELPER, what=" ")  # nothing but a blank is nothing typed
    assert [(task["state"], task["what"]) for task in given.json()["tasks"]] == [("open", "核对档案")]
    await act(OFFICER, made, "ask_task", unit="VS-150102003", what="再查一份")
    refused = await act(DESK, made, "relieve_task", unit="VS-150102003", reason="本站可以自己查")
    assert [task["state"] for task in refused.json()["tasks"]] == ["open", "relieved"]
    assert ("task_asked", COUNTY) in await notices(made)
    assert ("task_gone", STATION) in await notices(made)


async def test_what_was_asked_for_and_not_given_lapses_with_the_result(act, make):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "ask_task", unit=HELPER, what="核对档案")
    await act(OFFICER, made, "contact", outcome="reached", note="已通话")
    reply = await act(OFFICER, made, "submit", result="自己查到了")
    assert [task["state"] for task in reply.json()["tasks"]] == ["relieved"]


async def test_an_objection_is_judged_by_the_desk_while_the_clock_runs(act, given, rows, notices, client, sign_in):
    await act(CO, given, "object_task", reason="档案不在我站")
    assert await rows(given) == {HELPER: ("running", at(3, 17, 30))}
    assert {"keep_task", "relieve_task"} <= await allowed(client, sign_in, DESK, given)
    assert (await act(OFFICER, given, "keep_task", unit=HELPER, reason="x")).status_code == 403
    kept = await act(DESK, given, "keep_task", unit=HELPER, reason="档案已移交你站")
    assert kept.json()["tasks"][0]["state"] == "open"
    again = await act(CO, given, "object_task", reason="还是不在")
    assert (again.status_code, again.json()["title"]) == (409, "TaskObjectedAlready")
    assert await notices(given) == [("task_given", HELPER), ("task_objected", COUNTY), ("task_kept", HELPER)]


async def test_a_relieved_co_handler_owes_nothing_more_and_reads_why(act, given, rows, client, sign_in, notices):
    await act(CO, given, "object_task", reason="档案不在我站")
    await act(DESK, given, "relieve_task", unit=HELPER, reason="改由县里查")
    assert await rows(given) == {HELPER: ("cancelled", at(3, 17, 30))}
    assert await allowed(client, sign_in, CO, given) == {"note", "recuse"}
    told = (await client.get("/api/v1/desk/notices", headers=await sign_in(CO))).json()
    assert "不再需要协办" in [notice["text"] for notice in told]
    again = await act(DESK, given, "give_task", **TASK)
    assert [task["state"] for task in again.json()["tasks"]] == ["relieved", "open"]


async def test_a_task_outlives_a_new_lead_and_not_a_withdrawal(act, make, rows, notices):
    made = await make.ticket("dispatched")
    await act(DESK, made, "give_task", **TASK)
    await act(OFFICER, made, "object", reason="不归我站管")
    await act(DESK, made, "dispatch", unit="VS-150102003")
    assert (await rows(made))[HELPER][0] == "running"
    await make.withdraw(made)
    assert (await rows(made))[HELPER][0] == "cancelled"
    assert ("task_relieved", HELPER) in await notices(made)


async def test_who_leads_it_from_now_on_owes_no_part_any_more(act, make, rows):
    made = await make.ticket("dispatched")
    await act(DESK, made, "give_task", **TASK)
    await act(OFFICER, made, "object", reason="不归我站管")
    reply = await act(DESK, made, "dispatch", unit=HELPER)
    assert [(task["state"], task["answer"]) for task in reply.json()["tasks"]] == [("relieved", "改为主办")]
    assert (await rows(made))[HELPER][0] == "cancelled"


async def test_lateness_is_the_co_handler_s_own_and_told_above_it(act, given, rows, jobs, clock, uow, client, sign_in):
    clock.set(at(3, 17, 31))
    await jobs.run_due()
    told = select(Notice.unit).where(Notice.ticket_id == given.id, Notice.kind == "supervision", Notice.level == 2)
    assert COUNTY in set(await uow.session.scalars(told))
    await act(CO, given, "finish_task", result="晚了一点")
    assert (await rows(given))[HELPER][0] == "missed"
    figures = await client.get("/api/v1/board/co-handling?month=2026-11", headers=await sign_in(f"supervisor-{COUNTY}"))
    assert figures.status_code == 200, figures.text
    by_unit = {row["unit"]["code"]: (row["finished"], row["late"], row["open"]) for row in figures.json()["units"]}
    assert by_unit[HELPER] == (1, 1, 0)
    assert STATION not in by_unit


async def test_the_tab_of_co_handling_holds_what_is_owed_and_the_other_tabs_do_not(act, given, client, sign_in):
    assert await numbers(client, sign_in, CO, "co_handling") == [given.number]
    assert await numbers(client, sign_in, CO, "in_progress") == []
    assert await numbers(client, sign_in, CO, "open") == [given.number]
    assert await numbers(client, sign_in, f"officer-{SECOND}", "co_handling") == []
    await act(CO, given, "finish_task", result="已核对")
    assert await numbers(client, sign_in, CO, "co_handling") == []


@pytest.mark.parametrize(
    ("body", "status", "title"),
    [({"unit": STATION}, 409, "LeadsAlready"), ({"unit": "VS-9"}, 422, "UnknownUnit"), ({}, 422, "UnknownUnit"),
     ({"unit": SECOND}, 422, "OutsideSubtree"), ({"unit": HELPER, "within": "soon"}, 422, "BadWithin"),
     ({"unit": HELPER, "what": "字" * 901}, 422, "TooLong")],
)  # fmt: skip
async def test_a_task_that_cannot_be_is_refused(act, make, body, status, title):
    reply = await act(DESK, await make.ticket("in_progress"), "give_task", **body)
    assert (reply.status_code, reply.json()["title"]) == (status, title)


async def test_the_accused_helps_with_nothing_and_a_sealed_report_has_no_helpers(act, make):
    accusing = await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
    reply = await act(CITY_DESK, accusing, "give_task", unit=HELPER)
    assert (reply.status_code, reply.json()["title"]) == (409, "AccusedUnit")
    sealed = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    await make.step(sealed, "sign", "officer-CITY-DISCIPLINE")
    reply = await act("officer-CITY-DISCIPLINE", sealed, "ask_task", unit=HELPER, what="x")
    assert (reply.status_code, reply.json()["title"]) == (409, "SealedAlone")


async def test_the_petitioner_reads_who_helps_and_not_what_is_said_among_colleagues(act, given, client):
    await act(CO, given, "object_task", reason="内部理由")
    page = await client.get(f"/api/v1/tickets/{given.number}", params={"code": given.code})
    lines = [line["what"] for line in page.json()["timeline"]]
    assert any(line.startswith("请") and line.endswith("协助办理") for line in lines)
    assert "内部理由" not in page.text
    assert "核对户籍档案" not in page.text
    assert {each["clock"] for each in page.json()["deadlines"]} <= {"petitioner", "unit"}


async def test_no_figure_of_the_helpers_board_counts_what_another_leads(client, sign_in, make, act):
    made = await make.ticket("in_progress")
    await act(CITY_DESK, made, "give_task", **{**TASK, "unit": SECOND})
    headers = await sign_in(f"unit_head-{SECOND}")
    assert made.number in await numbers(client, sign_in, f"unit_head-{SECOND}", "co_handling")
    assert (await client.get("/api/v1/board/overview", headers=headers)).json()["queues"]["in_progress"] == 0
    assert (await client.get("/api/v1/board/tickets?what=open", headers=headers)).json()["tickets"] == []
