"""A petitioner's copy of what is held about them on one ticket (PIPL Art. 45): theirs, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from jiesu.accounts.models import StaffRow
from jiesu.audit.trail import Told, history
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, unit_named
from jiesu.desk.progress import ProgressView, progress_view
from jiesu.desk.views import PersonView, SurveyView, survey_views
from jiesu.intake.follow import copy_own
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_id_number, mask_name, mask_phone
from jiesu.notifications.models import Message
from jiesu.petitioners.models import Petitioner
from jiesu.petitioners.representatives import Representative, representatives_of
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import parts_of
from jiesu.tickets.reveal import PetitionerRevealed

__all__ = ["OwnCopy", "own_copy"]

#: The petitioner's own words in the trail, and the field they stand in.
OWN_WORDS = {"Supplemented": "text", "TicketReopened": "reason", "TicketWithdrawn": "reason", "RecheckAsked": "reason"}


class Text(msgspec.Struct, frozen=True):
    """What was written, by them or to them, and when."""

    at: datetime
    text: str


class Look(msgspec.Struct, frozen=True):
    """When somebody looked at the whole of their data: the post, not the person; no unit where a report is sealed."""

    at: datetime
    unit: Named | None
    role: str | None


class OwnCopy(msgspec.Struct, frozen=True):
    """`whole` says whether name and numbers are unmasked; `progress` is what following the ticket shows."""

    made_at: datetime
    whole: bool
    person: PersonView | None
    #: Of how many people it is, and who speaks for them.
    people: int | None
    representatives: list[PersonView]
    confidential: bool
    accused_unit: Named | None
    accused_officer: str | None
    progress: ProgressView
    said: list[Text]
    told: list[Text]
    surveys: list[SurveyView]
    looks: list[Look]


async def own_copy(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, phone: str | None, locale: Locale = "zh", *, proven: bool = False
) -> OwnCopy:
    """Of a locked ticket; leaves a trace. Raises BadPhone, TelephoneDiffers."""
    person, whole = await copy_own(uow, ticket, phone, proven=proven)
    mine = [ticket, *await parts_of(uow, ticket)]
    entries = await history(uow.session, ticket.id)
    return OwnCopy(
        made_at=uow.now.astimezone(SHANGHAI),
        whole=whole,
        person=_person(person, whole=whole) if person else None,
        people=ticket.people,
        representatives=[_speaker(one, whole=whole) for one in await representatives_of(uow, ticket.id)],
        confidential=ticket.confidential,
        accused_unit=unit_named(rules, ticket.accused_unit, locale),
        accused_officer=ticket.accused_officer,
        progress=await progress_view(uow, rules, ticket, locale),
        said=[said for entry in entries if (said := _said(entry))],
        told=await _told(uow, [each.id for each in mine]),
        surveys=[survey for each in mine for survey in await survey_views(uow, rules, each, locale)],
        looks=await _looks(uow, rules, ticket, entries, locale),
    )


def _person(person: Petitioner, *, whole: bool) -> PersonView:
    if whole:
        return PersonView(person.name, person.phone, person.id_number, person.kind)
    number = mask_id_number(person.id_number, inside=False)
    return PersonView(mask_name(person.name), mask_phone(person.phone), number, person.kind)


def _speaker(one: Representative, *, whole: bool) -> PersonView:
    """The others' numbers are whole only for whoever has shown the telephone."""
    name, phone = (one.name, one.phone) if whole else (mask_name(one.name), mask_phone(one.phone))
    return PersonView(name, phone, None, None)


def _said(entry: Told) -> Text | None:
    words = entry.data.get(OWN_WORDS.get(entry.kind, ""))
    theirs = entry.kind == "Supplemented" or entry.data["by"]["kind"] == "petitioner"
    return Text(entry.at.astimezone(SHANGHAI), words) if theirs and isinstance(words, str) else None


async def _told(uow: UnitOfWork, tickets: Sequence[int]) -> list[Text]:
    messages = select(Message).where(Message.ticket_id.in_(tickets)).order_by(Message.id)
    rows = await uow.session.scalars(messages)
    return [Text((row.sent_at or row.created_at).astimezone(SHANGHAI), row.text) for row in rows]


async def _looks(uow: UnitOfWork, rules: Rules, ticket: Ticket, entries: Sequence[Told], locale: Locale) -> list[Look]:
    looks = [entry for entry in entries if entry.kind == PetitionerRevealed.__name__]
    posts = {entry.data["by"].get("staff_id") for entry in looks}
    roles = dict((await uow.session.execute(select(StaffRow.id, StaffRow.role).where(StaffRow.id.in_(posts)))).all())
    sealed = ticket.sealed_to is not None
    return [
        Look(
            at=entry.at.astimezone(SHANGHAI),
            unit=None if sealed else unit_named(rules, entry.data["by"].get("unit"), locale),
            role=roles.get(entry.data["by"].get("staff_id")),
        )
        for entry in looks
    ]
