"""Another class or category: the clocks are reckoned from their own starts, and nothing that happened is undone."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from jiesu.desk.history import for_petitioner, for_staff
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Message
from jiesu.sla.models import Deadline
from jiesu.tickets.events import SYSTEM
from jiesu.tickets.models import Ticket
from jiesu.tickets.reclass import reclass_locked
from jiesu.tickets.repository import TicketRepository
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

OFFICER, HEAD = f"officer-{STATION}", f"unit_head-{STATION}"
DISPATCHER = f"dispatcher-{COUNTY}"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def rows(kernel):
    """Every deadline of the ticket as (clock, target, state, due), cancelled ones left out."""

    async def read(made) -> list[tuple[str, str, str, datetime]]:
        query = (
            select(Deadline).where(Deadline.ticket_id == made.id, Deadline.state != "cancelled").order_by(Deadline.id)
        )
        async with kernel.db.begin() as uow:
            return [(row.clock, row.target, row.state, row.due_at) for row in await uow.session.scalars(query)]

    return read


@pytest.fixture
def last_message(kernel):
    async def read(made) -> str:
        async with kernel.db.begin() as uow:
            query = select(Message).where(Message.ticket_id == made.id).order_by(Message.id.desc()).limit(1)
            return (await uow.session.scalars(query)).one().text

    return read


@pytest.mark.parametrize("way", ["reclass", "dispatch"])
async def test_nobody_is_promised_a_date_that_has_passed(act, make, clock, kernel, last_message, way):
    """P1 is answered within 24 hours of registration, which were over."""
    made = await make.ticket("in_progress" if way == "reclass" else "registered")
    clock.set(at(5, 15))
    body = {"reason": "生活困难"} if way == "reclass" else {"unit": STATION}
    assert (await act(DISPATCHER, made, way, **{"class": "P1"}, **body)).status_code == 200
    told = await last_message(made)
    assert "办理等级有调整，会尽快答复您。原定11月9日（周一）17:30前答复" in told
    async with kernel.db.begin() as uow:
        ticket = await uow.get(Ticket, made.id)
        lines = [*await for_staff(uow, kernel.rules, ticket), *await for_petitioner(uow, kernel.rules, ticket)]
    staffs, theirs = [line.what for line in lines if line.kind == "DeadlineMoved"]
    assert "诉求人时限（办结）变更：原定11月9日（周一）17:30，改为11月3日（周二）09:00，这时已过，应立即办" in staffs
    assert theirs.startswith("会尽快答复；原定11月9日（周一）17:30前")


async def test_each_clock_is_reckoned_from_its_own_start(act, make, rows, clock, kernel, last_message, jobs):
    made = await make.ticket("registered")
    clock.set(at(3, 15))
    await make.dispatch(made, STATION)
    clock.set(at(4, 9))
    reply = await act(DISPATCHER, made, "reclass", **{"class": "P3"}, reason="涉及三个单位")
    assert (reply.status_code, reply.json()["class"], reply.json()["status"]) == (200, "P3", "dispatched")
    found = await rows(made)
    assert ("petitioner", "resolve", "running", at(16, 17, 30)) in found  # ten working days from the 2nd
    assert ("unit", "resolve", "running", at(17, 17, 30)) in found  # from the dispatch on the 3rd
    assert ("unit", "sign", "running", at(4, 10)) in found
    assert (await make.load(made)).next_due_at == at(3, 9)  # the first contact, 24 hours from the 2nd, is late
    assert "原定11月9日（周一）17:30前答复，现为11月16日（周一）17:30前。原因：涉及三个单位" in await last_message(made)
    await jobs.run_due()
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []


async def test_what_was_met_stays_met_and_what_was_missed_stays_missed(act, make, rows, clock):
    made = await make.ticket("dispatched")
    clock.set(at(4, 9))  # late for signing and for the first contact
    await make.step(made, "sign", OFFICER)
    await make.step(made, "contact", OFFICER)
    await act(DISPATCHER, made, "reclass", **{"class": "P3"}, reason="x")
    found = await rows(made)
    assert [row[2] for row in found if row[1] in ("sign", "first_contact")] == ["missed"] * 3
    assert [row[3] for row in found if row[1] == "resolve"] == [at(16, 17, 30)] * 2
    clock.set(at(18, 9))
    await act(DISPATCHER, made, "reclass", **{"class": "P4"}, reason="历史遗留")
    found = await rows(made)
    missed = [(row[1], row[3]) for row in found if row[0] == "petitioner" and row[2] == "missed"]
    assert missed == [("first_contact", at(3, 9)), ("resolve", at(16, 17, 30))]


async def test_an_overdue_ticket_made_more_urgent_keeps_the_date_it_missed(act, make, rows, clock):
    made = await make.ticket("in_progress")
    await make.step(made, "contact", OFFICER)
    clock.set(at(10, 9))
    before = await rows(made)
    await act(DISPATCHER, made, "reclass", **{"class": "P1"}, reason="老人住院")
    after = await rows(made)
    assert [row for row in after if row[1] == "resolve"] == [row for row in before if row[1] == "resolve"]


async def test_a_more_urgent_class_gives_an_earlier_date(act, make, rows, clock, last_message):
    made = await make.ticket("in_progress")
    clock.set(at(2, 11))
    await act(DISPATCHER, made, "reclass", **{"class": "P1"}, reason="停发待遇，老人断炊")
    found = await rows(made)
    assert ("petitioner", "resolve", "running", at(3, 9)) in found
    assert ("petitioner", "first_contact", "running", at(2, 11)) in found
    assert "现为11月3日（周二）09:00前" in await last_message(made)


async def test_pause_lost_when_class_changes(act, make, rows, clock):
    """Peers' failure: the hold is forgotten with the class."""
    made = await make.ticket("registered")
    clock.set(at(2, 10))
    await make.step(made, "request_info", f"intake-{COUNTY}")
    clock.set(at(4, 10))
    await make.supplement(made)
    await make.dispatch(made, STATION)
    await act(DISPATCHER, made, "reclass", **{"class": "P3"}, reason="x")
    assert ("petitioner", "resolve", "running", at(18, 17, 30)) in await rows(made)  # two working days for the pause


