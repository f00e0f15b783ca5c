"""Queues: the tickets of a member of staff in one view, soonest due first, by key and never by offset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from jiesu.accounts.roles import Right, Role
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.rows import NOT_SHOWN
from jiesu.escalation.models import Escalation
from jiesu.escalation.waiting import awaited_of
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import KeyRing
from jiesu.kit.numbers import normalise_number
from jiesu.kit.paging import decode_cursor, encode_cursor
from jiesu.kit.text import query_bigrams
from jiesu.petitioners.models import Petitioner
from jiesu.petitioners.representatives import Representative
from jiesu.petitions.models import Recheck
from jiesu.petitions.words import CaseState
from jiesu.routing.objections import Objection, ObjectionState
from jiesu.surveys.models import Survey
from jiesu.surveys.words import SurveyState
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import known_to, visible_to
from jiesu.tickets.states import OPEN
from jiesu.tickets.tasks import BINDING, Task
from jiesu.tickets.words import Status

__all__ = ["PAGE", "VIEWS", "Page", "View", "counts", "list_tickets", "views_for"]

PAGE = 50
#: A bigint, as identity keys are; a cursor may hold anything.
Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class View(StrEnum):
    """The tabs of the desk."""

    OPEN = "open"
    TO_DISPATCH = "to_dispatch"
    OBJECTED = "objected"
    TO_SIGN = "to_sign"
    IN_PROGRESS = "in_progress"
    CO_HANDLING = "co_handling"
    RECHECK = "recheck"
    TO_REVIEW = "to_review"
    REWORK = "rework"
    NEED_INFO = "need_info"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    LISTED = "listed"
    TO_CALL = "to_call"
    AWAITING_SURVEY = "awaiting_survey"
    ENDED = "ended"
    ALL = "all"


_STATUS: Mapping[View, frozenset[Status]] = {
    View.OPEN: OPEN,
    View.TO_DISPATCH: frozenset({Status.REGISTERED}),
    View.TO_SIGN: frozenset({Status.DISPATCHED}),
    View.IN_PROGRESS: frozenset({Status.IN_PROGRESS}),
    View.TO_REVIEW: frozenset({Status.UNDER_REVIEW}),
    View.REWORK: frozenset({Status.REWORK}),
    View.NEED_INFO: frozenset({Status.NEED_INFO}),
    View.LISTED: frozenset({Status.LISTED}),
    View.AWAITING_SURVEY: frozenset({Status.AWAITING_SURVEY}),
    View.ENDED: frozenset(Status) - OPEN,
}
#: Views that also hold what a unit only helps with; the others are about what is the unit's own to do.
_HELPING = frozenset({View.OPEN, View.ENDED, View.ALL, View.ESCALATED, View.CO_HANDLING})
VIEWS = tuple(View)
#: Views that a look at the open tickets alone tells.
_OF_OPEN = frozenset({*_STATUS, View.OVERDUE, View.DUE_TODAY}) - {View.ENDED}
#: Units that have few open tickets together: a station with those below it has fewer, a county more.
_FEW_UNITS = 20
#: Counting stops there.
_MOST = 100


class Page(msgspec.Struct, frozen=True):
    """One stretch of a queue and where it goes on; `next_cursor` is None at its end."""

    tickets: list[Ticket]
    next_cursor: str | None


def views_for(staff: Staff) -> tuple[View, ...]:
    """The tabs that are work for the role, the likeliest first."""
    first: tuple[View, ...]
    if staff.role in (Role.INTAKE, Role.DISPATCHER):
        first = (View.TO_DISPATCH, View.OBJECTED, View.NEED_INFO, View.REWORK, View.OVERDUE)
    elif staff.role is Role.SUPERVISOR:
        first = (View.ESCALATED, View.OVERDUE, View.REWORK, View.RECHECK, View.DUE_TODAY, View.LISTED)
    elif staff.role is Role.CALLBACK:
        first = (View.TO_CALL, View.AWAITING_SURVEY)
    elif staff.has(Right.APPROVE):
        first = (
            View.TO_REVIEW,
            View.ESCALATED,
            View.REWORK,
            View.RECHECK,
            View.TO_SIGN,
            View.IN_PROGRESS,
            View.CO_HANDLING,
            View.DUE_TODAY,
            View.OVERDUE,
            View.AWAITING_SURVEY,
        )
    else:
        first = (
            View.TO_SIGN,
            View.IN_PROGRESS,
            View.CO_HANDLING,
            View.DUE_TODAY,
            View.OVERDUE,
            View.REWORK,
            View.RECHECK,
            View.AWAITING_SURVEY,
        )
    return (*first, View.OPEN, View.ENDED)


def condition(staff: Staff, view: View, now: datetime) -> ColumnElement[bool]:
    """What a view holds, within what the person may see."""
    return and_(visible_to(staff, helping=view in _HELPING), _held(staff, view, now))


def _held(staff: Staff, view: View, now: datetime) -> ColumnElement[bool]:
    """What a view holds, whoever may see it."""
    if view is View.ALL:
        return true()
    if view is View.OVERDUE:
        return and_(Ticket.status.in_(OPEN), Ticket.next_due_at < now)
    if view is View.DUE_TODAY:
        midnight = datetime.combine(now.astimezone(SHANGHAI).date() + timedelta(days=1), datetime.min.time(), SHANGHAI)
        return and_(Ticket.status.in_(OPEN), Ticket.next_due_at >= now, Ticket.next_due_at < midnight)
    if view is View.ESCALATED:
        return Ticket.id.in_(select(Escalation.ticket_id).where(awaited_of(staff.subtree)))
    if view is View.CO_HANDLING:
        owed = select(Task.ticket_id).where(Task.unit.in_(staff.subtree), Task.state.in_(BINDING))
        return Ticket.id.in_(owed)
    if view is View.RECHECK:
        asked = select(Recheck.ticket_id).where(Recheck.organ.in_(staff.subtree), Recheck.state == CaseState.ASKED)
        return Ticket.id.in_(asked)
    if view is View.OBJECTED:
        judged = select(Objection.ticket_id).where(
            Objection.judge.in_(staff.subtree), Objection.state == ObjectionState.PENDING
        )
        return Ticket.id.in_(judged)
    if view is View.TO_CALL:
        due = select(Survey.ticket_id).where(
            Survey.state == SurveyState.OPEN,
            Survey.next_call_at.is_not(None),
            Survey.next_call_at <= now,
            Survey.expires_at > now,
            Survey.unit != staff.unit,
        )
        return and_(Ticket.status == Status.AWAITING_SURVEY, Ticket.id.in_(due))
    return Ticket.status.in_(_STATUS[view])


def queue_query(
    staff: Staff,
    view: View,
    now: datetime,
    *,
    q: str = "",
    narrow: Iterable[ColumnElement[bool]] = (),
    keys: KeyRing | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Select[Ticket]:
    """The statement behind a queue page: open tickets by due time, ended ones newest first."""
    query = select(Ticket).where(condition(staff, view, now), *narrow)
    if q.strip():
        query = query.where(_search(staff, q.strip(), keys))
    if view in (View.ENDED, View.ALL):
        if after:
            registered, ticket_id = decode_cursor(after, tuple[datetime, Key])
            query = query.where(tuple_(Ticket.registered_at, Ticket.id) < (registered, ticket_id))
        return query.order_by(Ticket.registered_at.desc(), Ticket.id.desc()).limit(limit)
    if after:
        due, ticket_id = decode_cursor(after, tuple[datetime | None, Key])
        later = and_(Ticket.next_due_at.is_(None), Ticket.id > ticket_id)
        if due is not None:
            later = or_(tuple_(Ticket.next_due_at, Ticket.id) > (due, ticket_id), Ticket.next_due_at.is_(None))
        query = query.where(later)
    return query.order_by(Ticket.next_due_at.asc().nulls_last(), Ticket.id).limit(limit)


def _search(staff: Staff, q: str, keys: KeyRing | None) -> ColumnElement[bool]:
    """By number, by telephone (keyed hash), or by all the words of a text."""
    number = normalise_number(q)
    if number is not None:
        return Ticket.number == number
    digits = q.replace(" ", "").replace("-", "")
    if keys is not None and digits.isdigit() and len(digits) >= 7:
        hashes = keys.search_hashes(digits)
        found = select(Petitioner.id).where(Petitioner.phone_hash.in_(hashes))
        spoken = select(Representative.ticket_id).where(Representative.phone_hash.in_(hashes))
        return and_(Ticket.id.in_(_filed_by(found).union_all(spoken)), known_to(staff))
    pieces = query_bigrams(q)
    if not pieces:
        return false()
    quoted = " & ".join(f"'{piece}'" + (":*" if len(piece) == 1 else "") for piece in pieces)
    return Ticket.search.op("@@")(func.to_tsquery("simple", quoted))


def _filed_by(people: Select[int]) -> Select[int]:
    """Keys of their tickets; beside another list of keys, so that both are read by index."""
    theirs = aliased(Ticket)
    return select(theirs.id).where(theirs.petitioner_id.in_(people))


async def list_tickets(
    uow: UnitOfWork,
    keys: KeyRing,
    staff: Staff,
    view: View,
    *,
    q: str = "",
    narrow: Iterable[ColumnElement[bool]] = (),
    cursor: str = "",
    limit: int = PAGE,
) -> Page:
    """One page of a queue, narrowed by whatever else is asked. Raises BadCursor."""
    query = queue_query(staff, view, uow.now, q=q, narrow=narrow, keys=keys, after=cursor, limit=limit + 1)
    rows = list((await uow.session.scalars(query.options(*NOT_SHOWN))).all())
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    key = last.registered_at if view in (View.ENDED, View.ALL) else last.next_due_at
    return Page(rows[:limit], encode_cursor(key, last.id))


async def counts(uow: UnitOfWork, staff: Staff, views: tuple[View, ...]) -> dict[View, int]:
    """How many tickets each view holds; 100 means 100 or more, so that counting stays cheap."""
    row = (await uow.session.execute(counts_query(staff, views, uow.now))).one()
    return dict(zip(views, row, strict=True))


def counts_query(staff: Staff, views: tuple[View, ...], now: datetime) -> Select[*tuple[Any, ...]]:
    """All counts in one statement. Of a station and what is below it, whose open tickets are few, those are read once for all
    views about them; else each view is read as the queue reads its first page."""
    few, its_own = len(staff.subtree) <= _FEW_UNITS, visible_to(staff, helping=False)

    def counted(view: View) -> ColumnElement[int]:
        if few and view in _OF_OPEN:
            held = _held(staff, view, now)
            own = held if view in _HELPING else and_(held, its_own)
            return func.least(_MOST, func.count().filter(own))
        some = queue_query(staff, view, now, limit=_MOST).with_only_columns(Ticket.id).correlate(None).subquery()
        return select(func.count()).select_from(some).scalar_subquery()

    query = select(*map(counted, views))
    return query.where(visible_to(staff), Ticket.status.in_(OPEN)) if few else query
