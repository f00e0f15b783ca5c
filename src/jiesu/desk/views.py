"""A ticket as it is shown: to its petitioner, in a queue, and on the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import TARGET_NAMES, DeadlineView, deadline_views, local
from jiesu.desk.extending import ExtendedView, ExtensionView, RoomView, extended_view, extension_views, room_view
from jiesu.desk.history import HistoryLine, for_petitioner, for_staff
from jiesu.desk.listing import ListingView, listing_views
from jiesu.desk.objecting import ObjectionView, objection_views
from jiesu.desk.ordering import OrderView, order_views
from jiesu.desk.steps import steps_for
from jiesu.desk.tasks import TaskView, task_views
from jiesu.escalation.models import Escalation
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_id_number, mask_name, mask_phone
from jiesu.petitioners.models import Petitioner
from jiesu.routing.policy import Reason, say
from jiesu.rules import Rules
from jiesu.sla.models import Deadline
from jiesu.sla.wording import humanise_due
from jiesu.surveys.models import Survey
from jiesu.surveys.send import latest_survey, survey_token
from jiesu.surveys.words import SurveyState
from jiesu.tickets.models import Contact, Ticket
from jiesu.tickets.states import OPEN, PETITIONER, allowed
from jiesu.tickets.words import say_status

__all__ = ["DeskView", "Named", "ProgressView", "QueueRow", "desk_view", "progress_view", "queue_row", "survey_views"]


class Named(msgspec.Struct, frozen=True):
    """A code and how people read it."""

    code: str
    name: str


class ProgressView(msgspec.Struct, frozen=True, rename={"service_class": "class"}):
    """What the petitioner may see. `survey` is the path of the open survey, else null; `informed_at` the last news."""

    number: str
    status: str
    status_text: str
    track: str
    nature: str
    channel: str
    service_class: str
    category: Named | None
    title: str
    text: str
    place: Named | None
    unit: Named | None
    registered_at: datetime
    informed_at: datetime | None
    deadlines: list[DeadlineView]
    extension: ExtendedView | None
    timeline: list[HistoryLine]
    reply: str | None
    result: str | None
    allowed: list[str]
    survey: str | None
    anonymous: bool
    version: int


class QueueRow(msgspec.Struct, frozen=True, rename={"service_class": "class"}):
    """One line of a queue; `due` is written the one way deadlines are written."""

    number: str
    version: int
    status: str
    status_text: str
    service_class: str
    category: Named | None
    title: str
    place: str | None
    unit: Named | None
    registered_at: datetime
    due_at: datetime | None
    due: str | None
    overdue: bool
    soon: bool
    reworks: int
    sealed: bool
    #: Whether the person has not opened it as it is now.
    news: bool


class EscalationView(msgspec.Struct, frozen=True):
    """A rung that fired, for which deadline, and by when its post answers.

    `stand_in` was told because nobody holds the post, `ack_asked` because nobody answered.
    """

    level: int
    rung: str
    kind: str
    clock: str
    target: str
    name: str
    unit: Named
    stand_in: Named | None
    fired_at: datetime
    wants_ack: bool
    ack_due_at: datetime | None
    ack_asked: Named | None
    acknowledged_at: datetime | None


class CandidateView(msgspec.Struct, frozen=True):
    """A unit the router thought of, and why."""

    unit: Named | None
    category: Named | None
    score: float
    reasons: list[str]


class PersonView(msgspec.Struct, frozen=True):
    """The petitioner, masked."""

    name: str | None
    phone: str | None
    id_number: str | None
    kind: str | None


class ContactView(msgspec.Struct, frozen=True):
    """One attempt to reach the petitioner."""

    at: datetime
    outcome: str
    note: str
    next_at: datetime | None


class SurveyView(msgspec.Struct, frozen=True):
    """What the petitioner answered."""

    round: int
    state: str
    answered_at: datetime | None
    contacted: bool | None
    solved: str | None
    satisfied: str | None
    reason: str | None


class DeskView(msgspec.Struct, frozen=True, rename={"service_class": "class"}):
    """Everything needed to act on one ticket; `allowed` are the steps open to this person now, the likeliest first.

    `extension_room` says between which dates the unit may ask for more time, null where it may not.
    """

    number: str
    version: int
    status: str
    status_text: str
    track: str
    nature: str
    channel: str
    service_class: str
    category: Named | None
    title: str
    text: str
    place: Named | None
    petitioner: PersonView | None
    anonymous: bool
    confidential: bool
    sealed: bool
    accused_unit: Named | None
    accused_officer: str | None
    lead_unit: Named | None
    leader_unit: Named | None
    desk_unit: Named
    registered_at: datetime
    rounds: int
    reworks: int
    informed_at: datetime | None
    deadlines: list[DeadlineView]
    extensions: list[ExtensionView]
    extension_room: RoomView | None
    next_call_at: datetime | None
    #: How often units objected (退单), each time, and whether the one that has it now may not.
    returns: int
    designated: bool
    objections: list[ObjectionView]
    #: What co-handling units (协办) owe, and gave.
    tasks: list[TaskView]
    #: Each time it was to be listed (挂账).
    listings: list[ListingView]
    #: Supervision orders and instructions (督办单、批示).
    orders: list[OrderView]
    escalations: list[EscalationView]
    contacts: list[ContactView]
    surveys: list[SurveyView]
    routing_confident: bool
    routing_confidence: float
    routing_reasons: list[str]
    candidates: list[CandidateView]
    history: list[HistoryLine]
    result: str | None
    reply: str | None
    allowed: list[str]


def unit_named(rules: Rules, code: str | None, locale: Locale = "zh") -> Named | None:
    """Code and name of a unit."""
    unit = rules.organisation.find_unit(code) if code else None
    return Named(unit.code, unit.name_en if locale == "en" else unit.name) if unit else None


def category_named(rules: Rules, code: str | None, locale: Locale = "zh") -> Named | None:
    """Code and name of a category."""
    category = rules.catalogue.category(code) if code else None
    return Named(category.code, category.name_en if locale == "en" else category.name_zh) if category else None


def place_named(rules: Rules, code: str | None) -> Named | None:
    """Code and full name of a place."""
    return Named(code, rules.organisation.full_place_name(code)) if code else None


async def progress_view(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> ProgressView:
    """The ticket as its petitioner may see it; a sealed report names no handling unit."""
    survey = await latest_survey(uow, ticket.id)
    asked = survey is not None and survey.state is SurveyState.OPEN and survey.expires_at > uow.now
    told = ticket.status not in OPEN or asked
    return ProgressView(
        number=ticket.number,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        track=ticket.track,
        nature=ticket.nature,
        channel=ticket.channel,
        service_class=ticket.service_class,
        category=category_named(rules, ticket.category, locale),
        title=ticket.title,
        text=ticket.text,
        place=place_named(rules, ticket.place),
        unit=unit_named(rules, ticket.lead_unit, locale),
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        informed_at=local(ticket.informed_at),
        deadlines=await deadline_views(uow, rules, ticket, locale, public=True),
        extension=await extended_view(uow, ticket),
        timeline=await for_petitioner(uow, rules, ticket, locale),
        reply=ticket.reply,
        result=ticket.result if told else None,
        allowed=[str(step) for step in allowed(ticket.status, [PETITIONER])],
        survey=f"/s/{survey_token(rules.keys, ticket.id, survey.round)}" if survey is not None and asked else None,
        anonymous=ticket.anonymous,
        version=ticket.version,
    )


def queue_row(ticket: Ticket, rules: Rules, now: datetime, locale: Locale = "zh", *, news: bool = False) -> QueueRow:
    """One line of a queue; no query is made."""
    due = ticket.next_due_at
    left = (due - now).total_seconds() if due else 0
    return QueueRow(
        number=ticket.number,
        version=ticket.version,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        service_class=ticket.service_class,
        category=category_named(rules, ticket.category, locale),
        title=ticket.title,
        place=rules.organisation.full_place_name(ticket.place) if ticket.place else None,
        unit=unit_named(rules, ticket.lead_unit, locale),
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        due_at=local(due),
        due=humanise_due(due, now, rules.calendar, locale) if due else None,
        overdue=due is not None and left < 0,
        soon=due is not None and 0 <= left < 24 * 3600,
        reworks=ticket.reworks,
        sealed=ticket.sealed_to is not None,
        news=news,
    )


async def desk_view(uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, locale: Locale = "zh") -> DeskView:
    """The ticket screen. The caller has checked that the person may see it."""
    routing = ticket.routing
    steps = await steps_for(uow, rules, staff, ticket)
    return DeskView(
        number=ticket.number,
        version=ticket.version,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        track=ticket.track,
        nature=ticket.nature,
        channel=ticket.channel,
        service_class=ticket.service_class,
        category=category_named(rules, ticket.category, locale),
        title=ticket.title,
        text=ticket.text,
        place=place_named(rules, ticket.place),
        petitioner=await _person(uow, ticket) if staff.may_know_who(ticket) else None,
        anonymous=ticket.anonymous,
        confidential=ticket.confidential,
        sealed=ticket.sealed_to is not None,
        accused_unit=unit_named(rules, ticket.accused_unit, locale),
        accused_officer=ticket.accused_officer,
        lead_unit=unit_named(rules, ticket.lead_unit, locale),
        leader_unit=unit_named(rules, ticket.leader_unit, locale),
        desk_unit=unit_named(rules, ticket.desk_unit, locale) or Named(ticket.desk_unit, ticket.desk_unit),
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        rounds=ticket.rounds,
        reworks=ticket.reworks,
        informed_at=local(ticket.informed_at),
        deadlines=await deadline_views(uow, rules, ticket, locale),
        extensions=await extension_views(uow, rules, ticket, locale),
        extension_room=await room_view(uow, rules, ticket) if "extend" in steps else None,
        next_call_at=local(ticket.next_call_at),
        returns=ticket.objections,
        designated=ticket.designated,
        objections=await objection_views(uow, rules, ticket, locale),
        listings=await listing_views(uow, rules, ticket, locale),
        tasks=await task_views(uow, rules, ticket, locale),
        orders=await order_views(uow, rules, ticket, locale),
        escalations=await _escalations(uow, rules, ticket, locale),
        contacts=await _contacts(uow, ticket),
        surveys=await survey_views(uow, ticket),
        routing_confident=routing.get("confident", False),
        routing_confidence=routing.get("confidence", 0.0),
        routing_reasons=_reasons(routing.get("reasons", ()), locale),
        candidates=[_candidate(rules, raw, locale) for raw in routing.get("candidates", ())],
        history=await for_staff(uow, rules, ticket, locale),
        result=ticket.result,
        reply=ticket.reply,
        allowed=steps,
    )


def _reasons(raw: Any, locale: Locale) -> list[str]:
    return [say(reason, locale) for reason in msgspec.convert(raw, list[Reason])]


def _candidate(rules: Rules, raw: dict[str, Any], locale: Locale) -> CandidateView:
    return CandidateView(
        unit=unit_named(rules, raw["unit"], locale),
        category=category_named(rules, raw["category"], locale),
        score=raw["score"],
        reasons=_reasons(raw["reasons"], locale),
    )


async def _person(uow: UnitOfWork, ticket: Ticket) -> PersonView | None:
    if ticket.petitioner_id is None:
        return None
    person = await uow.session.get_one(Petitioner, ticket.petitioner_id)
    return PersonView(
        mask_name(person.name), mask_phone(person.phone), mask_id_number(person.id_number, inside=True), person.kind
    )


async def _escalations(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale) -> list[EscalationView]:
    query = select(Escalation, Deadline.clock, Deadline.target).join(Deadline, Deadline.id == Escalation.deadline_id)
    query = query.where(Escalation.ticket_id == ticket.id).order_by(Escalation.id)
    return [
        EscalationView(
            level=row.level,
            rung=row.rung,
            kind=row.kind,
            clock=clock,
            target=target,
            name=TARGET_NAMES[target][locale == "en"],
            unit=unit_named(rules, row.unit, locale) or Named(row.unit, row.unit),
            stand_in=unit_named(rules, row.stand_in, locale),
            fired_at=row.fired_at.astimezone(SHANGHAI),
            wants_ack=row.wants_ack,
            ack_due_at=local(row.ack_due_at),
            ack_asked=unit_named(rules, row.ack_asked, locale),
            acknowledged_at=local(row.acknowledged_at),
        )
        for row, clock, target in await uow.session.execute(query)
    ]


async def _contacts(uow: UnitOfWork, ticket: Ticket) -> list[ContactView]:
    query = select(Contact).where(Contact.ticket_id == ticket.id).order_by(Contact.id)
    rows = await uow.session.scalars(query)
    return [ContactView(row.at.astimezone(SHANGHAI), row.outcome, row.note, local(row.next_at)) for row in rows]


async def survey_views(uow: UnitOfWork, ticket: Ticket) -> list[SurveyView]:
    """Every survey of the ticket, the first result's first."""
    query = select(Survey).where(Survey.ticket_id == ticket.id).order_by(Survey.round)
    return [
        SurveyView(row.round, row.state, local(row.answered_at), row.contacted, row.solved, row.satisfied, row.reason)
        for row in await uow.session.scalars(query)
    ]
