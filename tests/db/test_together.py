"""What is gathered and written in one statement is what would have been written row by row."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import inspect, text

from jiesu.intake.file import file_appeal
from jiesu.notifications.models import Message
from jiesu.petitioners.models import Petitioner
from jiesu.tickets.models import Ticket
from tests.builders.forms import appeal_form


def _person(uow) -> Petitioner:
    return Petitioner(name="张建国", phone="13800138000", created_at=uow.now)


async def test_a_gathered_row_has_its_key_at_once_and_is_in_the_table_after_the_block(uow):
    async with uow.together():
        person = _person(uow)
        uow.add(person)
        await uow.settle(person)
        assert await uow.get(Petitioner, person.id) is person
        assert await uow.session.scalar(text("SELECT count(*) FROM petitioner WHERE id = :id"), {"id": person.id}) == 0
    stored = (
        await uow.session.execute(text("SELECT name, phone FROM petitioner WHERE id = :id"), {"id": person.id})
    ).one()
    assert "张" not in stored.name
    assert "138" not in stored.phone
    await uow.session.refresh(person)
    assert (person.name, person.phone, person.id_number) == ("张建国", "13800138000", None)


async def test_a_gathered_row_can_be_changed_afterwards_like_any_other(uow):
    async with uow.together():
        person = _person(uow)
        uow.add(person)
        await uow.settle(person)
    assert inspect(person).persistent
    person.name = "李建国"
    await uow.session.flush()
    await uow.session.refresh(person)
    assert person.name == "李建国"


async def test_a_block_that_fails_writes_nothing_and_gathers_no_longer(uow):
    async def fail() -> None:
        async with uow.together():
            uow.add(_person(uow))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert uow.gathered is None
    assert await uow.session.scalar(text("SELECT count(*) FROM petitioner")) == 0


async def test_keys_never_repeat_and_rise(uow):
    drawn = [await uow.keys.draw(uow.session, Message) for _ in range(250)]
    assert drawn == sorted(set(drawn))


async def test_a_filed_ticket_reads_the_same_from_memory_and_from_the_table(kernel, uow):
    ticket = (await file_appeal(uow, kernel.rules, "HH20261102-00001-5", appeal_form())).ticket
    before = _shown(ticket)
    await uow.session.refresh(ticket)
    assert _shown(ticket) == before


def _shown(ticket: Ticket) -> dict[str, object]:
    """What can be read of it, lists and tuples alike."""
    row = {column.key: getattr(ticket, column.key) for column in inspect(Ticket).columns if column.key != "search"}
    return msgspec.to_builtins(row | {"routing": msgspec.json.decode(msgspec.json.encode(row["routing"]))})
