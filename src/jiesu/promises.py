"""What a promise to the petitioner needs when it changes: clocks saved with their ladder, dates on record, people told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jiesu.db.uow import UnitOfWork
from jiesu.escalation.arming import rearm
from jiesu.escalation.orders import end_orders
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.tell import tell_person, tell_post, wait_no_longer
from jiesu.petitioners.models import Petitioner
from jiesu.routing.objections import lapse_objection
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.extensions import extensions_of, granted_extension, lapse_extension
from jiesu.sla.limits import RECURRING, Target
from jiesu.sla.listings import end_listings
from jiesu.sla.models import Deadline, MoveCause
from jiesu.sla.reckon_anew import reckon_anew
from jiesu.sla.rulebook import class_of
from jiesu.sla.wording import day_words, moment_words
from jiesu.tickets import events as e
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import whole_of
from jiesu.tickets.words import Status

__all__ = [
    "announce_move",
    "ask_decider",
    "begin_news",
    "extend",
    "follow_link",
    "let_lapse",
    "promised",
    "promised_words",
    "reckon_class_anew",
    "reclass",
    "review_plan",
    "save",
    "send_news",
    "tell",
    "tell_refusal",
    "unit_name",
    "until_words",
]  # fmt: skip

NEWS = frozenset({Target.INFORM})


async def let_lapse(uow: UnitOfWork, ticket: Ticket) -> None:
    """What was asked for, objected to, ordered or planned is about nothing any more: the unit is done with the ticket."""
    await lapse_extension(uow, ticket)
    await lapse_objection(uow, ticket)
    await end_orders(uow, ticket)
    await end_listings(uow, ticket)


async def save(uow: UnitOfWork, rules: Rules, clocks: TicketClocks) -> None:
    """Write what the clocks did, and let the ladder follow."""
    await clocks.save()
    await rearm(uow, rules, clocks)
    clocks.begin_change()


async def tell(
    uow: UnitOfWork,
    rules: Rules,
    ticket: Ticket,
    name: str,
    blanks: Mapping[str, str],
    *,
    round_: int | str = 0,
    send_at: datetime | None = None,
) -> None:
    """A message to the petitioner, where there is a telephone, now or at `send_at`; once for each name and round.

    At night what is not urgent waits for the morning; what of this ticket waits goes before what is.
    """
    if ticket.petitioner_id is None:
        return
    person = await uow.get(Petitioner, ticket.petitioner_id)
    if person.phone:
        text = rules.wording.say(name, number=await _number(uow, ticket), **blanks)
        key = f"{name}:{ticket.id}:{round_}"
        at = rules.quiet.goes_out(send_at or uow.now, name, ticket.service_class)
        if at == uow.now and (morning := rules.quiet.morning(at)):
            await wait_no_longer(uow, ticket.id, morning)
        await tell_person(uow, key=key, ticket_id=ticket.id, phone=person.phone, text=text, send_at=at)


async def _number(uow: UnitOfWork, ticket: Ticket) -> str:
    """The number that the petitioner holds."""
    whole = await whole_of(uow, ticket)
    return whole.number if whole is ticket else f"{whole.number}第{ticket.part_no}部分"


def unit_name(rules: Rules, code: str | None) -> str:
    """The unit as messages name it; empty for none."""
    return rules.organisation.unit(code).name if code else ""


def until_words(until: str | None) -> str:
    """ "至12月31日（周四）" of a moment; empty for none."""
    return f"至{day_words(datetime.fromisoformat(until).astimezone(SHANGHAI).date(), 'zh')}" if until else ""


async def follow_link(uow: UnitOfWork, rules: Rules, ticket: Ticket) -> str:
    """Where the petitioner follows the ticket; a part is followed under the whole."""
    return f"{rules.public_url}/t/{(await whole_of(uow, ticket)).number}"


def promised(clocks: TicketClocks) -> Deadline:
    """The date the petitioner was told. Raises LookupError for a ticket that never had one."""
    row = clocks.promise
    if row is None:
        raise LookupError("A ticket has a final deadline from registration on.")
    return row


def promised_words(clocks: TicketClocks) -> str:
    """The date as messages write it."""
    return moment_words(promised(clocks).due_at, "zh")


async def reclass(uow: UnitOfWork, rules: Rules, ticket: Ticket, clocks: TicketClocks) -> tuple[datetime, datetime]:
    """Reckon a ticket's clocks by its class; the petitioner's date before and after. Does not save.

    Time granted by an extension stays granted, unless the new class ends before the date that was extended: what is
    more urgent now does not wait for what was less so. A date that moves is put on record.
    """
    before = promised(clocks).due_at
    reckon_anew(clocks, ticket, class_of(rules, ticket), rules.calendars, uow.now)
    await clocks.settle()
    granted = granted_extension(await extensions_of(uow, ticket))
    lost = granted is not None and promised(clocks).due_at < granted.old_due_at
    if granted is not None and not lost:
        clocks.extend(granted.until, rules.calendars)
    row = promised(clocks)
    if row.due_at != before:
        cause = "extension_lost" if lost else "reclassed"
        moved = e.DeadlineMoved(
            ticket_id=ticket.id,
            by=e.SYSTEM,
            clock=row.clock,
            target=row.target,
            old=before,
            new=row.due_at,
            cause=cause,
        )
        await uow.record(moved)
    return before, row.due_at


async def reckon_class_anew(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketReclassed) -> None:
    """Another class: both clocks are reckoned anew, and the petitioner hears when the date moves."""
    if event.old_class == event.service_class:
        return
    clocks = await TicketClocks.of(uow, ticket)
    before, after = await reclass(uow, rules, ticket, clocks)
    await save(uow, rules, clocks)
    if before != after:
        reason = event.reason if event.by.kind == "staff" else "上级督办，提高办理等级"
        blanks = {"old": moment_words(before, "zh"), "new": moment_words(after, "zh"), "reason": reason}
        await tell(uow, rules, ticket, "moved_passed" if after <= uow.now else "moved", blanks, round_=ticket.version)


async def announce_move(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.DeadlineMoved) -> None:
    """A published calendar moved a date: the ladder follows, and whoever was promised the old date is told in office hours.

    What else moves a date tells of it itself.
    """
    if event.cause != MoveCause.CALENDAR:
        return
    clocks = await TicketClocks.of(uow, ticket)
    await save(uow, rules, clocks)
    row = clocks.promise
    if row is not None and row.clock == event.clock and row.target == event.target:
        blanks = {"old": moment_words(event.old, "zh"), "new": moment_words(event.new, "zh")}
        at = rules.calendar.next_office_time(uow.now)
        await tell(uow, rules, ticket, "calendar_moved", blanks, round_=row.moves, send_at=at)
    if ticket.lead_unit is not None:
        key = f"moved:{ticket.id}:{event.clock}:{event.target}:{event.new.isoformat()}"
        shown = rules.calendars.of(ticket.lead_unit).next_office_time(uow.now)
        await tell_post(
            uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="deadline_moved", shown_from=shown
        )


async def ask_decider(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.ExtensionAsked) -> None:
    key = f"extension_asked:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=event.decider, ticket_id=ticket.id, kind="extension_asked")


async def extend(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.ExtensionGranted) -> None:
    """Both final deadlines move, and the petitioner is told from when to when and why."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.extend(event.until, rules.calendars)
    await save(uow, rules, clocks)
    old, new = moment_words(event.old, "zh"), moment_words(event.until, "zh")
    await tell(uow, rules, ticket, "extended", {"old": old, "new": new, "reason": event.reason})
    key = f"extension_granted:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=event.unit, ticket_id=ticket.id, kind="extension_granted")


