"""The one table of effects that point upward: event → what else happens in the same transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from jiesu.attachments.attach import FilesAttached
from jiesu.audit import security, trail
from jiesu.db.uow import Event, SecurityEvent, UnitOfWork
from jiesu.desk.personal_file import PersonalFileOpened
from jiesu.escalation.acknowledge import EscalationAcknowledged
from jiesu.escalation.by_hand import CaseOwned
from jiesu.escalation.fire import climb_by_count
from jiesu.escalation.orders import OrderEnded, OrderIssued, ReplyAccepted, ReplyGiven, ReplyReturned
from jiesu.escalation.steps import Escalated
from jiesu.escalation.unanswered import AckOverdue
from jiesu.handling import (
    ask_another_to_exclude,
    ask_desk_for_help,
    ask_superior_to_exclude,
    ask_superior_to_list,
    begin_judging,
    begin_order,
    begin_task,
    cite_policies,
    end_judging,
    end_order,
    end_task,
    end_tasks,
    judge_task,
    lapse_wishes,
    let_go,
    listing_over,
    settle_reply,
    task_stays,
    tell_exclusion,
    tell_listing,
    tell_listing_refused,
    wait_for_judgement,
)
from jiesu.intake.consent import ConsentWithdrawn
from jiesu.intake.file import AppealRouted
from jiesu.intake.review import TextReviewed, WithheldRead
from jiesu.merging import (
    announce_follower,
    extend_followers,
    follow_lead,
    hold_clocks,
    let_followers_go,
    part_from_later,
    run_clocks_on,
    share_listing,
    share_news,
    share_result,
)
from jiesu.notifications.tell import take_back, tell_post
from jiesu.parts import (
    close_whole,
    end_part,
    open_whole_to,
    pass_files_on,
    pass_on,
    reopen_whole,
    run_whole_on,
    tell_of_parts,
    withdraw_parts,
)
from jiesu.petitioning import (
    begin_recheck,
    change_track,
    end_recheck,
    give_opinion,
    keep_notice,
    pause_review,
    resume_review,
    take_recheck_back,
    tell_refused,
    write_diversion,
    write_extension,
)
from jiesu.petitions.events import (
    AcceptanceRefused,
    DocumentIssued,
    DocumentServed,
    HearingEnded,
    HearingHeld,
    PetitionAccepted,
    RecheckAsked,
    RecheckDecided,
    RecheckWithdrawn,
    TicketConverted,
)
from jiesu.promises import (
    announce_move,
    ask_decider,
    begin_news,
    extend,
    follow_link,
    let_lapse,
    promised,
    promised_words,
    reckon_class_anew,
    reclass,
    review_plan,
    save,
    send_news,
    tell,
    tell_refusal,
    unit_name,
)
from jiesu.questions import remind_later
from jiesu.routing.objections import (
    ObjectionLapsed,
    ObjectionRefused,
    ObjectionUpheld,
    TicketObjected,
    lapse_objection,
)
from jiesu.routing.take_over import TakenOver
from jiesu.rules import Rules
from jiesu.secrecy.withhold import TextWithheld
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.extensions import lapse_extension
from jiesu.sla.limits import AT_ONCE, FINAL, ClockKind, Target
from jiesu.sla.listings import ListingAsked, ListingEnded, ListingGranted, ListingLapsed, ListingRefused, end_listings
from jiesu.sla.rulebook import class_of
from jiesu.sla.wording import moment_words
from jiesu.statistics.adjust import adjust
from jiesu.statistics.exclusions import (
    ExclusionAsked,
    ExclusionGranted,
    ExclusionLapsed,
    ExclusionRefused,
    ExclusionSeconded,
    lapse_exclusion,
)
from jiesu.statistics.fold import fold_later
from jiesu.surveys.answer import SurveyAnswered
from jiesu.surveys.call_back import CallbackTried
from jiesu.surveys.correct import SurveyCorrected
from jiesu.surveys.resend import SurveyResent
from jiesu.surveys.send import cancel_survey, create_survey, survey_token
from jiesu.tickets import events as e
from jiesu.tickets.hold import HoldLifted, HoldSet
from jiesu.tickets.merging import FollowerJoined, FollowerLeft, MainDispatched, TicketMerged, TicketUnmerged
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import PartRejoined, PartReopened, TicketSplit, TicketUnsplit
from jiesu.tickets.recuse import somebody_left
from jiesu.tickets.reveal import PetitionerRevealed
from jiesu.tickets.states import Actor
from jiesu.tickets.tasks import TaskAsked, TaskFinished, TaskGiven, TaskKept, TaskObjected, TaskRelieved
from jiesu.tickets.words import Outcome, Status

__all__ = ["HANDLERS", "Reactions"]

Handler = Callable[[UnitOfWork, Rules, Ticket, Any], Awaitable[None]]
PETITIONERS, UNITS = ClockKind.PETITIONER, ClockKind.UNIT


async def start_petitioners_clock(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: e.TicketRegistered) -> None:
    clocks = TicketClocks.begin(uow, ticket)
    clocks.arm(class_of(rules, ticket), PETITIONERS, rules.calendar)
    await save(uow, rules, clocks)


async def send_receipt(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: AppealRouted) -> None:
    clocks = await TicketClocks.of(uow, ticket)
    blanks = {"code": event.code, "due": promised_words(clocks), "link": await follow_link(uow, rules, ticket)}
    if ticket.lead_unit is None:
        await tell(uow, rules, ticket, "receipt", blanks)
        await tell_post(uow, key=f"to_dispatch:{ticket.id}", unit=ticket.post, ticket_id=ticket.id, kind="to_dispatch")
    else:
        await tell(uow, rules, ticket, "receipt_dispatched", blanks | {"unit": unit_name(rules, ticket.lead_unit)})


async def pause_clocks(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.InfoRequested) -> None:
    clocks = await TicketClocks.of(uow, ticket)
    clocks.pause("need_info", rules.calendars)
    await save(uow, rules, clocks)
    link = await follow_link(uow, rules, ticket)
    await tell(uow, rules, ticket, "need_info", {"question": event.question, "link": link})
    await remind_later(uow, rules, ticket)


async def resume_clocks(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.Supplemented) -> None:
    if event.answers_request:
        clocks = await TicketClocks.of(uow, ticket)
        clocks.resume(rules.calendars)
        await save(uow, rules, clocks)
    key = f"supplemented:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=ticket.post, ticket_id=ticket.id, kind="supplemented")


async def take_files_in(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: FilesAttached) -> None:
    """Files answer a request as words do; with a new appeal there is nobody yet to be told of them."""
    if event.at_filing or event.by.kind != Actor.PETITIONER:
        return
    words = e.Supplemented(ticket_id=ticket.id, by=event.by, text="", answers_request=event.answers_request)
    await resume_clocks(uow, rules, ticket, words)


async def restart_units_clock(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketDispatched) -> None:
    """A new class re-reckons the petitioner's clock from its original start; rework asks for the result alone."""
    clocks = await TicketClocks.of(uow, ticket)
    if event.round > 1:
        await lapse_extension(uow, ticket)
        await lapse_objection(uow, ticket)
        await end_listings(uow, ticket)
    moved_from = await _moved_from(uow, rules, ticket, clocks) if event.class_changed else None
    clocks.drop(UNITS)
    done = {Target.FIRST_CONTACT} if ticket.first_contact_at is not None else set()
    only = FINAL if ticket.reworks else AT_ONCE - done
    clocks.arm(class_of(rules, ticket), UNITS, rules.calendars.of(event.unit), only=only)
    if ticket.status is Status.IN_PROGRESS:  # rework is in hand at once, without a signature
        begin_news(rules, ticket, clocks)
    await save(uow, rules, clocks)
    key = f"dispatched:{ticket.id}:{ticket.rounds}"
    await tell_post(uow, key=key, unit=event.unit, ticket_id=ticket.id, kind="dispatched")
    told = ticket.part_of is not None or event.by.kind == Actor.SYSTEM  # with the other parts, or with the receipt
    if event.round > 1 or not told:
        await _tell_who_has_it(uow, rules, ticket, clocks, moved_from)
    await climb_by_count(uow, rules, ticket, clocks, "units_passed")


