"""The keeper's review of a withheld text: show it, show another wording, or keep it and point to the right channel."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, func, select

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Missing
from jiesu.kit.numbers import normalise_number
from jiesu.kit.private import Private
from jiesu.kit.text import bigrams, lexemes
from jiesu.routing.dispatch import dispatch_automatically
from jiesu.routing.policy import Routing
from jiesu.rules import Rules
from jiesu.secrecy.models import Decision, Place, Withheld
from jiesu.secrecy.withhold import PLACEHOLDER, is_keeper, suspicious
from jiesu.surveys.models import Survey
from jiesu.tickets.events import TicketDiverted, TicketEvent, by_staff
from jiesu.tickets.guard import required
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository, not_kept_from
from jiesu.tickets.words import Status, Step

__all__ = ["TextReviewed", "WithheldRead", "count_waiting", "read_withheld", "review_withheld", "waiting_for"]

#: The reason a diverted ticket carries; the other reasons are for dispatchers.
CLASSIFIED = "classified"
#: Texts listed at a time.
MOST = 100


class NoSuchText(Missing):
    zh = "没有找到这段待审查的内容。"
    en = "There is no such text to review."


class AlreadyReviewed(Conflict):
    zh = "这段内容已经审查过了。"
    en = "This text has been reviewed already."


class WithheldRead(TicketEvent, frozen=True, kw_only=True):
    place: str


class TextReviewed(TicketEvent, frozen=True, kw_only=True):
    """`text` is what may now be read where the text would have stood, `pointer` where the matter belongs instead."""

    place: str
    decision: str
    text: Private | None
    pointer: Private | None


async def waiting_for(uow: UnitOfWork, staff: Staff) -> Sequence[tuple[Withheld, str]]:
    """What this person has to review, oldest first, each with its ticket's number."""
    if not is_keeper(staff, staff.unit):
        return []
    query = select(Withheld, Ticket.number).join(Ticket, Ticket.id == Withheld.ticket_id)
    query = query.where(*_ours(staff)).order_by(Withheld.id).limit(MOST)
    async with uow.scoped(Scope.SYSTEM):  # the keeper need not see the ticket
        return [(row, number) for row, number in await uow.session.execute(query)]


async def count_waiting(uow: UnitOfWork, staff: Staff) -> int:
    """How many texts the person has to review, without reading one; `MOST` stands for that many or more."""
    if not is_keeper(staff, staff.unit):
        return 0
    some = select(Withheld.id).join(Ticket, Ticket.id == Withheld.ticket_id).where(*_ours(staff)).limit(MOST)
    async with uow.scoped(Scope.SYSTEM):
        return await uow.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _ours(staff: Staff) -> tuple[ColumnElement[bool], ...]:
    return (Withheld.keeper == staff.unit, Withheld.decision.is_(None), *not_kept_from(staff))


async def read_withheld(uow: UnitOfWork, staff: Staff, number: str, position: int) -> Withheld:
    """The text, to its keeper; every look is in the trail. `position` counts the ticket's withheld texts from 1.

    Locks the ticket. Raises NoSuchText.
    """
    async with uow.scoped(Scope.SYSTEM):
        ticket, row = await _locked(uow, staff, number, position)
        await uow.record(WithheldRead(ticket_id=ticket.id, by=by_staff(staff), place=row.place.value))
    return row


async def review_withheld(
    uow: UnitOfWork, rules: Rules, staff: Staff, number: str, position: int, decision: Decision, words: str
) -> Ticket:
    """Decide, once. `words` are the new wording of a redacted text, or where a diverted matter belongs.

    Locks the ticket. Raises NoSuchText, AlreadyReviewed, LooksClassified for words that do too.
    """
    async with uow.scoped(Scope.SYSTEM):
        return await _reviewed(uow, rules, staff, await _locked(uow, staff, number, position), decision, words)