async def tell_refusal(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.ExtensionRefused) -> None:
    key = f"extension_refused:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=event.unit, ticket_id=ticket.id, kind="extension_refused")


def begin_news(rules: Rules, ticket: Ticket, clocks: TicketClocks) -> None:
    """The unit has the ticket in hand: from now on the petitioner is owed news. Does not save."""
    clocks.start(class_of(rules, ticket), NEWS, rules.calendars.of(ticket.lead_unit))


async def review_plan(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.PlanTold) -> None:
    """The plan is kept, or was missed; its review begins, and the next news are owed from now.

    A ticket merged into another owes neither: these are the main one's.
    """
    clocks = await TicketClocks.of(uow, ticket)
    service_class, calendar = class_of(rules, ticket), rules.calendars.of(ticket.lead_unit)
    if ticket.status is Status.MERGED:
        clocks.meet_held({Target.PLAN}, ticket.merged_at)
    else:
        clocks.meet({Target.PLAN})
        clocks.renew(service_class, NEWS, calendar)
        clocks.start(service_class, {Target.PLAN_REVIEW}, calendar)
    await save(uow, rules, clocks)
    await tell(
        uow,
        rules,
        ticket,
        "plan",
        {"plan": event.plan, "link": await follow_link(uow, rules, ticket)},
        round_=ticket.version,
    )


async def send_news(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.PetitionerInformed) -> None:
    """The petitioner has news, which also reviews a plan; both begin again."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.renew(class_of(rules, ticket), RECURRING, rules.calendars.of(ticket.lead_unit))
    await save(uow, rules, clocks)
    blanks = {"text": event.text, "link": await follow_link(uow, rules, ticket)}
    await tell(uow, rules, ticket, "progress", blanks, round_=ticket.version)
