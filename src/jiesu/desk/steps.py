"""Which steps a person may take on a ticket now, the likeliest first."""

from __future__ import annotations

from sqlalchemy import exists, select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.escalation.models import Escalation
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import allowed
from jiesu.tickets.words import Nature, Status, Step
from jiesu.units.organisation import Organisation

__all__ = ["ACKNOWLEDGE", "steps_for"]

#: What people come to a ticket for, most often first.
LIKELIEST = (
    Step.SIGN,
    Step.SUBMIT,
    Step.CONTACT,
    Step.APPROVE,
    Step.SEND_BACK,
    Step.DISPATCH,
    Step.ANSWER,
    Step.DIVERT,
    Step.REQUEST_INFO,
    Step.SUPPLEMENT,
    Step.REOPEN,
    Step.NOTE,
)
#: Not a step of the ticket's own life, but offered beside them.
ACKNOWLEDGE = "acknowledge"


async def steps_for(uow: UnitOfWork, organisation: Organisation, staff: Staff, ticket: Ticket) -> list[str]:
    """The names the desk API takes as `action`; what a guard would refuse is left out."""
    rights = [right for right in Right if staff.may(right, ticket)]
    open_ = [step for step in allowed(ticket.status, rights) if _passes(organisation, staff, ticket, step)]
    steps = [str(step) for step in sorted(open_, key=LIKELIEST.index)]
    if await _waits_here(uow, staff, ticket):
        steps.insert(0, ACKNOWLEDGE)
    return steps


def _passes(organisation: Organisation, staff: Staff, ticket: Ticket, step: Step) -> bool:
    if step is Step.ANSWER:
        return ticket.nature is Nature.CONSULT
    if step is Step.REQUEST_INFO:
        return ticket.info_requests == 0
    if step is Step.SUBMIT:
        return ticket.first_contact_at is not None or ticket.petitioner_id is None
    if step is Step.DISPATCH and ticket.status is Status.REWORK and ticket.lead_unit is not None:
        alone = ticket.sealed_to is not None or organisation.parent(ticket.lead_unit) is None
        return alone or staff.unit != ticket.lead_unit
    return True


async def _waits_here(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> bool:
    if not (staff.has(Right.SUPERVISE) or staff.has(Right.DISPATCH)):
        return False
    waiting = exists().where(
        Escalation.ticket_id == ticket.id,
        Escalation.unit.in_(staff.subtree),
        Escalation.wants_ack,
        Escalation.acknowledged_at.is_(None),
    )
    return bool(await uow.session.scalar(select(waiting)))
