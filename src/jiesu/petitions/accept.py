"""受理或不予受理: within 15 days the petitioner is told in writing which (Art. 22, 23)."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.petitions.events import AcceptanceRefused, PetitionAccepted
from jiesu.petitions.issue import issue
from jiesu.petitions.pending import PendingBelow, pending_below
from jiesu.petitions.rulebook import PetitionRules
from jiesu.petitions.words import REFUSALS, DocumentKind, RefusalReason
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.limits import FINAL, ClockKind
from jiesu.sla.wording import date_words
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["AcceptedAlready", "HandledBelow", "NoPetition", "NothingBelow", "accept_petition", "refuse_acceptance"]


class NoPetition(Conflict):
    zh = "这张工单走的是“接诉即办”，没有受理告知这一步。需要按信访程序办的，请先转为信访。"
    en = "This ticket is on the service track, which knows no acceptance. Convert it first where it is a petition."


class AcceptedAlready(Conflict):
    zh = "这件信访事项已经受理，请在期限内办理并出具处理意见书。"
    en = "This petition was accepted already. Handle it and give the written opinion in time."


class HandledBelow(Conflict):
    """Art. 19: a matter pending below within its limit is not accepted above."""

    zh = "同一诉求人的同类信访事项（{number}）正由{unit}在法定期限内办理（{due}前），上级不再受理。请选“不予受理”，告诉诉求人找谁。"
    en = "{unit} is handling a petition of the same person and category ({number}) within its limit ({due}). Do not accept it; say whom to turn to."


class NothingBelow(Invalid):
    zh = "没有找到下级正在法定期限内办理的同类信访事项，请选其他理由。"
    en = "No lower unit is handling a petition of this person and category within its limit. Choose another reason."


async def accept_petition(
    uow: UnitOfWork, rules: PetitionRules, staff: Staff, number: str, *, version: int | None = None
) -> Ticket:
    """Accept a petition; the written notice says until when there is an opinion. Locks the ticket.

    Raises NoPetition, AcceptedAlready, HandledBelow.
    """
    ticket = await open_step(uow, staff, number, Step.ACCEPT, version)
    _undecided(ticket)
    below = await pending_below(uow, rules.organisation, staff, ticket)
    if below is not None:
        unit = rules.organisation.unit(below.unit).name
        raise HandledBelow("action", number=below.number, unit=unit, due=date_words(below.due_at))
    due = await _due(uow, ticket)
    ticket.move(Step.ACCEPT)
    ticket.accepted_at = uow.now
    by = by_staff(staff)
    document = await issue(uow, rules, ticket, DocumentKind.ACCEPTANCE, unit=staff.unit, by=by, blanks={"due": due})
    await uow.record(PetitionAccepted(ticket_id=ticket.id, by=by, unit=staff.unit, number=document.number))
    return ticket


async def refuse_acceptance(
    uow: UnitOfWork, rules: PetitionRules, staff: Staff, number: str, reason: RefusalReason, basis: str,
    *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Do not accept a petition, and end it with a written notice of why. Locks the ticket.

    What a lower unit handles is pointed to by itself. Raises NoPetition, AcceptedAlready, NothingBelow.
    """
    ticket = await open_step(uow, staff, number, Step.REFUSE_ACCEPTANCE, version)
    _undecided(ticket)
    if reason is RefusalReason.PENDING_BELOW:
        below = await pending_below(uow, rules.organisation, staff, ticket)
        if below is None:
            raise NothingBelow("reason")
        basis = f"{_pointer(rules, below)}{basis.strip()}"
    ticket.reply = required(basis, "basis", "理由和依据", 2000)
    ticket.move(Step.REFUSE_ACCEPTANCE)
    ticket.ended_at = uow.now
    by = by_staff(staff)
    blanks = {"reason": REFUSALS[reason][0], "basis": ticket.reply}
    document = await issue(uow, rules, ticket, DocumentKind.REFUSAL, unit=staff.unit, by=by, blanks=blanks)
    event = AcceptanceRefused(
        ticket_id=ticket.id, by=by, unit=staff.unit, number=document.number, why=reason, basis=ticket.reply
    )
    await uow.record(event)
    return ticket


def _undecided(ticket: Ticket) -> None:
    if not ticket.is_petition:
        raise NoPetition("action")
    if ticket.accepted_at is not None:
        raise AcceptedAlready("action")


async def _due(uow: UnitOfWork, ticket: Ticket) -> str:
    """The day of the opinion, as the petitioner's clock has it."""
    clocks = await TicketClocks.of(uow, ticket)
    rows = [row for row in clocks.rows if row.clock is ClockKind.PETITIONER and row.target in FINAL]
    return date_words(rows[-1].due_at if rows else uow.now)


def _pointer(rules: PetitionRules, below: PendingBelow) -> str:
    unit = rules.organisation.unit(below.unit).name
    return f"该事项（编号{below.number}）正由{unit}办理，{date_words(below.due_at)}前作出处理意见，请等候或向其查询。"
