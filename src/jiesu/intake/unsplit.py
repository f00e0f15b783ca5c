"""取消拆分: what was split by mistake is one ticket again, as long as no part has a result."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional
from jiesu.tickets.merging import followers_of
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import PartRejoined, TicketUnsplit, parts_of
from jiesu.tickets.states import REJOINABLE
from jiesu.tickets.words import Step

__all__ = ["can_unsplit", "unsplit_ticket"]


class PartHasResult(Conflict):
    zh = "第{no}部分已经有办理结果，或者正在挂账，不能再合回一件。各部分请分别办完。"
    en = "Part {no} has a result by now, or is listed: the parts stay apart. Finish each of them."


class PartHasFollowers(Conflict):
    zh = "第{no}部分并入了别人的诉求。请先解除并案，再取消拆分。"
    en = "Another appeal is merged into part {no}. Undo that merge first."


async def unsplit_ticket(
    uow: UnitOfWork, staff: Staff, number: str, reason: str | None = None, *, version: int | None = None
) -> Ticket:
    """Undo a split: the whole waits to be dispatched, with the dates it had, and its parts are over. Locks the whole, then the parts.

    Raises PartHasResult, PartHasFollowers.
    """
    whole = await open_step(uow, staff, number, Step.UNSPLIT, version)
    reason = optional(reason, "reason", "理由", 500)
    parts = await parts_of(uow, whole, lock=True)
    for part in parts:
        if not _without_result(part):
            raise PartHasResult("action", no=part.part_no)
        if await followers_of(uow, part):
            raise PartHasFollowers("action", no=part.part_no)
    made = [each.first_contact_at for each in (whole, *parts) if each.first_contact_at]
    whole.first_contact_at = min(made, default=None)
    for part in parts:
        part.move(Step.REJOIN)
        part.ended_at = uow.now
        await uow.record(PartRejoined(ticket_id=part.id, by=by_staff(staff), unit=part.lead_unit))
    whole.move(Step.UNSPLIT)
    whole.parts, whole.co_units = 0, []
    await uow.record(TicketUnsplit(ticket_id=whole.id, by=by_staff(staff), reason=reason))
    return whole


async def can_unsplit(uow: UnitOfWork, whole: Ticket) -> bool:
    """Whether `unsplit_ticket` would do it now."""
    parts = await parts_of(uow, whole)
    return all([_without_result(part) and not await followers_of(uow, part) for part in parts])


def _without_result(part: Ticket) -> bool:
    """One that was sent back to its officer has one: somebody has answered for the unit."""
    return part.status in REJOINABLE and part.result is None and part.approved_at is None and part.reworks == 0
