"""What objections, co-handlers' tasks and supervision orders set going: clocks beside the two, duty posts that are told."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.escalation.orders import (
    Order,
    OrderEnded,
    OrderIssued,
    OrderKind,
    ReplyAccepted,
    ReplyGiven,
    ReplyReturned,
    end_orders,
)
from jiesu.notifications.tell import tell_post
from jiesu.promises import follow_link, save, tell, until_words
from jiesu.routing.objections import (
    ObjectionLapsed,
    ObjectionRefused,
    ObjectionUpheld,
    ObjectionWaits,
    TicketObjected,
    lapse_objection,
    pending_objection,
)
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.limits import ClockKind, Target, parse_limit
from jiesu.sla.listings import ListingAsked, ListingEnded, ListingGranted, ListingRefused
from jiesu.statistics.exclusions import ExclusionAsked, ExclusionGranted, ExclusionRefused, ExclusionSeconded
from jiesu.tickets import events as e
from jiesu.tickets.citing import cite
from jiesu.tickets.models import Ticket
from jiesu.tickets.tasks import (
    BINDING,
    TaskAsked,
    TaskFinished,
    TaskGiven,
    TaskKept,
    TaskObjected,
    TaskRelieved,
    TaskState,
    relieve,
    tasks_of,
)

__all__ = [
    "ask_another_to_exclude",
    "ask_desk_for_help",
    "ask_superior_to_exclude",
    "ask_superior_to_list",
    "begin_judging",
    "begin_order",
    "begin_task",
    "cite_policies",
    "end_judging",
    "end_order",
    "end_task",
    "end_tasks",
    "judge_task",
    "lapse_wishes",
    "let_go",
    "listing_over",
    "settle_reply",
    "task_stays",
    "tell_exclusion",
    "tell_listing",
    "tell_listing_refused",
    "wait_for_judgement",
]


async def begin_judging(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: TicketObjected) -> None:
    """The unit owes nothing more unless it handles the ticket on; the desk owes a judgement. Nothing else moves."""
    clocks = await TicketClocks.of(uow, ticket)
    if not event.in_hand:
        clocks.drop(ClockKind.UNIT)
    within = rules.clocks_of(ticket.policy_version).beside.judge_within(ticket.service_class)
    clocks.begin_beside(Target.JUDGE, ClockKind.DESK, within, event.judge, rules.calendars.of(event.judge))
    await save(uow, rules, clocks)
    key = f"objected:{ticket.id}:{ticket.objections}"
    await tell_post(uow, key=key, unit=event.judge, ticket_id=ticket.id, kind="objected")


async def end_judging(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, event: ObjectionUpheld | ObjectionRefused | ObjectionLapsed
) -> None:
    """The desk has judged, or need not any more; the unit that objected hears which."""
    clocks = await TicketClocks.of(uow, ticket)
    if isinstance(event, ObjectionLapsed):
        clocks.drop(ClockKind.DESK)
        await save(uow, rules, clocks)
        return
    clocks.meet({Target.JUDGE})
    await save(uow, rules, clocks)
    kind = "objection_upheld" if isinstance(event, ObjectionUpheld) else "objection_refused"
    await tell_post(uow, key=f"{kind}:{ticket.id}:{ticket.objections}", unit=event.unit, ticket_id=ticket.id, kind=kind)


async def ask_desk_for_help(uow: UnitOfWork, _: Rules, ticket: Ticket, event: TaskAsked) -> None:
    await _tell(uow, ticket, event.giver, "task_asked")


async def begin_task(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: TaskGiven) -> None:
    """The co-handler's own clock begins; the lead's and the petitioner's run on as they were."""
    clocks = await TicketClocks.of(uow, ticket)
    limit, calendar = parse_limit(event.within), rules.calendars.of(event.unit)
    clocks.begin_beside(Target.TASK, ClockKind.CO_HANDLER, limit, event.unit, calendar)
    await save(uow, rules, clocks)
    await _tell(uow, ticket, event.unit, "task_given")


async def judge_task(uow: UnitOfWork, _: Rules, ticket: Ticket, event: TaskObjected) -> None:
    await _tell(uow, ticket, event.giver, "task_objected")


async def task_stays(uow: UnitOfWork, _: Rules, ticket: Ticket, event: TaskKept) -> None:
    await _tell(uow, ticket, event.unit, "task_kept")


async def end_task(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: TaskFinished | TaskRelieved) -> None:
    """Its clock stops: kept, missed, or no longer owed. The other side hears of it."""
    done = isinstance(event, TaskFinished)
    clocks = await TicketClocks.of(uow, ticket)
    clocks.settle_beside(Target.TASK, unit=event.unit, done=done)
    await save(uow, rules, clocks)
    if not done:
        await _tell(uow, ticket, event.unit, "task_relieved")
    if ticket.lead_unit is not None:
        await _tell(uow, ticket, ticket.lead_unit, "task_done" if done else "task_gone")


async def cite_policies(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.ResultSubmitted | e.TicketAnswered
) -> None:
    """The policies that the text names are on record, so that it can be asked which were cited."""
    await cite(uow, rules.library, ticket, event.result if isinstance(event, e.ResultSubmitted) else event.answer)


async def lapse_wishes(uow: UnitOfWork, _: Rules, ticket: Ticket, __: e.ResultSubmitted) -> None:
    """The lead has its result: its objection, and the help it asked for and was not given, are not needed."""
    await lapse_objection(uow, ticket)
    for task in await tasks_of(uow, ticket):
        if task.state is TaskState.ASKED:
            await relieve(uow, ticket, task, "结果已经提交，不再需要协办", e.SYSTEM)