async def test_paused_then_resolved_ignores_the_hold(act, make, rows, clock):
    """Peers' failure: what was in time because of the hold counts as late."""
    made = await make.ticket("registered")
    clock.set(at(2, 10))
    await make.step(made, "request_info", f"intake-{COUNTY}")
    clock.set(at(4, 10))
    await make.supplement(made)
    await make.dispatch(made, STATION)
    clock.set(at(11, 9))  # after the 9th, which was the date before the hold
    for step, by in (("sign", OFFICER), ("contact", OFFICER), ("submit", OFFICER), ("approve", HEAD)):
        await make.step(made, step, by)
    assert ("petitioner", "resolve", "met", at(11, 17, 30)) in await rows(made)


async def test_hold_added_to_creation_time(act, make, client, clock):
    """Peers' failure: the hold shifts the start, so that what ran before it is counted twice."""
    made = await make.ticket("registered", service_class="P1")
    clock.set(at(2, 20))
    await make.step(made, "request_info", f"intake-{COUNTY}")
    clock.set(at(3, 20))
    await make.supplement(made)
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    contact = next(row for row in view["deadlines"] if row["target"] == "first_contact")
    assert contact["explanation"][0].startswith("起算：2026年11月2日（周一）09:00")
    assert contact["due_at"] == "2026-11-04T09:00:00+08:00"


async def test_an_extension_is_kept_by_a_class_that_is_not_more_urgent(act, make, rows):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "extend", until="2026-11-16", reason="等回函")
    await act(f"unit_head-{COUNTY}", made, "grant_extension")
    await act(DISPATCHER, made, "reclass", **{"class": "P4"}, reason="政策问题")
    final = [row for row in await rows(made) if row[1] == "plan"]
    assert [row[3] for row in final] == [at(17, 17, 30)] * 2  # fifteen days from the 2nd are later still


async def test_granted_time_is_added_where_the_new_date_is_earlier_than_the_extended_one(act, make, rows, clock):
    made = await make.ticket("in_progress", service_class="P4")
    await act(OFFICER, made, "extend", until="2026-12-01", reason="等回函")
    await act(f"unit_head-{COUNTY}", made, "grant_extension")
    reply = await act(DISPATCHER, made, "reclass", **{"class": "X"}, reason="信访事项")
    december = datetime(2027, 1, 4, 17, 30, tzinfo=SHANGHAI)
    assert [row[3] for row in await rows(made) if row[1] == "opinion"] == [december] * 2
    assert "extension_lost" not in str(reply.json()["history"])


