"""The one table of effects that point upward: event → what else happens in the same transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from jiesu.audit import trail
from jiesu.db.uow import Event, UnitOfWork
from jiesu.escalation.acknowledge import EscalationAcknowledged
from jiesu.escalation.arming import rearm
from jiesu.escalation.fire import climb_by_count
from jiesu.escalation.steps import Escalated
from jiesu.escalation.unanswered import AckOverdue
from jiesu.intake.file import AppealRouted
from jiesu.notifications.tell import tell_person, tell_post
from jiesu.petitioners.models import Petitioner
from jiesu.routing.take_over import TakenOver
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.limits import AT_ONCE, FINAL, ClockKind, Target
from jiesu.sla.models import Deadline
from jiesu.sla.recompute import DeadlineMoved
from jiesu.sla.wording import moment_words
from jiesu.surveys.answer import SurveyAnswered
from jiesu.surveys.send import cancel_survey, create_survey, survey_token
from jiesu.tickets import events as e
from jiesu.tickets.models import Ticket
from jiesu.tickets.reveal import PetitionerRevealed
from jiesu.tickets.states import Actor

__all__ = ["HANDLERS", "Reactions"]

Handler = Callable[[UnitOfWork, Rules, Ticket, Any], Awaitable[None]]
PETITIONERS, UNITS = ClockKind.PETITIONER, ClockKind.UNIT


async def _save(uow: UnitOfWork, rules: Rules, clocks: TicketClocks) -> None:
    await clocks.save()
    await rearm(uow, rules, clocks)
    clocks.begin_change()


async def _tell(
    uow: UnitOfWork,
    rules: Rules,
    ticket: Ticket,
    name: str,
    blanks: Mapping[str, str],
    *,
    round_: int = 0,
    send_at: datetime | None = None,
) -> None:
    """A message to the petitioner, where there is a telephone; once for each name and round."""
    if ticket.petitioner_id is None:
        return
    person = await uow.get(Petitioner, ticket.petitioner_id)
    if person.phone:
        text = rules.wording.say(name, number=ticket.number, **blanks)
        key = f"{name}:{ticket.id}:{round_}"
        await tell_person(uow, key=key, ticket_id=ticket.id, phone=person.phone, text=text, send_at=send_at)


def _unit_name(rules: Rules, code: str | None) -> str:
    return rules.organisation.unit(code).name if code else ""


def _promise(rows: list[Deadline]) -> str:
    """When the petitioner is to have an answer, as it is told: the petitioner's own clock."""
    finals = [row for row in rows if row.clock is PETITIONERS and row.target in FINAL]
    return moment_words(finals[-1].due_at, "zh")


def _follow_link(rules: Rules, ticket: Ticket) -> str:
    return f"{rules.public_url}/t/{ticket.number}"


async def start_petitioners_clock(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: e.TicketRegistered) -> None:
    clocks = TicketClocks.begin(uow, ticket)
    clocks.arm(rules.clocks.classes[ticket.service_class], PETITIONERS, rules.calendar)
    await _save(uow, rules, clocks)


async def send_receipt(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: AppealRouted) -> None:
    clocks = await TicketClocks.of(uow, ticket)
    blanks = {"code": event.code, "due": _promise(clocks.rows), "link": _follow_link(rules, ticket)}
    if ticket.lead_unit is None:
        await _tell(uow, rules, ticket, "receipt", blanks)
        await tell_post(uow, key=f"to_dispatch:{ticket.id}", unit=ticket.post, ticket_id=ticket.id, kind="to_dispatch")
    else:
        await _tell(uow, rules, ticket, "receipt_dispatched", blanks | {"unit": _unit_name(rules, ticket.lead_unit)})


async def pause_clocks(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.InfoRequested) -> None:
    clocks = await TicketClocks.of(uow, ticket)
    clocks.pause("need_info", rules.calendar)
    await _save(uow, rules, clocks)
    link = _follow_link(rules, ticket)
    await _tell(uow, rules, ticket, "need_info", {"question": event.question, "link": link})


