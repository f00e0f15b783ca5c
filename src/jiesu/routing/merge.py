"""并案: a dispatcher joins an appeal to another about the same matter, and may part them again."""

from __future__ import annotations

from sqlalchemy import exists, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.secrecy.models import Withheld
from jiesu.sla.clocks import TicketClocks
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional
from jiesu.tickets.merging import FollowerJoined, TicketMerged, followers_of, unmerge_locked
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketNotFound, TicketRepository
from jiesu.tickets.states import MAINS
from jiesu.tickets.words import Status, Step, Track, say_status

__all__ = ["merge_ticket", "mergeable", "unmerge_ticket"]


class MainNotFound(Invalid):
    zh = "没有找到要并入的工单。请核对编号（以 HH 开头），或从列表中选择。"
    en = "There is no such ticket to merge into. Check the number (it begins with HH), or choose from the list."


class SameTicket(Invalid):
    zh = "不能并入它自己。请填另一张工单的编号。"
    en = "A ticket is not merged into itself. Give the number of another one."


class MainAnswered(Conflict):
    zh = "要并入的工单现在是“{status}”，不能再并。请另选一张还在办理的，或单独派单。"
    en = "The ticket to merge into is “{status}” by now. Choose one that is still being handled, or dispatch this one."

    def say(self, locale: str) -> str:
        status = say_status(self.params["status"], locale)
        return (self.en if locale.startswith("en") else self.zh).format(status=status)


class NeverMerged(Conflict):
    zh = "密件、信访事项、正在审查内容的诉求各办各的，不能并案。"
    en = (
        "Sealed reports, petitions, and appeals whose text is under review are handled one by one; they are not merged."
    )


class OthersAccused(Conflict):
    zh = "两张工单反映的单位或需要回避的人不同，不能并案：否则被反映的单位会看到。请单独派单。"
    en = (
        "The two accuse different units or have different people recused. Merged, one would be seen by whom it accuses."
    )


class HasFollowers(Conflict):
    zh = "已经有 {count} 件诉求并入了这一件。请把另一件并到这里，或先解除并案。"
    en = "{count} ticket(s) are merged into this one. Merge the other one here, or undo those merges first."


class PromisedSooner(Conflict):
    zh = "要并入的工单答复得更晚，并案会让这位诉求人多等。请反过来并，或单独派单。"
    en = "The other one is answered later: this petitioner would wait beyond the promised date. Merge the other way, or dispatch it."


async def merge_ticket(uow: UnitOfWork, staff: Staff, number: str, into: str, *, version: int | None = None) -> Ticket:
    """Let an open ticket's answer be this one's too. Locks both, the older first.

    Raises MainNotFound (also when it may not be seen), SameTicket, MainAnswered, NeverMerged, OthersAccused, HasFollowers,
    PromisedSooner.
    """
    main = await _lock_both(uow, staff, number, into)
    ticket = await open_step(uow, staff, number, Step.MERGE, version)
    if main.id == ticket.id:
        raise SameTicket("into")
    if main.status not in MAINS:
        raise MainAnswered("into", status=main.status)
    await _check_borders(uow, ticket, main)
    if followers := await followers_of(uow, ticket):
        raise HasFollowers("action", count=len(followers))
    await _check_dates(uow, ticket, main)
    ticket.move(Step.MERGE)
    ticket.merged_into, ticket.merged_at, ticket.lead_unit = main.id, uow.now, main.lead_unit
    await uow.record(TicketMerged(ticket_id=ticket.id, by=by_staff(staff), into=main.number, unit=ticket.lead_unit))
    await uow.record(FollowerJoined(ticket_id=main.id, by=by_staff(staff), number=ticket.number))
    return ticket


async def unmerge_ticket(
    uow: UnitOfWork, staff: Staff, number: str, reason: str | None = None, *, version: int | None = None
) -> Ticket:
    """Part it from the main one again: it waits to be dispatched, with the dates it had. Locks the ticket."""
    ticket = await open_step(uow, staff, number, Step.UNMERGE, version)
    await unmerge_locked(uow, ticket, "by_hand", by_staff(staff), optional(reason, "reason", "理由", 500))
    return ticket


def mergeable(ticket: Ticket) -> bool:
    """What the ticket itself says; whether a text waits for review is asked beside it."""
    return ticket.track is Track.SERVICE and ticket.sealed_to is None and ticket.status is Status.REGISTERED


async def _lock_both(uow: UnitOfWork, staff: Staff, number: str, into: str) -> Ticket:
    repository = TicketRepository(uow)
    ticket = await repository.find(number)
    staff.see(ticket)
    try:
        main = await repository.find(into)
        staff.see(main)
    except TicketNotFound as error:
        raise MainNotFound("into") from error
    both = select(Ticket).where(Ticket.id.in_([ticket.id, main.id])).order_by(Ticket.id).with_for_update()
    await uow.session.scalars(both.execution_options(populate_existing=True))
    return main


async def _check_borders(uow: UnitOfWork, ticket: Ticket, main: Ticket) -> None:
    """What is kept from somebody is not carried to them inside another ticket."""
    both = (ticket, main)
    waiting = exists().where(Withheld.ticket_id.in_([each.id for each in both]), Withheld.decision.is_(None))
    if any(each.sealed_to or each.track is not Track.SERVICE for each in both):
        raise NeverMerged("into")
    if await uow.session.scalar(select(waiting)):
        raise NeverMerged("into")
    barred = set(ticket.barred_accounts) - set(main.barred_accounts)
    if ticket.accused_unit != main.accused_unit or barred:
        raise OthersAccused("into")


async def _check_dates(uow: UnitOfWork, ticket: Ticket, main: Ticket) -> None:
    mine, other = [(await TicketClocks.of(uow, each)).promise for each in (ticket, main)]
    if mine is not None and other is not None and other.due_at > mine.due_at:
        raise PromisedSooner("into")