async def test_an_extension_is_lost_to_a_more_urgent_class_and_the_history_says_so(act, make, rows, client):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "extend", until="2026-11-16", reason="等回函")
    await act(f"unit_head-{COUNTY}", made, "grant_extension")
    reply = await act(DISPATCHER, made, "reclass", **{"class": "P1"}, reason="老人住院")
    assert ("petitioner", "resolve", "running", at(3, 9)) in await rows(made)
    lines = [line["what"] for line in reply.json()["history"]]
    assert (
        "诉求人时限（办结）变更：原定11月16日（周一）17:30，改为11月3日（周二）09:00（等级提高，原来批准的延期不再有效）"
        in lines
    )
    own = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    assert any("原定11月16日（周一）17:30" in line["what"] for line in own["timeline"])


async def test_a_category_alone_moves_no_deadline_and_tells_nobody(act, make, rows, last_message, uow):
    made = await make.ticket("in_progress")
    before, said = await rows(made), await last_message(made)
    reply = await act(DISPATCHER, made, "reclass", category="0401", reason="归错了类")
    assert (reply.status_code, reply.json()["category"]["code"]) == (200, "0401")
    assert await rows(made) == before
    assert await last_message(made) == said
    line = next(line for line in reply.json()["history"] if line["kind"] == "TicketReclassed")
    assert line["what"].startswith("类别改为“")


async def test_a_dispatch_with_another_class_says_which_date_it_was(make, rows, clock, last_message):
    made = await make.ticket("registered")
    clock.set(at(3, 9))
    await make.dispatch(made, STATION, service_class="P3")
    assert ("petitioner", "resolve", "running", at(16, 17, 30)) in await rows(made)
    assert "原定11月9日（周一）17:30前答复，现为11月16日（周一）17:30前答复您" in await last_message(made)


async def test_the_ladder_raises_a_class_by_the_same_function(make, rows, kernel, clock, last_message):
    made = await make.ticket("in_progress")
    clock.set(at(2, 11))
    async with kernel.db.begin() as uow:
        ticket = await TicketRepository(uow).lock_id(made.id)
        await reclass_locked(uow, ticket, service_class="P1", category=None, reason="L3", by=SYSTEM)
    assert ("petitioner", "resolve", "running", at(3, 9)) in await rows(made)
    assert "原因：上级督办，提高办理等级" in await last_message(made)


@pytest.mark.parametrize(
    ("body", "status", "title"),
    [
        ({"class": "P2"}, 409, "NothingChanged"),
        ({}, 409, "NothingChanged"),
        ({"class": "P9"}, 422, "UnknownClass"),
        ({"category": "9999"}, 422, "UnknownCategory"),
    ],
)
async def test_a_change_that_is_none_is_refused(act, make, body, status, title):
    made = await make.ticket("in_progress")
    reply = await act(DISPATCHER, made, "reclass", reason="x", **body)
    assert (reply.status_code, reply.json()["title"]) == (status, title)


async def test_a_reason_is_asked_for(act, make):
    made = await make.ticket("in_progress")
    assert (await act(DISPATCHER, made, "reclass", **{"class": "P3"}, reason="")).json()["field"] == "reason"


async def test_who_handles_it_does_not_set_its_pace(act, make):
    for username in (OFFICER, HEAD, f"officer-{COUNTY}", f"intake-{COUNTY}"):
        made = await make.ticket("in_progress")
        assert (await act(username, made, "reclass", **{"class": "P3"}, reason="x")).status_code == 403, username
    for username in (DISPATCHER, f"supervisor-{COUNTY}", f"unit_head-{COUNTY}", f"dispatcher-{CITY}"):
        made = await make.ticket("in_progress")
        assert (await act(username, made, "reclass", **{"class": "P3"}, reason="x")).status_code == 200, username


async def test_whether_a_class_exists_is_not_told_about_a_hidden_ticket(act, make):
    made = await make.ticket("in_progress")
    reply = await act("dispatcher-VS-150103", made, "reclass", **{"class": "P9"}, reason="x")
    assert (reply.status_code, reply.json()["title"]) == (404, "TicketNotFound")
