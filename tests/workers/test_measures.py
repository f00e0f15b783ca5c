"""Conditions and measures of the ladder, under a policy that has them."""

from __future__ import annotations

import copy
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, update
from stdnum.cn import ric

from jiesu.escalation.fire import DueRung, fire_rungs
from jiesu.escalation.models import Escalation
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Policies, load_policies
from jiesu.sla.classes import clocks_from
from jiesu.sla.models import Deadline
from jiesu.tickets.models import Ticket
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

CONFIG = Path(__file__).parents[2] / "config"
RUNGS = [
    {"name": "frail", "level": 1, "after": "50 %", "to": "unit", "kind": "warning", "wants_ack": False,
     "limits": "days", "when": {"vulnerable": True}},
    {"name": "again", "level": 2, "after": "due", "to": "root", "kind": "supervision", "wants_ack": True,
     "targets": ["resolve"], "when": {"rework": 1}},
    {"name": "L2", "level": 2, "after": "due", "to": "parent", "kind": "supervision", "wants_ack": True},
    {"name": "L3", "level": 3, "after": "1 working hour after", "to": "grandparent", "kind": "escalation",
     "wants_ack": True, "clocks": ["unit"], "targets": ["resolve"], "actions": ["raise_class"]},
    {"name": "L4", "level": 4, "after": "2 working hours after", "to": "root", "kind": "leader_case",
     "wants_ack": True, "clocks": ["unit"], "targets": ["resolve"], "actions": ["take_over"]},
]  # fmt: skip


@pytest.fixture
def policies() -> Policies:
    """As shipped, but for a ladder with conditions and measures."""
    shipped = load_policies(CONFIG)
    document = copy.deepcopy(msgspec.to_builtins(shipped.clocks.document))
    document["version"] = "measures"
    document["ladder"]["rung"] = RUNGS
    return changed(shipped, clocks=clocks_from(document, Path("clocks.toml")))


def changed(policies: Policies, **changes) -> Policies:
    return Policies(**vars(policies) | changes)


@pytest.fixture
def fired(uow):
    """Names of the rungs a ticket's deadlines took."""

    async def read(made, target: str = "resolve", clock: str | None = None) -> list[str]:
        query = select(Escalation.rung).join(Deadline, Deadline.id == Escalation.deadline_id)
        query = query.where(Escalation.ticket_id == made.id, Deadline.target == target).order_by(Escalation.id)
        return list(await uow.session.scalars(query if clock is None else query.where(Deadline.clock == clock)))

    return read


async def pass_time(jobs, clock, until: datetime) -> None:
    """From one due job to the next."""
    while (pending := await jobs.pending()) and pending[0].run_at <= until:
        clock.set(max(pending[0].run_at, clock.now()))
        await jobs.run_due()
    clock.set(until)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("person", "warned"),
    [
        ({"kind": "veteran"}, False),
        ({"kind": "disabled"}, True),
        ({"kind": "veteran", "id_number": "11010119490101123"}, True),
        ({"kind": "veteran", "id_number": "11010119900101123"}, False),
    ],
)
async def test_a_vulnerable_petitioners_matter_is_warned_of_at_half_time(make, jobs, clock, fired, person, warned):
    if "id_number" in person:
        person = person | {"id_number": person["id_number"] + ric.calc_check_digit(f"{person['id_number']}0")}
    made = await make.ticket("in_progress", petitioner={"name": "张建国", "phone": "13800138000"} | person)
    await pass_time(jobs, clock, at(6, 9))
    assert ("frail" in await fired(made)) is warned


async def test_a_condition_is_asked_when_the_rung_is_due_and_the_next_holds_where_it_does_not(make, jobs, clock, fired):
    made = await make.ticket("in_progress")
    await pass_time(jobs, clock, at(9, 17, 30))
    assert "again" not in await fired(made)
    assert "L2" in await fired(made)
    assert [job.payload["rung"] for job in await jobs.pending(made.id, "sla.rung")].count("again") == 0


async def test_a_level_is_taken_once_also_where_two_rungs_share_it(make, jobs, clock, fired):
    made = await make.ticket("rework")
    await make.dispatch(made, None, by=f"unit_head-{COUNTY}")
    await pass_time(jobs, clock, at(9, 17, 30))
    levels = [name for name in await fired(made, clock="petitioner") if name in ("again", "L2")]
    assert levels == ["again"]


