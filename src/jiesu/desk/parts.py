"""Parts of a ticket (拆分) as they are shown: to staff, and under the petitioner's one receipt."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import and_, or_, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.desk.history import HistoryLine, for_petitioner
from jiesu.desk.names import Named, unit_named
from jiesu.desk.own_survey import own_survey
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.models import ClockState
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import parts_of
from jiesu.tickets.repository import visible_to
from jiesu.tickets.states import OPEN
from jiesu.tickets.words import Status, say_status

__all__ = ["OwnPartView", "PartView", "own_part_views", "part_views"]


class PartView(msgspec.Struct, frozen=True):
    """A part, or (`no` is 0) the whole of one; `due_at` is the petitioner's date while it runs."""

    no: int
    number: str
    title: str
    status: str
    status_text: str
    unit: Named | None
    due_at: datetime | None


class OwnPartView(msgspec.Struct, frozen=True):
    """A part as its petitioner reads it; `survey` is the path of its open survey, `survey_change` where its answer can be changed."""

    no: int
    title: str
    text: str
    status: str
    status_text: str
    unit: Named | None
    due_at: datetime | None
    result: str | None
    survey: str | None
    survey_change: str | None
    timeline: list[HistoryLine]


async def part_views(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, locale: Locale = "zh"
) -> list[PartView]:
    """The whole and all its parts, seen from any of them; only what the person may see."""
    top = ticket.id if ticket.parts else ticket.part_of
    if top is None:
        return []
    apart = and_(Ticket.part_of == top, Ticket.status != Status.REJOINED)
    family = select(Ticket).where(or_(Ticket.id == top, apart), visible_to(staff))
    rows = await uow.session.scalars(family.order_by(Ticket.part_no.asc().nulls_first()))
    return [await _part(uow, rules, row, locale) for row in rows]


async def _part(uow: UnitOfWork, rules: Rules, row: Ticket, locale: Locale) -> PartView:
    return PartView(
        no=row.part_no or 0,
        number=row.number,
        title=row.title,
        status=row.status,
        status_text=say_status(row.status, locale),
        unit=unit_named(rules, row.lead_unit, locale),
        due_at=await _due(uow, row),
    )


async def _due(uow: UnitOfWork, row: Ticket) -> datetime | None:
    promise = (await TicketClocks.of(uow, row)).promise
    return local(promise.due_at) if promise is not None and promise.state is ClockState.RUNNING else None


async def own_part_views(uow: UnitOfWork, rules: Rules, whole: Ticket, locale: Locale = "zh") -> list[OwnPartView]:
    """Empty for a ticket that is not split."""
    parts = await parts_of(uow, whole) if whole.parts else []
    return [await _own(uow, rules, part, locale) for part in parts]


async def _own(uow: UnitOfWork, rules: Rules, part: Ticket, locale: Locale) -> OwnPartView:
    survey = await own_survey(uow, rules, part)
    told = part.status not in OPEN or part.status is Status.AWAITING_SURVEY
    lines = await for_petitioner(uow, rules, part, locale)
    return OwnPartView(
        no=part.part_no or 0,
        title=part.title,
        text=part.text,
        status=part.status,
        status_text=say_status(part.status, locale),
        unit=unit_named(rules, part.lead_unit, locale),
        due_at=await _due(uow, part),
        result=part.result if told else None,
        survey=survey.ask,
        survey_change=survey.change,
        timeline=[line for line in lines if line.kind not in ("TicketRegistered", "Supplemented")],
    )
