"""申请复查、复核: the petitioner disputes an opinion, and the next-higher organ must decide (Art. 35, 36)."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.petitions.cases import ASKING, room_to_ask
from jiesu.petitions.events import RecheckAsked
from jiesu.petitions.models import Recheck
from jiesu.petitions.rulebook import PetitionRules
from jiesu.petitions.words import Stage
from jiesu.tickets.events import By, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket

__all__ = ["ask_locked", "ask_recheck", "ask_review"]


async def ask_recheck(
    uow: UnitOfWork, rules: PetitionRules, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """The same by a clerk, for whoever asks at the counter. Locks the ticket."""
    ticket = await open_step(uow, staff, number, ASKING[Stage.RECHECK], version)
    return await ask_locked(uow, rules, ticket, Stage.RECHECK, reason, by_staff(staff))


async def ask_review(
    uow: UnitOfWork, rules: PetitionRules, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """Likewise, of the recheck's opinion. Locks the ticket."""
    ticket = await open_step(uow, staff, number, ASKING[Stage.REVIEW], version)
    return await ask_locked(uow, rules, ticket, Stage.REVIEW, reason, by_staff(staff))


async def ask_locked(
    uow: UnitOfWork, rules: PetitionRules, ticket: Ticket, stage: Stage, reason: str, by: By
) -> Ticket:
    """Ask for a recheck or review of a locked petition; the organ's 30 days begin, and a survey still open ends.

    Raises IllegalStep, NoPetition, NothingToDispute, AskedAlready, WindowClosed, OutsideTheNetwork.
    """
    room = await room_to_ask(uow, rules, ticket, stage)
    reason = required(reason, "reason", "不服的理由", 1000)
    ticket.move(ASKING[stage])
    ticket.ended_at = None
    case = Recheck(
        ticket_id=ticket.id, stage=stage, round=room.round, organ=room.organ, reason=reason, asked_at=uow.now
    )  # fmt: skip
    uow.add(case)
    await uow.record(RecheckAsked(ticket_id=ticket.id, by=by, stage=stage, unit=room.organ, reason=reason))
    return ticket
