"""The condition in SQL and the rule in Python say the same of every ticket and every member of staff."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, text, update

from jiesu.accounts.roles import Role
from jiesu.desk.queue import View, condition
from jiesu.escalation.acknowledge import acknowledge_escalations
from jiesu.tickets.guard import open_step
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketNotFound, visible_to
from jiesu.tickets.words import Step
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE

UNITS = [CITY, COUNTY, STATION, VILLAGE, "VS-150103", "VS-150103001", "CITY-DISCIPLINE", "CITY-BENEFITS", "VS-150121"]
TICKETS, STAFF = 120, 60


@dataclass
class Case:
    lead_unit: str | None
    desk_unit: str
    accused_unit: str | None
    sealed_to: str | None
    barred_accounts: list[int]
    co_units: list[str]


@pytest.mark.parametrize("seed", range(3))
async def test_sql_and_python_and_row_policies_agree_on_random_tickets_and_staff(make, staff, uow, seed):
    """The third asks with no condition at all: PostgreSQL alone hides what a forgotten filter would show."""
    chance = random.Random(seed)
    people = [await staff(chance.choice(list(Role)), chance.choice(UNITS)) for _ in range(STAFF)]
    people += [replace(person, elsewhere=frozenset({chance.choice(UNITS)})) for person in people[:10]]
    cases = {}
    template = await make.load(await make.ticket("registered"))
    columns = {c.name: getattr(template, c.name) for c in Ticket.__table__.columns if c.name not in ("id", "search")}
    for number in range(TICKETS):
        case = Case(
            lead_unit=chance.choice([None, *UNITS]),
            desk_unit=chance.choice([CITY, COUNTY, "VS-150103"]),
            accused_unit=chance.choice([None, None, *UNITS]),
            sealed_to=chance.choice([None, None, None, "CITY-DISCIPLINE", CITY]),
            barred_accounts=[person.account_id for person in chance.sample(people, chance.choice([0, 0, 3]))],
            co_units=chance.choice([[], [], chance.sample(UNITS, 2)]),
        )
        row = Ticket(**columns | vars(case) | {"number": f"HHTEST-{seed}-{number}", "search": None})
        row.search = select(Ticket.search).where(Ticket.id == template.id).scalar_subquery()
        uow.session.add(row)
        await uow.session.flush()
        cases[row.id] = case
    random_ones = select(Ticket.id).where(Ticket.number.like("HHTEST-%"))
    for person in people:
        expected = {key for key, case in cases.items() if person.may_see(case)}
        assert set(await uow.session.scalars(random_ones.where(visible_to(person)))) == expected, person
        await uow.see_as(person.viewer)
        assert set(await uow.session.scalars(random_ones)) == expected, person
        await uow.session.execute(text("SELECT set_config('jiesu.scope', 'system', true)"))


async def test_no_view_shows_more_than_may_be_seen(make, staff, uow):
    hidden, shown = await make.ticket("dispatched", unit="VS-150103001"), await make.ticket("dispatched")
    person = await staff("unit_head", STATION)
    for view in View:
        seen = set(await uow.session.scalars(select(Ticket.id).where(condition(person, view, uow.now))))
        assert hidden.id not in seen
    await uow.session.execute(update(Ticket).where(Ticket.id == shown.id).values(sealed_to="CITY-DISCIPLINE"))
    for view in View:
        assert not set(await uow.session.scalars(select(Ticket.id).where(condition(person, view, uow.now))))


async def test_no_version_opens_what_may_not_be_seen_even_where_the_database_would(make, staff, uow):
    report = await make.filed(nature="report", text="我要举报站里的工作人员收受好处费，替人虚报材料。")
    with pytest.raises(TicketNotFound):
        await open_step(uow, await staff("dispatcher", CITY), report.number, Step.NOTE, version=999)
    with pytest.raises(TicketNotFound):
        await acknowledge_escalations(uow, await staff("supervisor", CITY), report.number, version=999)