async def test_a_rung_raises_the_class_and_what_is_missed_stays_missed(make, jobs, clock, client):
    made = await make.ticket("in_progress")
    await pass_time(jobs, clock, at(10, 9, 30))
    assert (await make.load(made)).service_class == "P1"
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    [promise] = [row for row in view["deadlines"] if (row["clock"], row["target"]) == ("petitioner", "resolve")]
    assert (promise["due_at"], promise["overdue"]) == (at(9, 17, 30).isoformat(), True)
    assert "TicketReclassed" in {line["kind"] for line in view["timeline"]}


async def test_the_parent_unit_takes_a_ticket_over_with_a_clock_of_its_own(make, jobs, clock, uow, kernel, act):
    made = await make.ticket("in_progress", service_class="P0")
    await pass_time(jobs, clock, at(2, 16, 30))
    ticket = await make.load(made)
    assert (ticket.lead_unit, ticket.status, ticket.leader_unit) == (COUNTY, "dispatched", CITY)
    signing = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.unit == COUNTY, Deadline.target == "sign")
    assert await uow.session.scalar(signing) is not None
    assert (await act(f"officer-{STATION}", made, "sign")).status_code in (403, 404)
    assert (await act(f"officer-{COUNTY}", made, "sign")).status_code == 200
    assert [row.law for row in await check_all(kernel.db, kernel.clock.now()) if row.count] == []


async def test_a_unit_that_is_complained_about_never_takes_over(make, jobs, clock):
    made = await make.ticket("in_progress", service_class="P0", accused_unit=COUNTY, unit="INST-VETERANS")
    await pass_time(jobs, clock, at(2, 16, 30))
    assert (await make.load(made)).lead_unit == CITY


async def test_a_rung_that_the_policy_no_longer_has_does_not_fire(make, uow, kernel, clock, fired):
    """Peers' failure: a deactivated policy keeps firing."""
    made = await make.ticket("in_progress")
    deadlines = list(await uow.session.scalars(select(Deadline.id).where(Deadline.ticket_id == made.id)))
    clock.set(at(12, 9))
    uow.now = clock.now()
    assert await fire_rungs(uow, kernel.rules, [DueRung(key, "L1-80%") for key in deadlines]) == 0
    assert await fired(made) == []


async def test_a_clock_set_back_fires_nothing_before_its_time(make, jobs, clock, fired, uow, kernel):
    """Peers' failure: the machine's clock moves back an hour."""
    made = await make.ticket("in_progress", service_class="P0")
    deadline = await uow.session.scalar(
        select(Deadline.id).where(Deadline.ticket_id == made.id, Deadline.clock == "unit", Deadline.target == "resolve")
    )
    uow.now = at(2, 10)
    assert await fire_rungs(uow, kernel.rules, [DueRung(deadline, "L2")]) == 0
    await pass_time(jobs, clock, at(2, 11))
    assert (await fired(made, clock="unit")).count("L2") == 1


async def test_a_ticket_keeps_the_ladder_it_began_with(make, jobs, clock, uow, kernel, fired):
    made = await make.ticket("in_progress", service_class="P0")
    shipped = load_policies(CONFIG)
    kernel._rules = type(kernel.rules)(**vars(kernel.rules) | {"clocks": shipped.clocks})
    await pass_time(jobs, clock, at(2, 11))
    assert "L1-80%" not in await fired(made)
    assert "L2" in await fired(made)
    ticket = await uow.session.get_one(Ticket, made.id)
    assert ticket.policy_version == "measures"


async def test_a_categorys_own_rung_reaches_only_its_tickets(make, kernel, uow, clock):
    made, other = await make.ticket("in_progress"), await make.ticket("in_progress")
    await uow.session.execute(update(Ticket).where(Ticket.id == made.id).values(category="0407"))
    ladder = kernel.rules.clocks.ladder
    narrow = msgspec.structs.replace(ladder[2], when=msgspec.convert({"categories": ["04"]}, type(ladder[2].when)))
    clocks = msgspec.structs.replace(kernel.rules.clocks, ladder=(narrow,))
    rules = type(kernel.rules)(**vars(kernel.rules) | {"clocks": clocks})
    clock.set(at(9, 17, 30))
    uow.now = clock.now()
    finals = {
        row.ticket_id: row.id
        for row in await uow.session.scalars(
            select(Deadline).where(Deadline.target == "resolve", Deadline.clock == "petitioner")
        )
    }
    assert await fire_rungs(uow, rules, [DueRung(finals[each.id], "L2") for each in (made, other)]) == 1
