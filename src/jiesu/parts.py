"""What parts set going (拆分): the whole ends with the last of them, and what its petitioner says reaches each."""

from __future__ import annotations

from jiesu.attachments.attach import FilesAttached
from jiesu.db.uow import UnitOfWork
from jiesu.notifications.tell import tell_post
from jiesu.promises import follow_link, let_lapse, save, tell, unit_name
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.tickets import events as e
from jiesu.tickets.end import close_ticket
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import PartRejoined, PartReopened, TicketSplit, TicketUnsplit, parts_of
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.supplement import supplement_ticket
from jiesu.tickets.tasks import BINDING, TaskState, relieve, tasks_of
from jiesu.tickets.withdraw import withdraw_ticket
from jiesu.tickets.words import Status, Step

__all__ = [
    "close_whole",
    "end_part",
    "open_whole_to",
    "pass_files_on",
    "pass_on",
    "reopen_whole",
    "run_whole_on",
    "tell_of_parts",
    "withdraw_parts",
]


async def tell_of_parts(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: TicketSplit) -> None:
    """The parts' clocks run from now on, from the same beginning; one message says who has what."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.drop()
    await save(uow, rules, clocks)
    units = "；".join(f"{part.title}：{unit_name(rules, part.lead_unit)}" for part in await parts_of(uow, ticket))
    blanks = {"count": str(event.count), "units": units, "link": await follow_link(uow, rules, ticket)}
    await tell(uow, rules, ticket, "split", blanks, round_=ticket.version)


async def open_whole_to(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.TicketDispatched) -> None:
    """Who has, or had, a part reads the whole: its text, its files, and how the others stand."""
    if ticket.part_of is not None:
        whole = await uow.get(Ticket, ticket.part_of)
        whole.co_units = sorted({*whole.co_units, event.unit})


async def close_whole(uow: UnitOfWork, _: Rules, ticket: Ticket, __: e.TicketEvent) -> None:
    """The last part that ends, ends the whole. Locks the whole after the part."""
    if ticket.part_of is None:
        return
    whole = await TicketRepository(uow).lock_id(ticket.part_of)
    await uow.session.flush()
    if whole.status is Status.SPLIT and not await parts_of(uow, whole, unfinished=True):
        await close_ticket(uow, whole, "parts")


async def reopen_whole(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.TicketReopened | e.ReworkOrdered) -> None:
    if ticket.part_of is None:
        return
    whole = await TicketRepository(uow).lock_id(ticket.part_of)
    if whole.status is Status.CLOSED:
        whole.move(Step.REOPEN_PART)
        whole.ended_at = None
        await uow.record(PartReopened(ticket_id=whole.id, by=event.by, part=ticket.part_no or 0))


async def end_part(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: PartRejoined) -> None:
    """Nobody owes anything on it any more; the unit that had it hears so."""
    for task in await tasks_of(uow, ticket):
        if task.state in (*BINDING, TaskState.ASKED):
            await relieve(uow, ticket, task, "取消拆分，合回原件，不再需要协办", e.SYSTEM)
    clocks = await TicketClocks.of(uow, ticket)
    clocks.drop()
    await save(uow, rules, clocks)
    await let_lapse(uow, ticket)
    if event.unit is not None:
        key = f"part_rejoined:{ticket.id}"
        await tell_post(uow, key=key, unit=event.unit, ticket_id=ticket.id, kind="part_rejoined")


async def run_whole_on(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: TicketUnsplit) -> None:
    """Its clocks run on as if they had never stood still: all stopped at the moment it was split."""
    clocks = await TicketClocks.of(uow, ticket)
    split_at = max((row.stopped_at for row in clocks.rows if row.stopped_at is not None), default=None)
    if split_at is not None:
        clocks.wake(split_at)
    await save(uow, rules, clocks)
    await tell(uow, rules, ticket, "unsplit", {"link": await follow_link(uow, rules, ticket)}, round_=ticket.version)
    key = f"to_dispatch:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=ticket.post, ticket_id=ticket.id, kind="to_dispatch")


async def withdraw_parts(uow: UnitOfWork, _: Rules, ticket: Ticket, __: e.TicketWithdrawn) -> None:
    if ticket.parts:
        for part in await parts_of(uow, ticket, unfinished=True, lock=True):
            await withdraw_ticket(uow, part, None)


async def pass_on(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.Supplemented) -> None:
    """What was added to the whole is said to whoever has a part still."""
    if ticket.parts:
        for part in await parts_of(uow, ticket, unfinished=True, lock=True):
            await supplement_ticket(uow, part, event.text, event.by)


async def pass_files_on(uow: UnitOfWork, _: Rules, ticket: Ticket, event: FilesAttached) -> None:
    """Files stay with the whole, which those units read too."""
    if not ticket.parts:
        return
    for part in await parts_of(uow, ticket, unfinished=True):
        key = f"files:{part.id}:{uow.now.isoformat()}"
        await tell_post(uow, key=key, unit=part.post, ticket_id=part.id, kind="supplemented")