async def _moved_from(uow: UnitOfWork, rules: Rules, ticket: Ticket, clocks: TicketClocks) -> datetime | None:
    before, after = await reclass(uow, rules, ticket, clocks)
    return before if before != after else None


async def _tell_who_has_it(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, clocks: TicketClocks, moved_from: datetime | None
) -> None:
    blanks = {"unit": unit_name(rules, ticket.lead_unit), "due": promised_words(clocks)}
    if moved_from is None:
        await tell(uow, rules, ticket, "dispatched", blanks, round_=ticket.rounds)
    else:
        blanks["old"] = moment_words(moved_from, "zh")
        passed = promised(clocks).due_at <= uow.now  # which is no promise
        name = "dispatched_passed" if passed else "dispatched_moved"
        await tell(uow, rules, ticket, name, blanks, round_=ticket.rounds)


async def meet_sign(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: e.TicketSigned) -> None:
    clocks = await TicketClocks.of(uow, ticket)
    clocks.meet({Target.SIGN} if ticket.is_petition else {Target.SIGN, Target.NOTICE})
    begin_news(rules, ticket, clocks)
    await save(uow, rules, clocks)


async def meet_contact(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.PetitionerContacted) -> None:
    """The first contact is made; whoever was reached has news, and is owed the next from now."""
    clocks = await TicketClocks.of(uow, ticket)
    if ticket.first_contact_at == uow.now:
        clocks.meet({Target.FIRST_CONTACT})
    if event.outcome is Outcome.REACHED:
        clocks.renew(class_of(rules, ticket), {Target.INFORM}, rules.calendars.of(ticket.lead_unit))
    await save(uow, rules, clocks)


