"""告知解决方案: for matters of policy and history the petitioner is told a plan first, which is reviewed from then on."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.limits import Target
from jiesu.tickets.events import PlanTold, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.merging import said_to_others
from jiesu.tickets.models import Ticket
from jiesu.tickets.submit import FirstContactMissing
from jiesu.tickets.words import Step

__all__ = ["NoPlanOwed", "tell_plan"]


class NoPlanOwed(Conflict):
    zh = "这张工单不用先出方案，或者方案已经告知。请用“告知进展”或“提交结果”。"
    en = "No plan is owed on this ticket, or it was told. Tell of progress, or submit the result."


async def tell_plan(
    uow: UnitOfWork, staff: Staff, number: str, plan: str, others: str | None = None, *, version: int | None = None
) -> Ticket:
    """Tell the petitioner the plan: the plan is met, and its review begins while the work goes on.

    `others` is what petitioners of merged tickets are told. Locks the ticket, then those. Raises NoPlanOwed, FirstContactMissing,
    OthersUntold.
    """
    ticket = await open_step(uow, staff, number, Step.PLAN, version)
    clocks = await TicketClocks.of(uow, ticket)
    if not any(clocks.live(targets={Target.PLAN})):
        raise NoPlanOwed("action")
    if ticket.first_contact_at is None and ticket.petitioner_id is not None:
        raise FirstContactMissing("action")
    plan = required(plan, "plan", "解决方案")
    words, _ = await said_to_others(uow, ticket, others, "给并入诉求人的方案")
    ticket.move(Step.PLAN)
    ticket.informed_at = uow.now
    await uow.record(PlanTold(ticket_id=ticket.id, by=by_staff(staff), plan=plan, others=words))
    return ticket
