"""PostgreSQL hides what may not be seen by itself: of tickets and of all that hangs on them, whatever is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import ProgrammingError

from jiesu.accounts.roles import Role
from jiesu.db.base import Base
from jiesu.db.scope import Scope
from jiesu.petitioners.models import Petitioner
from jiesu.tickets.models import Ticket
from tests.builders.forms import CITY, COUNTY, STATION

TABLES = {table.name: table for table in Base.metadata.sorted_tables}
#: Tables with a ticket's key that carry nothing of it: promises of work, and hashes.
WITHOUT_CONTENT = {"job", "dead_letter", "checkpoint_head", "trail_unsealed"}
OF_A_TICKET = sorted(
    name for name, table in TABLES.items() if "ticket_id" in table.columns and name not in WITHOUT_CONTENT
)


async def count(uow, name: str) -> int:
    return await uow.session.scalar(select(func.count()).select_from(TABLES[name]))


@pytest.fixture
async def lived_through(make, jobs, clock):
    """Tickets that have been through everything, so that no table is empty without reason."""
    await make.ticket("closed")
    await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    clock.advance(timedelta(days=30))
    await jobs.run_due()


@pytest.mark.parametrize("table", ["ticket", "petitioner", *OF_A_TICKET])
async def test_every_table_with_a_ticket_in_it_has_a_policy_that_its_owner_obeys_too(uow, table):
    held = text("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = :table")
    assert tuple((await uow.session.execute(held, {"table": table})).one()) == (True, True)


async def test_who_may_see_no_ticket_sees_nothing_of_one_in_any_table(uow, staff, lived_through):
    filled = {name for name in ("ticket", "petitioner", *OF_A_TICKET) if await count(uow, name)}
    assert filled >= {
        "ticket",
        "petitioner",
        "trail",
        "deadline",
        "message",
        "notice",
        "survey",
        "contact",
        "escalation",
    }
    for role, unit in ((Role.ADMINISTRATOR, CITY), (Role.AUDITOR, CITY), (Role.OFFICER, "VS-150103")):
        await uow.see_as((await staff(role, unit)).viewer)
        assert {name for name in filled if await count(uow, name)} == set(), role
        async with uow.scoped(Scope.SYSTEM):
            assert await count(uow, "ticket") >= 2


async def test_the_accused_line_sees_neither_the_ticket_nor_who_complained(uow, staff, make):
    await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
    await uow.see_as((await staff(Role.SUPERVISOR, CITY)).viewer)
    assert (await count(uow, "ticket"), await count(uow, "petitioner")) == (1, 1)
    for unit in (COUNTY, STATION):
        await uow.see_as((await staff(Role.SUPERVISOR, unit)).viewer)
        assert [await count(uow, name) for name in ("ticket", "petitioner", "message", "trail", "deadline")] == [0] * 5


async def test_a_transaction_of_the_system_sees_all_and_one_without_a_scope_nothing(uow, make):
    made = await make.ticket("in_progress")
    assert await uow.session.scalar(select(Ticket.id).where(Ticket.number == made.number)) == made.id
    await uow.session.execute(text("SELECT set_config('jiesu.scope', '', true)"))
    assert await uow.session.scalar(select(func.count()).select_from(Petitioner)) == 0
    assert await uow.session.scalar(select(func.count()).select_from(Ticket)) == 0


async def test_the_scope_ends_with_the_transaction(kernel, staff, make):
    await make.ticket("in_progress")
    async with kernel.db.begin() as uow:
        await uow.see_as((await staff(Role.AUDITOR, CITY)).viewer)
        assert await count(uow, "ticket") == 0
    async with kernel.db.begin() as uow:
        assert await count(uow, "ticket") == 1


async def test_staff_cannot_write_what_they_could_not_see(uow, staff, make):
    made = await make.ticket("in_progress")
    await uow.see_as((await staff(Role.OFFICER, "VS-150103")).viewer)
    changed = await uow.session.execute(text("UPDATE ticket SET title = 'x' WHERE id = :id"), {"id": made.id})
    assert changed.rowcount == 0
    entry = text("INSERT INTO pause (ticket_id, reason, began_at) VALUES (:id, 'need_info', now())")
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with uow.session.begin_nested():
            await uow.session.execute(entry, {"id": made.id})


def test_the_role_that_serves_owns_nothing_and_cannot_pass_by_the_policies(settings):
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        role = connection.exec_driver_sql(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).one()
        owned = connection.exec_driver_sql("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert (tuple(role), owned.scalar_one()) == ((False, False, False), 0)
        assert connection.exec_driver_sql("SELECT count(*) FROM ticket").scalar_one() == 0
    engine.dispose()