async def ask_review(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.ResultSubmitted) -> None:
    if ticket.lead_unit is not None:
        key = f"to_review:{ticket.id}:{ticket.version}"
        await tell_post(uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="to_review")


async def tell_sent_back(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.ResultSentBack) -> None:
    if ticket.lead_unit is not None:
        key = f"sent_back:{ticket.id}:{ticket.version}"
        await tell_post(uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="sent_back")


async def keep_promise_and_ask(uow: UnitOfWork, rules: Rules, ticket: Ticket, _: e.ResultApproved) -> None:
    """The result is told: the promise is kept, or was missed, and the survey goes out with it."""
    clocks = await TicketClocks.of(uow, ticket)
    clocks.meet(FINAL)
    clocks.drop()
    await save(uow, rules, clocks)
    await let_lapse(uow, ticket)
    policy = rules.clocks_of(ticket.policy_version).survey
    survey = await create_survey(
        uow, rules.keys, ticket, link_days=policy.link_days, remind_after=timedelta(hours=policy.reminder_after)
    )
    await tell(uow, rules, ticket, "survey", _survey_blanks(rules, ticket, survey.round), round_=survey.round)


def _survey_blanks(rules: Rules, ticket: Ticket, round_: int) -> dict[str, str]:
    link = f"{rules.public_url}/s/{survey_token(rules.keys, ticket.id, round_)}"
    return {"result": ticket.result or "", "link": link}


async def send_survey_again(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: SurveyResent) -> None:
    blanks = _survey_blanks(rules, ticket, event.round)
    await tell(uow, rules, ticket, "survey", blanks, round_=f"{event.round}.{event.count}")


async def tell_changed(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: SurveyCorrected) -> None:
    """Who had an answer changed through staff hears of it, and can change it back: nobody else is to speak for them."""
    if event.why is not None:
        link = _survey_blanks(rules, ticket, event.round)["link"]
        round_ = f"{event.round}:{uow.now.isoformat()}"
        await tell(uow, rules, ticket, "answer_changed", {"link": link}, round_=round_)


async def stop_all(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketEvent) -> None:
    """The ticket ended without a result of a unit."""
    clocks = await TicketClocks.of(uow, ticket)
    if isinstance(event, e.TicketAnswered | e.TicketDiverted):
        clocks.meet(FINAL)
    clocks.drop()
    await save(uow, rules, clocks)
    if isinstance(event, e.TicketAnswered | e.TicketDiverted):
        name = "answered" if isinstance(event, e.TicketAnswered) else "diverted"
        await tell(uow, rules, ticket, name, {"reply": ticket.reply or ""})


async def ask_no_more(uow: UnitOfWork, _: Rules, ticket: Ticket, __: SurveyAnswered | e.Supplemented) -> None:
    """Whoever answered at night is not asked in the morning."""
    await take_back(uow, ticket.id, "survey", "survey_reminder", "need_info", "need_info_reminder")


async def end_survey(uow: UnitOfWork, _: Rules, ticket: Ticket, __: e.TicketWithdrawn) -> None:
    await cancel_survey(uow, ticket)
    await take_back(uow, ticket.id)
    await let_lapse(uow, ticket)
    if ticket.lead_unit is not None:
        await tell_post(uow, key=f"withdrawn:{ticket.id}", unit=ticket.lead_unit, ticket_id=ticket.id, kind="withdrawn")


