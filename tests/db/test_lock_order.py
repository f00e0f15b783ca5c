"""Rows are locked in one order: the whole before its parts, whoever begins with a part."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository
from tests.builders.make import Make


@pytest.mark.parametrize("by", ["number", "key"])
async def test_whoever_wants_a_part_waits_for_the_whole_without_holding_the_part(committed_kernel, by):
    """Else an officer who ends the last part, and a petitioner who withdraws the whole, wait for each other."""
    db = committed_kernel.db
    made = await Make(committed_kernel).split()
    async with db.begin() as uow:
        part = await uow.session.scalar(select(Ticket).where(Ticket.part_of == made.id).limit(1))

    async def take_part() -> str:
        async with db.begin() as uow:
            tickets = TicketRepository(uow)
            return (await (tickets.lock(part.number) if by == "number" else tickets.lock_id(part.id))).number

    async with db.begin() as petitioner:
        await TicketRepository(petitioner).lock(made.number)
        officer = asyncio.create_task(take_part())
        done, _ = await asyncio.wait([officer], timeout=0.5)
        assert not done
        async with db.begin() as other:  # nobody holds the part
            await other.session.execute(select(Ticket.id).where(Ticket.id == part.id).with_for_update(nowait=True))
        async with db.begin() as other:
            with pytest.raises(OperationalError, match="could not obtain lock"):
                await other.session.execute(select(Ticket.id).where(Ticket.id == made.id).with_for_update(nowait=True))
            await other.session.rollback()
    assert await officer == part.number