async def resume_clocks(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.Supplemented) -> None:
    if event.answers_request:
        clocks = await TicketClocks.of(uow, ticket)
        clocks.resume(rules.calendar)
        await _save(uow, rules, clocks)
    key = f"supplemented:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=ticket.post, ticket_id=ticket.id, kind="supplemented")


async def restart_units_clock(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketDispatched) -> None:
    """A new class re-reckons the petitioner's clock from its original start; rework asks for the result alone."""
    clocks = await TicketClocks.of(uow, ticket)
    service_class = rules.clocks.classes[ticket.service_class]
    if event.class_changed:
        clocks.reclass(service_class, rules.calendar)
    clocks.drop(UNITS)
    done = {Target.FIRST_CONTACT} if ticket.first_contact_at is not None else set()
    clocks.arm(service_class, UNITS, rules.calendar, only=FINAL if ticket.reworks else AT_ONCE - done)
    await _save(uow, rules, clocks)
    key = f"dispatched:{ticket.id}:{ticket.rounds}"
    await tell_post(uow, key=key, unit=event.unit, ticket_id=ticket.id, kind="dispatched")
    if event.by.kind != Actor.SYSTEM or event.round > 1:  # the first automatic dispatch is told with the receipt
        unit, due = _unit_name(rules, event.unit), _promise(clocks.rows)
        await _tell(uow, rules, ticket, "dispatched", {"unit": unit, "due": due}, round_=ticket.rounds)
    await climb_by_count(uow, rules, ticket, clocks, "units_passed")


async def meet_sign(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: e.TicketSigned) -> None:
    clocks = await TicketClocks.of(uow, ticket)
    clocks.meet({Target.SIGN, Target.NOTICE})
    await _save(uow, rules, clocks)


async def meet_first_contact(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: e.PetitionerContacted) -> None:
    if ticket.first_contact_at == uow.now:
        clocks = await TicketClocks.of(uow, ticket)
        clocks.meet({Target.FIRST_CONTACT})
        await _save(uow, rules, clocks)


async def ask_review(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.ResultSubmitted) -> None:
    if ticket.lead_unit is not None:
        key = f"to_review:{ticket.id}:{ticket.version}"
        await tell_post(uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="to_review")


async def keep_promise_and_ask(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: e.ResultApproved) -> None:
    """The result is told: the promise is kept, or was missed, and the survey goes out with it."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.meet(FINAL)
    clocks.drop()
    await _save(uow, rules, clocks)
    policy = rules.clocks.survey
    survey = await create_survey(
        uow, rules.keys, ticket, link_days=policy.link_days, remind_after=timedelta(hours=policy.reminder_after)
    )
    link = f"{rules.public_url}/s/{survey_token(rules.keys, ticket.id, survey.round)}"
    await _tell(uow, rules, ticket, "survey", {"result": ticket.result or "", "link": link}, round_=survey.round)


async def stop_all(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketEvent) -> None:
    """The ticket ended without a result of a unit."""
    clocks = await TicketClocks.of(uow, ticket)
    if isinstance(event, e.TicketAnswered | e.TicketDiverted):
        clocks.meet(FINAL)
    clocks.drop()
    await _save(uow, rules, clocks)
    if isinstance(event, e.TicketAnswered | e.TicketDiverted):
        name = "answered" if isinstance(event, e.TicketAnswered) else "diverted"
        await _tell(uow, rules, ticket, name, {"reply": ticket.reply or ""})


async def end_survey(uow: UnitOfWork, _: Rules, ticket: Ticket, __: e.TicketWithdrawn) -> None:
    await cancel_survey(uow, ticket)
    if ticket.lead_unit is not None:
        await tell_post(uow, key=f"withdrawn:{ticket.id}", unit=ticket.lead_unit, ticket_id=ticket.id, kind="withdrawn")


async def hand_to_superior(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.ReworkOrdered) -> None:
    """The petitioner's clock runs on as it was; the unit above must act."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.run_on()
    await _save(uow, rules, clocks)
    superior = _superior(rules, ticket)
    key = f"rework:{ticket.id}:{event.count}"
    await tell_post(uow, key=key, unit=superior, ticket_id=ticket.id, kind="rework")
    await _tell(uow, rules, ticket, "rework", {"unit": _unit_name(rules, superior)}, round_=event.count)
    await climb_by_count(uow, rules, ticket, clocks, "dissatisfied")
    await climb_by_count(uow, rules, ticket, clocks, "rework")