async def hand_to_superior(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.ReworkOrdered) -> None:
    """The petitioner's clock runs on as it was; the unit above must act."""
    await lapse_exclusion(uow, ticket)
    clocks = await TicketClocks.of(uow, ticket)
    clocks.run_on()
    await save(uow, rules, clocks)
    superior = _superior(rules, ticket)
    key = f"rework:{ticket.id}:{event.count}"
    await tell_post(uow, key=key, unit=superior, ticket_id=ticket.id, kind="rework")
    await tell(uow, rules, ticket, "rework", {"unit": unit_name(rules, superior)}, round_=event.count)
    await climb_by_count(uow, rules, ticket, clocks, "dissatisfied")
    await climb_by_count(uow, rules, ticket, clocks, "rework")


async def find_another(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.StaffRecused) -> None:
    """The post is told; where nobody is left at it who may handle the ticket, the unit above is."""
    left = await somebody_left(uow, ticket)
    unit = ticket.post if left else _superior(rules, ticket)
    key = f"recused:{ticket.id}:{ticket.version}"
    await tell_post(uow, key=key, unit=unit, ticket_id=ticket.id, kind="recused" if left else "nobody_left")


def _superior(rules: Rules, ticket: Ticket) -> str:
    if ticket.sealed_to is not None or ticket.lead_unit is None:
        return ticket.post
    above = rules.organisation.parent(ticket.lead_unit)
    return above.code if above else ticket.lead_unit


async def run_again(uow: UnitOfWork, rules: Rules, ticket: Ticket, event: e.TicketReopened) -> None:
    """A reopened ticket owes a result again, on a new unit's clock; the petitioner's was never reset."""
    await lapse_exclusion(uow, ticket)
    clocks = await TicketClocks.of(uow, ticket)
    clocks.run_on()
    if clocks.promise is None:  # it ended in an earlier system: its first date here begins now
        clocks.arm(class_of(rules, ticket), PETITIONERS, rules.calendar, only=FINAL, start=uow.now)
    ticket.rounds += 1
    clocks.arm(class_of(rules, ticket), UNITS, rules.calendars.of(ticket.lead_unit), only=FINAL)
    begin_news(rules, ticket, clocks)
    await save(uow, rules, clocks)
    if ticket.lead_unit is not None:
        key = f"reopened:{ticket.id}:{ticket.rounds}"
        await tell_post(uow, key=key, unit=ticket.lead_unit, ticket_id=ticket.id, kind="reopened")
    await tell(uow, rules, ticket, "reopened", {"unit": unit_name(rules, ticket.lead_unit)}, round_=ticket.rounds)


#: What may change a frozen month, and what that is called there.
ADJUSTED: Mapping[type[Event], str] = {
    SurveyCorrected: "corrected",
    e.ReworkOrdered: "rework",
    e.TicketReopened: "reopened",
    ExclusionGranted: "excluded",
}


async def adjust_months(uow: UnitOfWork, _: Rules, ticket: Ticket, event: e.TicketEvent) -> None:
    await adjust(uow, ticket, ADJUSTED[type(event)])


async def count_anew(uow: UnitOfWork, _: Rules, ticket: Ticket, __: e.TicketEvent) -> None:
    await fold_later(uow, ticket.id)


