"""What a merge sets going (并案): clocks held and run on, news and an answer shared, followers that come back when theirs will not come."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.notifications.tell import tell_post
from jiesu.promises import follow_link, save, tell, unit_name, until_words
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.deadlines import ending
from jiesu.sla.listings import ListingGranted
from jiesu.sla.models import MoveCause
from jiesu.sla.wording import moment_words
from jiesu.tickets import events as e
from jiesu.tickets.merging import (
    FollowerJoined,
    MainDispatched,
    TicketMerged,
    TicketUnmerged,
    followers_of,
    unmerge_locked,
)
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import Actor
from jiesu.tickets.words import Step

__all__ = [
    "announce_follower", "extend_followers", "follow_lead", "hold_clocks", "let_followers_go", "part_from_later", "run_clocks_on", "share_listing", "share_news",
    "share_result",
]  # fmt: skip

#: Ends of a main ticket that answer nobody else, and the question that only its petitioner can answer.
_CAUSES: dict[type[e.TicketEvent], str] = {
    e.TicketWithdrawn: "withdrawn",
    e.TicketDiverted: "diverted",
    e.TicketAnswered: "answered",
    e.InfoRequested: "need_info",
}


async def hold_clocks(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: TicketMerged) -> None:
    """The main one's clocks run for both, so that nobody is called to account twice for one matter."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.drop()
    await save(uow, rules, clocks)
    link = await follow_link(uow, rules, ticket)
    await tell(uow, rules, ticket, "merged", {"link": link}, round_=ticket.version)


async def announce_follower(uow: UnitOfWork, _: Rules, ticket: Ticket, event: FollowerJoined) -> None:
    key = f"follower:{ticket.id}:{event.number}:{uow.now.isoformat()}"
    await tell_post(uow, key=key, unit=ticket.post, ticket_id=ticket.id, kind="follower_joined")


async def run_clocks_on(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: TicketUnmerged) -> None:
    """They run on as if they had never been held."""
    clocks = await TicketClocks.of(uow, ticket)
    _wake(clocks, ticket)
    ticket.merged_at = None
    await save(uow, rules, clocks)
    await tell(uow, rules, ticket, "unmerged", {"link": await follow_link(uow, rules, ticket)}, round_=ticket.version)
    key = f"to_dispatch:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=ticket.post, ticket_id=ticket.id, kind="to_dispatch")


def _wake(clocks: TicketClocks, ticket: Ticket) -> None:
    if ticket.merged_at is not None:
        clocks.wake(ticket.merged_at)


async def follow_lead(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketDispatched) -> None:
    """Whoever has the main one has them all, and each is told. What was only just filed has no followers: intake asks nothing."""
    if event.round == 1 and event.by.kind == Actor.SYSTEM:
        return
    for follower in await followers_of(uow, ticket, lock=True):
        follower.lead_unit = event.unit
        follower.version += 1
        await uow.record(MainDispatched(ticket_id=follower.id, by=event.by, unit=event.unit))
        held = (await TicketClocks.of(uow, follower)).held(follower.merged_at)
        if held is not None:
            blanks = {"unit": unit_name(rules, event.unit), "due": moment_words(held.due_at, "zh")}
            await tell(uow, rules, follower, "dispatched", blanks, round_=f"main:{follower.version}")


async def share_listing(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: ListingGranted) -> None:
    """Each hears that it takes longer, and until when; the plan may say whose the main one is, and is not told."""
    for follower in await followers_of(uow, ticket, lock=True):
        blanks = {"until": until_words(event.until), "link": await follow_link(uow, rules, follower)}
        await tell(uow, rules, follower, "listed_together", blanks, round_=f"main:{ticket.version}")


async def share_result(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.ResultApproved) -> None:
    """Each is told and asked by themselves; a date of their own is kept or missed."""
    for follower in await followers_of(uow, ticket, lock=True):
        clocks = await TicketClocks.of(uow, follower)
        _wake(clocks, follower)
        await save(uow, rules, clocks)
        follower.move(Step.SHARE_RESULT)
        follower.approved_at = uow.now
        await uow.record(e.ResultApproved(ticket_id=follower.id, by=event.by, note=None))


async def share_news(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.PetitionerInformed | e.PlanTold) -> None:
    """News and a plan are told to each on their own ticket, in the words meant for them."""
    if event.others is None:
        return
    for follower in await followers_of(uow, ticket, lock=True):
        follower.informed_at = uow.now
        follower.version += 1
        if isinstance(event, e.PlanTold):
            told: e.TicketEvent = e.PlanTold(ticket_id=follower.id, by=event.by, plan=event.others)
        else:
            told = e.PetitionerInformed(ticket_id=follower.id, by=event.by, text=event.others)
        await uow.record(told)


async def let_followers_go(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.TicketEvent) -> None:
    """The main one ends, or waits, in a way that is no answer to anybody else."""
    for follower in await followers_of(uow, ticket, lock=True):
        await unmerge_locked(uow, follower, _CAUSES[type(event)], e.SYSTEM)


async def part_from_later(
    uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.TicketReclassed | e.TicketDispatched
) -> None:
    """Another class may give the main one a later date than a follower was promised: that one waits no longer."""
    if isinstance(event, e.TicketDispatched) and not event.class_changed:
        return
    promise = (await TicketClocks.of(uow, ticket)).promise
    for follower in await followers_of(uow, ticket, lock=True):
        held = (await TicketClocks.of(uow, follower)).held(follower.merged_at)
        if promise is not None and held is not None and held.due_at < promise.due_at:
            await unmerge_locked(uow, follower, "later", e.SYSTEM)


async def extend_followers(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.ExtensionGranted) -> None:
    """More time for the matter is more time for all who brought it, and each is told of both dates and the reason."""
    for follower in await followers_of(uow, ticket, lock=True):
        clocks = await TicketClocks.of(uow, follower)
        row = clocks.held(follower.merged_at)
        if row is None or row.due_at >= event.until:
            continue
        blanks = {"old": moment_words(row.due_at, "zh"), "new": moment_words(event.until, "zh"), "reason": event.reason}
        calendar = rules.calendars.of(row.unit)
        moved = e.DeadlineMoved(
            ticket_id=follower.id, by=e.SYSTEM, clock=row.clock, target=row.target, old=row.due_at, new=event.until, cause=MoveCause.EXTENDED
        )  # fmt: skip
        clocks.move(row, ending(event.until, calendar), MoveCause.EXTENDED, calendar)
        await uow.record(moved)
        await tell(uow, rules, follower, "extended", blanks, round_=row.moves)
