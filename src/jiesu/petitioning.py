"""What the statutory track sets going: clocks kept, documents written, people told."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.escalation.orders import end_orders
from jiesu.petitions.events import AcceptanceRefused, PetitionAccepted
from jiesu.petitions.issue import issue
from jiesu.petitions.words import REFUSALS, ROUTES, DocumentKind
from jiesu.promises import follow_link, promised_words, save, tell, unit_name
from jiesu.routing.objections import lapse_objection
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.extensions import lapse_extension
from jiesu.sla.limits import Target
from jiesu.sla.listings import end_listings
from jiesu.tickets import events as e
from jiesu.tickets.models import Ticket
from jiesu.tickets.tasks import BINDING, TaskState, relieve, tasks_of

__all__ = ["give_opinion", "keep_notice", "tell_refused", "write_diversion"]


async def keep_notice(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: PetitionAccepted) -> None:
    """The notice is given, in time or late; the petitioner hears its number and the date of the opinion."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.meet({Target.NOTICE})
    await save(uow, rules, clocks)
    await lapse_objection(uow, ticket)
    blanks = {
        "unit": unit_name(rules, event.unit),
        "document": event.number,
        "due": promised_words(clocks),
        "link": await follow_link(uow, rules, ticket),
    }
    await tell(uow, rules, ticket, "accepted", blanks)


async def tell_refused(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: AcceptanceRefused) -> None:
    """The notice is given and nothing more is owed: whatever waited ends with it."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.meet({Target.NOTICE})
    clocks.drop()
    await save(uow, rules, clocks)
    for task in await tasks_of(uow, ticket):
        if task.state in (*BINDING, TaskState.ASKED):
            await relieve(uow, ticket, task, "信访事项不予受理，不再需要协办", e.SYSTEM)
    await lapse_extension(uow, ticket)
    await lapse_objection(uow, ticket)
    await end_orders(uow, ticket)
    await end_listings(uow, ticket)
    blanks = {"document": event.number, "reason": REFUSALS[event.why][0], "link": await follow_link(uow, rules, ticket)}
    await tell(uow, rules, ticket, "not_accepted", blanks)


async def give_opinion(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.ResultApproved) -> None:
    """On the statutory track the result is a written opinion (处理意见书), signed for the organ."""
    if not ticket.is_petition or ticket.lead_unit is None:
        return
    document = await issue(
        uow, rules, ticket, DocumentKind.OPINION, unit=ticket.lead_unit, by=event.by, signer=event.signer,
        blanks={"result": ticket.result or ""},
    )  # fmt: skip
    blanks = {"document": document.number, "link": await follow_link(uow, rules, ticket)}
    await tell(uow, rules, ticket, "opinion", blanks, round_=document.id)


async def write_diversion(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketDiverted) -> None:
    """A petition that belongs to another procedure is pointed there on a document of its own (Art. 31)."""
    if ticket.is_petition:
        blanks = {"route": ROUTES[event.reason], "pointer": event.pointer}
        await issue(
            uow,
            rules,
            ticket,
            DocumentKind.DIVERSION,
            unit=event.by.unit or ticket.desk_unit,
            by=event.by,
            blanks=blanks,
        )