async def end_tasks(uow: UnitOfWork, _: Rules, ticket: Ticket, __: e.TicketWithdrawn) -> None:
    """Nothing of a ticket that ends is left open silently: each co-handler hears why."""
    for task in await tasks_of(uow, ticket):
        if task.state in (*BINDING, TaskState.ASKED):
            await relieve(uow, ticket, task, "诉求人已撤回诉求", e.SYSTEM)


async def begin_order(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: OrderIssued | ReplyReturned) -> None:
    """The unit owes a reply, on a clock of the order's own."""
    clocks = await TicketClocks.of(uow, ticket)
    limit, calendar = parse_limit(event.within), rules.calendars.of(event.unit)
    row = clocks.begin_beside(Target.REPLY, ClockKind.ORDER, limit, event.unit, calendar)
    await save(uow, rules, clocks)
    order = await uow.session.get_one(Order, event.order)
    order.deadline_id = row.id
    returned = isinstance(event, ReplyReturned)
    kind = "reply_returned" if returned else "instructed" if order.kind is OrderKind.INSTRUCTION else "ordered"
    await tell_post(
        uow, key=f"{kind}:{order.id}:{order.returns}", unit=event.unit, ticket_id=ticket.id, kind=kind, level=2
    )


async def let_go(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.TicketEvent) -> None:
    """Whoever had it has it no longer, or has done what a desk can: what they were ordered about it is over."""
    if event.by != e.SYSTEM or ticket.rounds > 1:  # else it is dispatched as it is filed: nobody has seen it yet
        keeps = ticket.lead_unit if isinstance(event, e.TicketDispatched) else None  # the desk may keep it itself
        await end_orders(uow, ticket, but=keeps)


async def settle_reply(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: ReplyGiven) -> None:
    """The reply is there, in time or late; the issuer reads it."""
    order = await _stop_order(uow, rules, ticket, event.order, done=True)
    key = f"reply_given:{order.id}:{order.returns}"
    await tell_post(uow, key=key, unit=event.sender, ticket_id=ticket.id, kind="reply_given")


async def end_order(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: ReplyAccepted | OrderEnded) -> None:
    """Nothing more is owed; who was content says so to the unit."""
    order = await _stop_order(uow, rules, ticket, event.order, done=False)
    if isinstance(event, ReplyAccepted):
        key = f"reply_accepted:{order.id}"
        await tell_post(uow, key=key, unit=event.unit, ticket_id=ticket.id, kind="reply_accepted")


async def wait_for_judgement(uow: UnitOfWork, _: Rules, ticket: Ticket, __: ListingAsked | ListingGranted) -> None:
    """A matter that may not be the unit's own is not put off: from a listing nobody could take it away. Raises ObjectionWaits."""
    if await pending_objection(uow, ticket) is not None:
        raise ObjectionWaits("action")


async def ask_superior_to_list(uow: UnitOfWork, _: Rules, ticket: Ticket, event: ListingAsked) -> None:
    await _tell(uow, ticket, event.decider, "listing_asked")


async def ask_superior_to_exclude(uow: UnitOfWork, _: Rules, ticket: Ticket, event: ExclusionAsked) -> None:
    await _tell(uow, ticket, event.decider, "exclusion_asked")


async def ask_another_to_exclude(uow: UnitOfWork, _: Rules, ticket: Ticket, event: ExclusionSeconded) -> None:
    """The deciding post is told again: somebody else there, or above it, is the second."""
    await _tell(uow, ticket, event.decider, "exclusion_asked")


async def tell_exclusion(uow: UnitOfWork, _: Rules, ticket: Ticket, event: ExclusionGranted | ExclusionRefused) -> None:
    kind = "exclusion_granted" if isinstance(event, ExclusionGranted) else "exclusion_refused"
    await _tell(uow, ticket, event.unit, kind)


async def tell_listing(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: ListingGranted) -> None:
    """The petitioner hears the plan, and until when; no clock is touched."""
    blanks = {
        "plan": event.plan,
        "link": await follow_link(uow, rules, ticket),
        "until": until_words(event.until),
    }
    await tell(uow, rules, ticket, "listed", blanks, round_=ticket.version)
    await _tell(uow, ticket, event.unit, "listing_granted")


async def tell_listing_refused(uow: UnitOfWork, _: Rules, ticket: Ticket, event: ListingRefused) -> None:
    await _tell(uow, ticket, event.unit, "listing_refused")


async def listing_over(uow: UnitOfWork, _: Rules, ticket: Ticket, event: ListingEnded) -> None:
    if event.cause != "over":
        await _tell(uow, ticket, event.unit, "listing_ended")


async def _stop_order(uow: UnitOfWork, rules: Rules, ticket: Ticket, key: int, *, done: bool) -> Order:
    order = await uow.session.get_one(Order, key)
    if order.deadline_id is not None:
        clocks = await TicketClocks.of(uow, ticket)
        clocks.settle_beside(Target.REPLY, key=order.deadline_id, done=done)
        await save(uow, rules, clocks)
    return order


async def _tell(uow: UnitOfWork, ticket: Ticket, unit: str, kind: str) -> None:
    key = f"{kind}:{ticket.id}:{unit}:{ticket.version}"
    await tell_post(uow, key=key, unit=unit, ticket_id=ticket.id, kind=kind)