HANDLERS: Mapping[type[Event], tuple[Handler, ...]] = {
    e.TicketRegistered: (start_petitioners_clock,),
    e.TicketImported: (),
    AppealRouted: (send_receipt,),
    e.InfoRequested: (let_go, pause_clocks, let_followers_go),
    e.Supplemented: (resume_clocks, ask_no_more, pass_on),
    FilesAttached: (take_files_in, pass_files_on),
    TicketSplit: (let_go, tell_of_parts),
    PartReopened: (),
    PartRejoined: (end_part,),
    TicketUnsplit: (run_whole_on,),
    e.TicketAnswered: (let_go, stop_all, let_followers_go, cite_policies),
    e.TicketDiverted: (let_go, stop_all, let_followers_go, write_diversion),
    TicketMerged: (let_go, hold_clocks, count_anew),
    TicketUnmerged: (run_clocks_on, count_anew),
    FollowerJoined: (announce_follower,),
    FollowerLeft: (),
    MainDispatched: (),
    e.TicketDispatched: (let_go, restart_units_clock, part_from_later, follow_lead, open_whole_to),
    TicketObjected: (begin_judging,),
    ObjectionUpheld: (end_judging,),
    ObjectionRefused: (end_judging,),
    ObjectionLapsed: (end_judging,),
    ListingAsked: (wait_for_judgement, ask_superior_to_list),
    ListingGranted: (wait_for_judgement, tell_listing, share_listing),
    ListingRefused: (tell_listing_refused,),
    ListingLapsed: (),
    ListingEnded: (listing_over,),
    ExclusionAsked: (ask_superior_to_exclude,),
    ExclusionSeconded: (ask_another_to_exclude,),
    ExclusionGranted: (tell_exclusion, adjust_months, count_anew),
    ExclusionRefused: (tell_exclusion,),
    ExclusionLapsed: (),
    OrderIssued: (begin_order,),
    ReplyGiven: (settle_reply,),
    ReplyAccepted: (end_order,),
    ReplyReturned: (begin_order,),
    OrderEnded: (end_order,),
    TaskAsked: (ask_desk_for_help,),
    TaskGiven: (begin_task,),
    TaskObjected: (judge_task,),
    TaskKept: (task_stays,),
    TaskRelieved: (end_task,),
    TaskFinished: (end_task,),
    e.TicketSigned: (meet_sign,),
    PetitionAccepted: (keep_notice,),
    AcceptanceRefused: (tell_refused,),
    DocumentIssued: (),
    DocumentServed: (),
    RecheckAsked: (begin_recheck,),
    RecheckDecided: (end_recheck,),
    RecheckWithdrawn: (),
    TicketConverted: (change_track,),
    HearingHeld: (pause_review,),
    HearingEnded: (resume_review,),
    e.PetitionerContacted: (meet_contact,),
    e.PetitionerInformed: (send_news, share_news),
    e.PlanTold: (review_plan, share_news),
    e.ExtensionAsked: (ask_decider,),
    e.ExtensionGranted: (extend, extend_followers, write_extension),
    e.ExtensionRefused: (tell_refusal,),
    e.ExtensionLapsed: (),
    e.TicketReclassed: (reckon_class_anew, part_from_later),
    e.DeadlineMoved: (announce_move,),
    e.NoteAdded: (),
    e.StaffRecused: (find_another,),
    e.ResultSubmitted: (ask_review, lapse_wishes, cite_policies),
    e.ResultSentBack: (tell_sent_back,),
    e.ResultApproved: (keep_promise_and_ask, give_opinion, share_result),
    SurveyAnswered: (ask_no_more, count_anew),
    SurveyCorrected: (adjust_months, count_anew, tell_changed),
    CallbackTried: (),
    SurveyResent: (send_survey_again,),
    e.ReworkOrdered: (hand_to_superior, reopen_whole, adjust_months),
    e.TicketClosed: (close_whole, count_anew),
    e.TicketWithdrawn: (
        end_tasks,
        take_recheck_back,
        stop_all,
        end_survey,
        let_followers_go,
        withdraw_parts,
        close_whole,
    ),
    e.TicketReopened: (run_again, reopen_whole, adjust_months),
    TakenOver: (),
    CaseOwned: (),
    Escalated: (),
    EscalationAcknowledged: (),
    AckOverdue: (),
    PetitionerRevealed: (),
    PersonalFileOpened: (),
    ConsentWithdrawn: (),
    TextWithheld: (),
    WithheldRead: (),
    TextReviewed: (),
    HoldSet: (),
    HoldLifted: (),
    e.DataErased: (),
    e.OwnDataCopied: (),
}
#: Passing news that is not part of the ticket's history (it carries the query code).
UNTRAILED = (AppealRouted,)


class Reactions:
    """Writes the trails and runs the handlers; `rules` is asked each time, so a new organisation takes effect at once."""

    def __init__(self, rules: Callable[[], Rules]) -> None:
        self._rules = rules

    async def __call__(self, uow: UnitOfWork, event: Event | SecurityEvent) -> None:
        if isinstance(event, SecurityEvent):
            await security.append(uow, event)
            return
        if not isinstance(event, UNTRAILED):
            await trail.append(uow, event)
        handlers = HANDLERS[type(event)]
        if handlers:
            ticket = await uow.get(Ticket, event.ticket_id)
            for handler in handlers:
                await handler(uow, self._rules(), ticket, event)
