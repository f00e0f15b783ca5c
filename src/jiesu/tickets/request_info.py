"""请补充材料: the one question back to the petitioner, while the clocks stand still."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.tickets.events import InfoRequested, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["REMIND_INFO", "AlreadyAsked", "request_info"]

#: Job kind: what was asked of ticket `ticket_id` has no answer.
REMIND_INFO = "info.remind"


class AlreadyAsked(Conflict):
    zh = "已经请诉求人补充过一次，不能再次要求。请按现有材料派单，或电话联系诉求人。"
    en = "The petitioner was asked once already. Dispatch on what there is, or telephone."


async def request_info(
    uow: UnitOfWork, staff: Staff, number: str, question: str, *, version: int | None = None
) -> Ticket:
    """Ask the petitioner for what is missing; at most once. Locks the ticket. Raises AlreadyAsked."""
    ticket = await open_step(uow, staff, number, Step.REQUEST_INFO, version)
    if ticket.info_requests:
        raise AlreadyAsked("action")
    ticket.reply = required(question, "question", "需要补充的内容", 1000)
    ticket.info_requests += 1
    ticket.move(Step.REQUEST_INFO)
    await uow.record(InfoRequested(ticket_id=ticket.id, by=by_staff(staff), question=ticket.reply))
    return ticket