def _superior(rules: Rules, ticket: Ticket) -> str:
    if ticket.sealed_to is not None or ticket.lead_unit is None:
        return ticket.post
    above = rules.organisation.parent(ticket.lead_unit)
    return above.code if above else ticket.lead_unit


async def run_again(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketReopened) -> None:
    """A reopened ticket owes a result again, on a new unit's clock; the petitioner's was never reset."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.run_on()
    ticket.rounds += 1
    clocks.arm(rules.clocks.classes[ticket.service_class], UNITS, rules.calendar, only=FINAL)
    await _save(uow, rules, clocks)
    if ticket.lead_unit is not None:
        key = f"reopened:{ticket.id}:{ticket.rounds}"
        await tell_post(uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="reopened")
    await _tell(uow, rules, ticket, "reopened", {"unit": _unit_name(rules, ticket.lead_unit)}, round_=ticket.rounds)


async def announce_move(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: DeadlineMoved) -> None:
    """A published calendar moved a date: the ladder follows, and whoever was promised the old date is told in office hours."""
    clocks = await TicketClocks.of(uow, ticket)
    await _save(uow, rules, clocks)
    if event.clock is PETITIONERS and event.target in FINAL:
        blanks = {"old": moment_words(event.old, "zh"), "new": moment_words(event.new, "zh")}
        at = rules.calendar.next_office_time(uow.now)
        await _tell(uow, rules, ticket, "calendar_moved", blanks, round_=_moves(clocks, event), send_at=at)
    if ticket.lead_unit is not None:
        key = f"moved:{ticket.id}:{event.clock}:{event.target}:{event.new.isoformat()}"
        shown = rules.calendars.of(ticket.lead_unit).next_office_time(uow.now)
        await tell_post(
            uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="deadline_moved", shown_from=shown
        )


def _moves(clocks: TicketClocks, event: DeadlineMoved) -> int:
    return sum(row.moves for row in clocks.rows if row.clock is event.clock and row.target == event.target)


HANDLERS: Mapping[type[Event], tuple[Handler, ...]] = {
    e.TicketRegistered: (start_petitioners_clock,),
    AppealRouted: (send_receipt,),
    e.InfoRequested: (pause_clocks,),
    e.Supplemented: (resume_clocks,),
    e.TicketAnswered: (stop_all,),
    e.TicketDiverted: (stop_all,),
    e.TicketDispatched: (restart_units_clock,),
    e.TicketSigned: (meet_sign,),
    e.PetitionerContacted: (meet_first_contact,),
    e.NoteAdded: (),
    e.ResultSubmitted: (ask_review,),
    e.ResultSentBack: (),
    e.ResultApproved: (keep_promise_and_ask,),
    SurveyAnswered: (),
    e.ReworkOrdered: (hand_to_superior,),
    e.TicketClosed: (),
    e.TicketWithdrawn: (stop_all, end_survey),
    e.TicketReopened: (run_again,),
    TakenOver: (),
    Escalated: (),
    EscalationAcknowledged: (),
    AckOverdue: (),
    DeadlineMoved: (announce_move,),
    PetitionerRevealed: (),
}
#: Passing news that is not part of the ticket's history (it carries the query code).
UNTRAILED = (AppealRouted,)


class Reactions:
    """Writes the trail and runs the handlers; `rules` is asked each time, so a new organisation takes effect at once."""

    def __init__(self, rules: Callable[[], Rules]) -> None:
        self._rules = rules

    async def __call__(self, uow: UnitOfWork, event: Event) -> None:
        if not isinstance(event, UNTRAILED):
            await trail.append(uow, event)
        handlers = HANDLERS[type(event)]
        if handlers:
            ticket = await uow.get(Ticket, event.ticket_id)
            for handler in handlers:
                await handler(uow, self._rules(), ticket, event)
