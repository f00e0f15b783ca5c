"""A ticket as the desk shows it: everything needed to act on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.contacting import ContactView, TriesView, contact_views, tries_view
from jiesu.desk.deadlines import TARGET_NAMES, DeadlineView, deadline_views, local
from jiesu.desk.delivery import deliveries
from jiesu.desk.documents import DocumentView, document_views
from jiesu.desk.excluding import ExclusionView, exclusion_views
from jiesu.desk.extending import ExtensionView, RoomView, extension_views, room_view
from jiesu.desk.history import HistoryLine, for_staff
from jiesu.desk.listing import ListingView, listing_views
from jiesu.desk.merging import FollowerView, MainView, follower_views, main_view
from jiesu.desk.names import Named, category_named, place_named, reason_named, unit_named, unit_or_code
from jiesu.desk.objecting import ObjectionView, objection_views
from jiesu.desk.ordering import OrderView, order_views
from jiesu.desk.parts import PartView, part_views
from jiesu.desk.policies import CitedPolicy, cited_by_ticket
from jiesu.desk.rechecking import RecheckView, recheck_views
from jiesu.desk.steps import steps_for
from jiesu.desk.tasks import TaskView, task_views
from jiesu.escalation.models import Escalation
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_id_number, mask_name, mask_phone
from jiesu.petitioners.models import Petitioner
from jiesu.petitioners.representatives import representatives_of
from jiesu.petitions.pending import pending_below
from jiesu.routing.policy import Reason, say
from jiesu.rules import Rules
from jiesu.sla.models import Deadline
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status

__all__ = ["DeskView", "desk_view", "survey_views"]


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


class ImportedView(msgspec.Struct, frozen=True):
    """From which earlier system, its number there, and when it was brought over."""

    system: str
    number: str
    at: datetime


class SpeakerView(msgspec.Struct, frozen=True):
    """One who speaks for a group, masked."""

    name: str | None
    phone: str | None


class PendingView(msgspec.Struct, frozen=True):
    """A petition at a lower unit."""

    number: str
    unit: Named
    due_at: datetime


class SurveyView(msgspec.Struct, frozen=True):
    """What the petitioner answered."""

    round: int
    state: str
    answered_at: datetime | None
    contacted: bool | None
    solved: str | None
    satisfied: str | None
    reason: str | None
    #: Why they are not content (不满意的原因).
    reasons: list[Named]
    corrected_at: datetime | None
    #: Whether it reached them: sent, waiting, failed, no_phone, anonymous; null where nothing is known.
    delivery: str | None
    delivered_at: datetime | None
    #: Calls so far, and when the next is due.
    calls: int
    next_call_at: datetime | None


class DeskView(msgspec.Struct, frozen=True, rename={"service_class": "class"}):
    """Everything needed to act on one ticket; `allowed` are the steps open to this person now, the likeliest first.

    `extension_room` says between which dates the unit may ask for more time, null where it may not.
    """

    number: str
    version: int
    status: str
    status_text: str
    track: str
    #: Whether the statutory steps of the petition track apply.
    petition: bool
    nature: str
    channel: str
    service_class: str
    category: Named | None
    title: str
    text: str
    place: Named | None
    petitioner: PersonView | None
    #: Of how many people a collective appeal is, and who speaks for them; null and none for one person's.
    people: int | None
    representatives: list[SpeakerView]
    anonymous: bool
    confidential: bool
    sealed: bool
    accused_unit: Named | None
    accused_officer: str | None
    lead_unit: Named | None
    leader_unit: Named | None
    desk_unit: Named
    registered_at: datetime
    imported: ImportedView | None
    rounds: int
    reworks: int
    informed_at: datetime | None
    #: The ticket this one is merged into (并案), and those merged into it; only what the person may see.
    merged_into: MainView | None
    followers: list[FollowerView]
    #: The whole and its parts (拆分), seen from any of them.
    family: list[PartView]
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
    #: Another petition about the same, which a lower unit handles within its limit: then it is not accepted here.
    pending_below: PendingView | None
    #: The recheck and the review (复查、复核).
    rechecks: list[RecheckView]
    #: Written notices and opinions (信访文书), with the record of their service.
    documents: list[DocumentView]
    #: Supervision orders and instructions (督办单、批示).
    orders: list[OrderView]
    escalations: list[EscalationView]
    contacts: list[ContactView]
    #: What still makes a first contact, while calls were in vain.
    tries: TriesView | None
    surveys: list[SurveyView]
    #: Answers that are to count in no figure (剔除).
    exclusions: list[ExclusionView]
    routing_confident: bool
    routing_confidence: float
    routing_reasons: list[str]
    candidates: list[CandidateView]
    history: list[HistoryLine]
    result: str | None
    reply: str | None
    #: Policies that the last result or answer cites (引用政策).
    cites: list[CitedPolicy]
    allowed: list[str]


async def desk_view(uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, locale: Locale = "zh") -> DeskView:
    """The ticket screen. The caller has checked that the person may see it."""
    routing = ticket.routing
    steps = await steps_for(uow, rules, staff, ticket)
    contacts = await contact_views(uow, rules, ticket)
    return DeskView(
        number=ticket.number,
        version=ticket.version,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        track=ticket.track,
        petition=ticket.is_petition,
        nature=ticket.nature,
        channel=ticket.channel,
        service_class=ticket.service_class,
        category=category_named(rules, ticket.category, locale),
        title=ticket.title,
        text=ticket.text,
        place=place_named(rules, ticket.place),
        petitioner=await _person(uow, ticket) if staff.may_know_who(ticket) else None,
        people=ticket.people,
        representatives=await _speakers(uow, ticket) if staff.may_know_who(ticket) else [],
        anonymous=ticket.anonymous,
        confidential=ticket.confidential,
        sealed=ticket.sealed_to is not None,
        accused_unit=unit_named(rules, ticket.accused_unit, locale),
        accused_officer=ticket.accused_officer,
        lead_unit=unit_named(rules, ticket.lead_unit, locale),
        leader_unit=unit_named(rules, ticket.leader_unit, locale),
        desk_unit=unit_or_code(rules, ticket.desk_unit, locale),
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        imported=_imported(ticket),
        rounds=ticket.rounds,
        reworks=ticket.reworks,
        informed_at=local(ticket.informed_at),
        merged_into=await main_view(uow, rules, staff, ticket, locale),
        followers=await follower_views(uow, staff, ticket, locale),
        family=await part_views(uow, rules, staff, ticket, locale),
        deadlines=await deadline_views(uow, rules, ticket, locale),
        extensions=await extension_views(uow, rules, ticket, locale),
        extension_room=await room_view(uow, rules, ticket) if "extend" in steps else None,
        next_call_at=local(ticket.next_call_at),
        returns=ticket.objections,
        designated=ticket.designated,
        objections=await objection_views(uow, rules, ticket, locale),
        listings=await listing_views(uow, rules, ticket, locale),
        tasks=await task_views(uow, rules, ticket, locale),
        pending_below=await _pending(uow, rules, staff, ticket, locale) if "refuse_acceptance" in steps else None,
        rechecks=await recheck_views(uow, rules, ticket, locale),
        documents=await document_views(uow, rules, ticket, locale, whole=staff.may_know_who(ticket)),
        orders=await order_views(uow, rules, ticket, locale),
        escalations=await _escalations(uow, rules, ticket, locale),
        contacts=contacts,
        tries=tries_view(rules, ticket, contacts, uow.now, locale) if "contact" in steps else None,
        surveys=await survey_views(uow, rules, ticket, locale),
        exclusions=await exclusion_views(uow, rules, ticket, locale),
        routing_confident=routing.get("confident", False),
        routing_confidence=routing.get("confidence", 0.0),
        routing_reasons=_reasons(routing.get("reasons", ()), locale),
        candidates=[_candidate(rules, raw, locale) for raw in routing.get("candidates", ())],
        history=await for_staff(uow, rules, ticket, locale),
        result=ticket.result,
        reply=ticket.reply,
        cites=await cited_by_ticket(uow, rules, ticket),
        allowed=steps,
    )


async def _pending(uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, locale: Locale) -> PendingView | None:
    below = await pending_below(uow, rules.organisation, staff, ticket)
    return (
        None
        if below is None
        else PendingView(below.number, unit_or_code(rules, below.unit, locale), below.due_at.astimezone(SHANGHAI))
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


def _imported(ticket: Ticket) -> ImportedView | None:
    system, number, at = ticket.foreign_system, ticket.foreign_number, ticket.imported_at
    return ImportedView(system, number, at.astimezone(SHANGHAI)) if system and number and at else None


async def _speakers(uow: UnitOfWork, ticket: Ticket) -> list[SpeakerView]:
    found = await representatives_of(uow, ticket.id) if ticket.people else []
    return [SpeakerView(mask_name(one.name), mask_phone(one.phone)) for one in found]


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
            unit=unit_or_code(rules, row.unit, locale),
            stand_in=unit_named(rules, row.stand_in, locale),
            fired_at=row.fired_at.astimezone(SHANGHAI),
            wants_ack=row.wants_ack,
            ack_due_at=local(row.ack_due_at),
            ack_asked=unit_named(rules, row.ack_asked, locale),
            acknowledged_at=local(row.acknowledged_at),
        )
        for row, clock, target in await uow.session.execute(query)
    ]


async def survey_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[SurveyView]:
    """Every survey of the ticket, the first result's first."""
    query = select(Survey).where(Survey.ticket_id == ticket.id).order_by(Survey.round)
    rows = (await uow.session.scalars(query)).all()
    if not rows:
        return []
    told = await deliveries(uow, ticket)
    return [
        SurveyView(
            round=row.round,
            state=row.state,
            answered_at=local(row.answered_at),
            contacted=row.contacted,
            solved=row.solved,
            satisfied=row.satisfied,
            reason=row.reason,
            reasons=[reason_named(rules, code, locale) for code in row.reasons],
            corrected_at=local(row.corrected_at),
            delivery=(delivery := told.of(row)).state,
            delivered_at=local(delivery.at),
            calls=row.calls,
            next_call_at=local(row.next_call_at),
        )
        for row in rows
    ]
