"""What `make run` fills beside the played history: lists, receptions, a split, an objection and a listing, in one short transaction."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import select

from jiesu.demo.beside import stand_beside
from jiesu.tickets.models import Ticket
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all


async def test_each_page_has_something_and_every_law_holds(kernel, clock, jobs, client, sign_in):
    began = time.monotonic()
    async with kernel.db.begin() as uow:
        await stand_beside(uow, kernel.rules, 20260701)
        assert uow.now == clock.now()
    assert time.monotonic() - began < 20  # about one second on an idle machine
    async with kernel.db.begin() as uow:
        statuses = list(await uow.session.scalars(select(Ticket.status).order_by(Ticket.status)))
    assert statuses == ["dispatched", "dispatched", "listed", "objected", "split"]
    await jobs.run_due()
    broken = [law for law in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if law.count]
    assert broken == []
    people = (await client.get("/api/v1/desk/contacts", headers=await sign_in(f"officer-{STATION}"))).json()
    assert (people["all"], people["due"]) == (10, 4)
    for unit, most in ((COUNTY, 3), (CITY, 2)):
        headers = await sign_in(f"unit_head-{unit}")
        receptions = (await client.get("/api/v1/desk/receptions", headers=headers)).json()
        assert max(one["booked"] for one in receptions if one["unit"]["code"] == unit) == most
