"""提交结果: the officer hands the result to the unit head."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.tickets.events import ResultSubmitted, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.merging import said_to_others
from jiesu.tickets.models import Ticket
from jiesu.tickets.tasks import check_no_open_tasks
from jiesu.tickets.words import Step

__all__ = ["FirstContactMissing", "NotAcceptedYet", "submit_result"]


class FirstContactMissing(Conflict):
    zh = "还没有联系到诉求人，不能提交结果。请先“联系诉求人”；多次联系不上的，每次都要记录。"
    en = "The petitioner has not been contacted. Log a contact first; log every attempt when nobody answers."


class NotAcceptedYet(Conflict):
    zh = "这件信访事项还没有出具受理告知书，不能提交处理意见。请先“受理”或“不予受理”。"
    en = "No notice of acceptance was given on this petition yet. Accept it, or refuse to, first."


async def submit_result(
    uow: UnitOfWork, staff: Staff, number: str, result: str, others: str | None = None, *, version: int | None = None
) -> Ticket:
    """Submit the result for review; `others` is what petitioners of merged tickets are told. Locks the ticket, then those.

    Raises FirstContactMissing unless nobody can be called, NotAcceptedYet, OpenTasks while a co-handler owes its part, and OthersUntold.
    """
    ticket = await open_step(uow, staff, number, Step.SUBMIT, version)
    if ticket.first_contact_at is None and ticket.petitioner_id is not None:
        raise FirstContactMissing("action")
    if ticket.is_petition and ticket.accepted_at is None:
        raise NotAcceptedYet("action")
    await check_no_open_tasks(uow, ticket)
    ticket.result = required(result, "result", "办理结果")
    ticket.result_by = staff.id
    words, followers = await said_to_others(uow, ticket, others, "给并入诉求人的结果")
    for follower in followers:  # read once it is approved
        follower.result, follower.result_by = words, ticket.result_by
    ticket.move(Step.SUBMIT)
    await uow.record(ResultSubmitted(ticket_id=ticket.id, by=by_staff(staff), result=ticket.result, others=words))
    return ticket
