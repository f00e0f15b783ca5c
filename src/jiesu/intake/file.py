"""Filing an appeal: petitioner, ticket, route, clocks and jobs in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from jiesu.accounts.listing import namesakes
from jiesu.audit import trail
from jiesu.db.uow import Event, UnitOfWork
from jiesu.intake.consent import keep_consents
from jiesu.intake.form import AppealForm, checked
from jiesu.kit.numbers import query_code
from jiesu.kit.text import bigrams, lexemes
from jiesu.petitioners.identity import find_or_add
from jiesu.petitioners.representatives import Representative
from jiesu.routing.dispatch import dispatch_automatically
from jiesu.routing.policy import Appeal, Routing, route
from jiesu.rules import Rules
from jiesu.secrecy.models import Place
from jiesu.secrecy.patterns import Finding
from jiesu.secrecy.withhold import PLACEHOLDER, PLACEHOLDER_TITLE, keeper_of, suspicious, withhold
from jiesu.tickets.events import PETITIONER, By, TicketImported, TicketRegistered
from jiesu.tickets.models import Ticket
from jiesu.tickets.recuse import somebody_left
from jiesu.tickets.words import Nature, Status, Track
from jiesu.units.organisation import Organisation

__all__ = ["AppealRouted", "EarlierEnd", "EarlierTicket", "Filed", "file_appeal"]

#: A title made from the text is cut here.
TITLE_LENGTH = 30


class Filed(msgspec.Struct, frozen=True):
    """The ticket and its query code, which is told once and kept only as a keyed hash."""

    ticket: Ticket
    query_code: str


class EarlierEnd(msgspec.Struct, frozen=True):
    """How and when it ended there, what its petitioner was told, and the unit that had it."""

    status: Status
    at: datetime
    words: str | None
    unit: str | None


class EarlierTicket(msgspec.Struct, frozen=True):
    """What an appeal was in an earlier system; `tell` whether its petitioner gets a receipt now. One with an `end` is over."""

    system: str
    number: str
    registered_at: datetime
    tell: bool
    end: EarlierEnd | None = None


class AppealRouted(Event, frozen=True, kw_only=True):
    """Routing and, where it was sure, dispatch are done: the petitioner can be told who has it."""

    code: str


async def file_appeal(
    uow: UnitOfWork,
    rules: Rules,
    number: str,
    form: AppealForm,
    by: By = PETITIONER,
    *,
    known: int | None = None,
    earlier: EarlierTicket | None = None,
) -> Filed:
    """Register an appeal, start the petitioner's clock, and dispatch it when the catalogue is sure.

    What names an officer is dispatched by a person, who sees to it that somebody else handles it. A text that looks classified
    goes to its keeper alone; the ticket waits for a dispatcher without it. `known` is the key of a petitioner on record, who is
    then whose ticket it is, whatever the form says of them. One of an `earlier` system keeps its registration;
    one that ended there is put away as it was: no clock, no message, no survey. Raises a subclass of Invalid when the form is
    wrong, LooksClassified for such a text without confirmation; nothing is written then.
    """
    given = form = checked(form, rules)
    found = suspicious(rules.secrecy, "text", [form.title, form.text], confirmed=form.confirmed_unclassified)
    given_routing = routing = _route(form, rules)
    if found:
        form, routing = _without_words(form, routing)
    code = query_code()
    ticket = _ticket(uow, rules, form, routing, number, rules.keys.code_hash(code))
    if earlier is not None:
        ticket.registered_at, ticket.imported_at = earlier.registered_at, uow.now
        ticket.foreign_system, ticket.foreign_number = earlier.system, earlier.number
        if earlier.end is not None:
            _put_away(ticket, earlier.end, routing.unit)
    async with uow.together():
        ticket.petitioner_id = await _petitioner(uow, rules, form, known)
        if form.accused_officer:
            await _bar(uow, rules, ticket, form.accused_officer)
        uow.add(ticket)
        await uow.settle(ticket)
        keep_consents(uow, rules, ticket, form)
        _keep_representatives(uow, rules, ticket, form)
        await _register(uow, ticket, None if form.accused_officer else routing.unit, by)
        if found:
            await _withhold(uow, rules, ticket, given, given_routing, found, by)
        if ticket.ended_at is None and (earlier is None or earlier.tell):
            await uow.react(uow, AppealRouted(ticket_id=ticket.id, code=code))
    return Filed(ticket, code)


def _without_words(form: AppealForm, routing: Routing) -> tuple[AppealForm, Routing]:
    """What everybody may see of an appeal whose text is withheld: class and nature, not what they were read from."""
    form = msgspec.structs.replace(form, title=PLACEHOLDER_TITLE, text=PLACEHOLDER)
    bare = msgspec.structs.replace(routing, confident=False, unit=None, confidence=0.0, candidates=(), reasons=())
    return form, bare


async def _bar(uow: UnitOfWork, rules: Rules, ticket: Ticket, officer: str) -> None:
    """Whom the name may mean never learns of it; a sealed report that nobody were left to open is kept by the top."""
    ticket.barred_accounts = await namesakes(uow, officer)
    root = rules.organisation.root.code
    if ticket.sealed_to is not None and ticket.accused_unit != root and not await somebody_left(uow, ticket):
        ticket.sealed_to = root


async def _withhold(
    uow: UnitOfWork,
    rules: Rules,
    ticket: Ticket,
    form: AppealForm,
    routing: Routing,
    found: Sequence[Finding],
    by: By,
) -> None:
    keeper = keeper_of(rules.secrecy, rules.organisation, ticket)
    title, how = form.title or _first_words(form.text), msgspec.json.encode(routing).decode()
    await withhold(uow, ticket, keeper, Place.APPEAL, form.text, found, by, title=title, routing=how)


async def _register(uow: UnitOfWork, ticket: Ticket, unit: str | None, by: By) -> None:
    """Start its trail and its clocks, and dispatch it when a unit was found for it."""
    trail.begin(uow, ticket.id)
    if ticket.ended_at is not None:
        await _record_origin(uow, ticket, by, ended=ticket.status)
        return
    registered = TicketRegistered(
        ticket_id=ticket.id, by=by, channel=ticket.channel, category=ticket.category, service_class=ticket.service_class
    )
    await uow.record(registered)
    await _record_origin(uow, ticket, by)
    if unit is not None:
        await dispatch_automatically(uow, ticket, unit)


async def _record_origin(uow: UnitOfWork, ticket: Ticket, by: By, *, ended: Status | None = None) -> None:
    if ticket.foreign_system and ticket.foreign_number:
        system, number = ticket.foreign_system, ticket.foreign_number
        await uow.record(TicketImported(ticket_id=ticket.id, by=by, system=system, number=number, ended=ended))


def _put_away(ticket: Ticket, end: EarlierEnd, likely: str | None) -> None:
    """As it ended there. One that can be reopened has a unit: the one named, the likely one, or its desk's."""
    ticket.status, ticket.ended_at = end.status, end.at
    if end.status is Status.CLOSED:
        ticket.result = end.words
        ticket.lead_unit = ticket.sealed_to or end.unit or likely or ticket.desk_unit
    else:
        ticket.reply, ticket.lead_unit = end.words, end.unit if ticket.sealed_to is None else ticket.sealed_to


