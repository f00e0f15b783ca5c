"""What the statutory track sets going: clocks kept, documents written, people told."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.notifications.tell import tell_post
from jiesu.petitions.cases import TARGETS, case_of, within
from jiesu.petitions.events import (
    AcceptanceRefused,
    HearingEnded,
    HearingHeld,
    PetitionAccepted,
    RecheckAsked,
    RecheckDecided,
    RecheckWithdrawn,
    TicketConverted,
)
from jiesu.petitions.issue import issue
from jiesu.petitions.words import REFUSALS, ROUTES, VERDICTS, CaseState, DocumentKind, Stage, Verdict
from jiesu.promises import begin_news, follow_link, let_lapse, promised_words, reclass, save, tell, unit_name
from jiesu.routing.objections import lapse_objection
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.extensions import lapse_extension
from jiesu.sla.limits import FINAL, ClockKind, Target
from jiesu.sla.rulebook import class_of
from jiesu.sla.wording import date_words, moment_words
from jiesu.statistics.exclusions import lapse_exclusion
from jiesu.surveys.send import cancel_survey
from jiesu.tickets import events as e
from jiesu.tickets.models import Ticket
from jiesu.tickets.tasks import BINDING, TaskState, relieve, tasks_of
from jiesu.tickets.words import Track

__all__ = [
    "begin_recheck",
    "change_track",
    "end_recheck",
    "give_opinion",
    "keep_notice",
    "pause_review",
    "resume_review",
    "take_recheck_back",
    "tell_refused",
    "write_diversion",
    "write_extension",
]  # fmt: skip

#: How the petitioner is told of each.
STAGES = {Stage.RECHECK: "复查", Stage.REVIEW: "复核"}


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
    await let_lapse(uow, ticket)
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


async def write_extension(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.ExtensionGranted) -> None:
    """More time for a petition is told in writing, with the reason (Art. 34)."""
    if ticket.is_petition:
        blanks = {"old": date_words(event.old), "due": date_words(event.until), "reason": event.reason}
        await issue(uow, rules, ticket, DocumentKind.EXTENSION, unit=event.unit, by=event.by, blanks=blanks)


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


async def begin_recheck(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: RecheckAsked) -> None:
    """The organ's clock begins, in sight of the petitioner; a survey that was still open is not asked any more."""
    await cancel_survey(uow, ticket)
    clocks = await TicketClocks.of(uow, ticket)
    limit, calendar = within(rules, ticket, event.stage), rules.calendars.of(event.unit)
    row = clocks.begin_beside(TARGETS[event.stage], ClockKind.PETITIONER, limit, event.unit, calendar)
    await save(uow, rules, clocks)
    key = f"recheck_asked:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=event.unit, ticket_id=ticket.id, kind="recheck_asked")
    blanks = {
        "stage": STAGES[event.stage],
        "unit": unit_name(rules, event.unit),
        "due": moment_words(row.due_at, "zh"),
        "link": await follow_link(uow, rules, ticket),
    }
    await tell(uow, rules, ticket, "recheck_asked", blanks, round_=ticket.version)


async def end_recheck(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: RecheckDecided) -> None:
    """Decided, in time or late; the petitioner and the unit whose opinion it was hear how."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.meet({TARGETS[event.stage]})
    clocks.drop()
    if event.verdict is Verdict.REVOKED:
        await _handle_anew(uow, rules, ticket, event, clocks)
        return
    await save(uow, rules, clocks)
    if ticket.lead_unit is not None:
        key = f"recheck_decided:{ticket.id}:{ticket.version}"
        await tell_post(uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="recheck_decided")
    blanks = {
        "stage": STAGES[event.stage],
        "verdict": VERDICTS[event.verdict][0],
        "document": event.number,
        "link": await follow_link(uow, rules, ticket),
    }
    await tell(uow, rules, ticket, "recheck_decided", blanks, round_=ticket.version)


async def _handle_anew(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, event: RecheckDecided, clocks: TicketClocks
) -> None:
    """A new opinion is owed: the first one's date was kept or missed and stays so, another of the same length begins now."""
    service_class = class_of(rules, ticket)
    ticket.rounds += 1
    clocks.arm(service_class, ClockKind.PETITIONER, rules.calendar, only=FINAL, start=uow.now)
    clocks.arm(service_class, ClockKind.UNIT, rules.calendars.of(ticket.lead_unit), only=FINAL)
    begin_news(rules, ticket, clocks)
    await save(uow, rules, clocks)
    await lapse_exclusion(uow, ticket)
    if ticket.lead_unit is not None:
        key = f"handle_anew:{ticket.id}:{ticket.rounds}"
        await tell_post(uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="handle_anew")
    blanks = {
        "stage": STAGES[event.stage],
        "unit": unit_name(rules, ticket.lead_unit),
        "due": promised_words(clocks),
        "document": event.number,
        "link": await follow_link(uow, rules, ticket),
    }
    await tell(uow, rules, ticket, "recheck_revoked", blanks, round_=ticket.rounds)


async def pause_review(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: HearingHeld) -> None:
    """The time of a hearing is not counted (Art. 36)."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.pause("hearing", rules.calendars)
    await save(uow, rules, clocks)
    blanks = {"unit": unit_name(rules, event.unit), "link": await follow_link(uow, rules, ticket)}
    await tell(uow, rules, ticket, "hearing", blanks, round_=ticket.version)


async def resume_review(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: HearingEnded) -> None:
    clocks = await TicketClocks.of(uow, ticket)
    clocks.resume(rules.calendars)
    await save(uow, rules, clocks)


async def take_recheck_back(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.TicketWithdrawn) -> None:
    """Whoever takes the petition back asks nothing of the higher organ any more."""
    case = await case_of(uow, ticket)
    if case is not None:
        case.state = CaseState.WITHDRAWN
        for pause in (await TicketClocks.of(uow, ticket)).pauses:
            pause.ended_at = pause.ended_at or uow.now
        await uow.record(RecheckWithdrawn(ticket_id=ticket.id, by=event.by, stage=case.stage, unit=case.organ))
        await tell_post(
            uow, key=f"recheck_withdrawn:{ticket.id}", unit=case.organ, ticket_id=ticket.id, kind="withdrawn"
        )


async def change_track(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: TicketConverted) -> None:
    """The limits are another track's; what was asked of the former one is not needed any more."""
    await lapse_extension(uow, ticket)
    await lapse_objection(uow, ticket)
    clocks = await TicketClocks.of(uow, ticket)
    before, after = await reclass(uow, rules, ticket, clocks)
    await save(uow, rules, clocks)
    blanks = {
        "track": "信访程序" if event.track is Track.PETITION else "接诉即办程序",
        "old": moment_words(before, "zh"),
        "new": moment_words(after, "zh"),
        "reason": event.reason,
    }
    name = "converted_passed" if after <= uow.now else "converted"  # a date that has passed is no promise
    await tell(uow, rules, ticket, name, blanks, round_=ticket.version)
    if ticket.lead_unit is not None:
        key = f"converted:{ticket.id}:{ticket.version}"
        await tell_post(uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="converted")