async def _reviewed(
    uow: UnitOfWork, rules: Rules, staff: Staff, found: tuple[Ticket, Withheld], decision: Decision, words: str
) -> Ticket:
    ticket, row = found
    if row.decision is not None:
        raise AlreadyReviewed("decision")
    if decision is not Decision.RELEASED:
        words = required(words, "words", "审查后的内容" if decision is Decision.REDACTED else "办理渠道说明", 5000)
        suspicious(rules.secrecy, "words", [words], confirmed=False)
    row.decision, row.decided_at, row.decided_by = decision, uow.now, staff.id
    ticket.version += 1
    text = {Decision.RELEASED: row.text, Decision.REDACTED: words}.get(decision)
    event = TextReviewed(
        ticket_id=ticket.id,
        by=by_staff(staff),
        place=row.place.value,
        decision=decision.value,
        text=text if row.place in (Place.SUPPLEMENT, Place.NEW_FACTS) else None,
        pointer=words if decision is Decision.DIVERTED else None,
    )
    await uow.record(event)
    if text is None:
        await _divert(uow, ticket, row, words, staff)
    elif row.place is Place.APPEAL:
        await _show_appeal(uow, ticket, row, text)
    elif row.place is Place.SURVEY:
        await _show_reason(uow, ticket, text)
    return ticket


async def _locked(uow: UnitOfWork, staff: Staff, number: str, position: int) -> tuple[Ticket, Withheld]:
    """The ticket first, as every step does, then the row."""
    ours = select(Withheld).join(Ticket, Ticket.id == Withheld.ticket_id)
    ours = ours.where(Ticket.number == (normalise_number(number) or "")).order_by(Withheld.id)
    rows = (await uow.session.scalars(ours)).all()
    if not 1 <= position <= len(rows) or not is_keeper(staff, rows[position - 1].keeper):
        raise NoSuchText("number")
    ticket = await TicketRepository(uow).lock_id(rows[position - 1].ticket_id)
    if staff.kept_from(ticket):
        raise NoSuchText("number")
    row = await uow.session.get_one(Withheld, rows[position - 1].id, with_for_update=True, populate_existing=True)
    return ticket, row


async def _show_appeal(uow: UnitOfWork, ticket: Ticket, row: Withheld, text: str) -> None:
    """The appeal becomes what it would have been: it is found by its words, and goes where it was routed to."""
    redacted = row.decision is Decision.REDACTED
    title = text[:30] if redacted or row.title is None else row.title
    ticket.title, ticket.text = title.splitlines()[0], text
    ticket.search = lexemes(bigrams(f"{ticket.title}\n{text}"))
    routing = msgspec.json.decode(row.routing or "", type=Routing)
    if redacted:  # its reasons quote the words that were taken out
        routing = msgspec.structs.replace(routing, reasons=(), candidates=())
    ticket.routing = msgspec.to_builtins(routing)
    waits = ticket.status is Status.REGISTERED and ticket.lead_unit is None and ticket.accused_officer is None
    if routing.unit is not None and waits:
        ticket.category = routing.category
        await dispatch_automatically(uow, ticket, routing.unit)


async def _show_reason(uow: UnitOfWork, ticket: Ticket, text: str) -> None:
    surveys = select(Survey).where(Survey.ticket_id == ticket.id, Survey.reason.is_not(None))
    for survey in await uow.session.scalars(surveys):
        if survey.reason == PLACEHOLDER:
            survey.reason = text


async def _divert(uow: UnitOfWork, ticket: Ticket, row: Withheld, pointer: str, staff: Staff) -> None:
    """An appeal nobody has taken up ends here, with its pointer; another goes on without the text."""
    if row.place is not Place.APPEAL or ticket.status is not Status.REGISTERED:
        return
    ticket.reply = pointer
    ticket.move(Step.DIVERT)
    ticket.ended_at = uow.now
    await uow.record(TicketDiverted(ticket_id=ticket.id, by=by_staff(staff), reason=CLASSIFIED, pointer=pointer))