def _route(form: AppealForm, rules: Rules) -> Routing:
    appeal = Appeal(
        text=form.text,
        title=form.title or "",
        category=form.category,
        nature=form.nature,
        place=form.place,
        accused_unit=form.accused_unit,
        track=form.track,
    )
    return route(appeal, rules.catalogue, rules.organisation)


def _keep_representatives(uow: UnitOfWork, rules: Rules, ticket: Ticket, form: AppealForm) -> None:
    for place, one in enumerate(form.representatives, 1):
        phone_hash = rules.keys.search_hash(one.phone) if one.phone else None
        uow.add(Representative(ticket_id=ticket.id, place=place, name=one.name, phone=one.phone, phone_hash=phone_hash))


async def _petitioner(uow: UnitOfWork, rules: Rules, form: AppealForm, known: int | None) -> int | None:
    person = form.petitioner
    if known is not None and not form.anonymous:
        return known
    if form.anonymous or not (person.name or person.phone or person.id_number):
        return None
    found = await find_or_add(
        uow, rules.keys, name=person.name, phone=person.phone, id_number=person.id_number, kind=person.kind
    )
    return found.id


def _ticket(uow: UnitOfWork, rules: Rules, form: AppealForm, routing: Routing, number: str, code_hash: str) -> Ticket:
    title = form.title or _first_words(form.text)
    return Ticket(
        number=number,
        code_hash=code_hash,
        version=1,
        status=Status.REGISTERED,
        track=Track(routing.track),
        nature=Nature(routing.nature),
        channel=form.channel,
        service_class=routing.service_class,
        policy_version=rules.clocks.version,
        category=routing.category if routing.confident or form.category else None,
        title=title,
        text=form.text,
        place=form.place,
        people=form.people,
        anonymous=form.anonymous,
        confidential=form.confidential,
        accused_unit=form.accused_unit,
        accused_officer=form.accused_officer,
        barred_accounts=[],
        co_units=[],
        sealed_to=_keeper(form, routing, rules.organisation),
        desk_unit=_desk(form, rules.organisation),
        routing=msgspec.to_builtins(routing),
        rounds=0,
        info_requests=0,
        reworks=0,
        dissatisfactions=0,
        contact_attempts=0,
        registered_at=uow.now,
        search=lexemes(bigrams(f"{title}\n{form.text}")),
    )


def _first_words(text: str) -> str:
    """A title from the text: its first line, cut where a sentence or clause ends when that is near."""
    line = text.splitlines()[0]
    if len(line) <= TITLE_LENGTH:
        return line
    cut = max(line.rfind(mark, 8, TITLE_LENGTH) for mark in "，。；！？、,;!? ")
    return line[:cut] if cut > 0 else f"{line[:TITLE_LENGTH]}…"


def _keeper(form: AppealForm, routing: Routing, organisation: Organisation) -> str | None:
    """Who keeps a report sealed (law, Art. 30, 46); a complaint against the top of the network is kept likewise.

    A text that only may be a report is sealed in doubt: the keeper's dispatcher decides, and may unseal it.
    """
    root = organisation.root
    if not routing.sealed and form.accused_unit != root.code:
        return None
    division = organisation.unit_for_function("discipline", "city", root.place)
    if division is None or division.code == form.accused_unit:
        return root.code
    return division.code


def _desk(form: AppealForm, organisation: Organisation) -> str:
    """The command desk that dispatches: the county's, or the city's where that is unknown or complained about."""
    root = organisation.root.code
    if form.place is None:
        return root
    desk = organisation.centre_for(form.place, "county").code
    accused = form.accused_unit
    return root if accused is not None and organisation.is_under(desk, accused) else desk
