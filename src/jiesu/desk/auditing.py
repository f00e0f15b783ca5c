"""What auditors read: both trails in one list, found by time, kind, account and ticket; never what a petition says.

Tickets that accuse the auditor's own line, and reports sealed to another unit, are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Select, String, and_, literal_column, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.roles import Right
from jiesu.accounts.sign_in import tidy_username
from jiesu.accounts.staff import Staff
from jiesu.audit.security import SecurityEntry
from jiesu.audit.trail import TrailEntry
from jiesu.desk.audit_words import ACCOUNTS, DETAILS, TICKETS, kind_words, value_words
from jiesu.desk.names import unit_named
from jiesu.errors import Forbidden, Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.numbers import normalise_number
from jiesu.kit.paging import decode_cursor, encode_cursor
from jiesu.rules import Rules
from jiesu.sla.limits import parse_limit
from jiesu.sla.wording import limit_words
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import not_kept_from

__all__ = [
    "AuditLine", "AuditPage", "Filters", "NotAnAuditor", "PressedLine", "PressedPage", "auditor_only", "lines", "pressed",
]  # fmt: skip

PAGE = 50
#: Of entries of one moment those of tickets come first.
SECURITY, TICKET = 0, 1
_Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]
#: As the indexes have them, word by word.
_STAFF: ColumnElement[str] = literal_column("((trail.data -> 'by') ->> 'staff_id')", String)
_ABOUT: ColumnElement[str] = literal_column("(security_trail.data ->> 'account')", String)
_DONE_BY: ColumnElement[str] = literal_column("(security_trail.data ->> 'by')", String)
UNITS = ("unit", "decider", "former")


class NotAnAuditor(Forbidden):
    zh = "只有审计员可以查看。请联系审计员。"
    en = "Only auditors may read this. Ask your auditor."


class BadDay(Invalid):
    zh = "日期请写成 2026-11-02 的样子。"
    en = "Write the date like 2026-11-02."


class Filters(msgspec.Struct, frozen=True):
    """What is looked for; empty means all. Days are whole ones of Hohhot, `until` included."""

    since: str = ""
    until: str = ""
    kind: str = ""
    account: str = ""
    number: str = ""

    def __post_init__(self) -> None:
        for name, value in msgspec.structs.asdict(self).items():  # NUL stands in no entry, and no database takes it
            msgspec.structs.force_setattr(self, name, value.replace("\0", ""))

    def given(self) -> dict[str, str]:
        """Those that are set."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value}


class AuditLine(msgspec.Struct, frozen=True):
    """One entry. `account` is whom it is about or who did it, `by` who did it to them; `detail` holds no free text."""

    at: datetime
    trail: str
    seq: int
    kind: str
    words: str
    account: str | None
    by: str | None
    address: str | None
    number: str | None
    detail: dict[str, str]
    hash: str


class AuditPage(msgspec.Struct, frozen=True):
    """The newest first; ask again with `next_cursor` for the rest."""

    entries: list[AuditLine]
    next_cursor: str | None


class PressedLine(msgspec.Struct, frozen=True):
    """A petitioner who said that somebody pressed them about their answer. What else they answered is not told."""

    number: str
    unit: str
    unit_name: str
    answered_at: datetime
    channel: str | None


class PressedPage(msgspec.Struct, frozen=True):
    """The newest first; ask again with `next_cursor` for the rest."""

    replies: list[PressedLine]
    next_cursor: str | None


class _Found(NamedTuple):
    """An entry of either trail; `number` is its ticket's."""

    source: int
    entry: Any
    number: str | None

    @property
    def place(self) -> tuple[datetime, int, int]:
        return self.entry.at, self.source, self.entry.id


def auditor_only(staff: Staff) -> None:
    """Raises NotAnAuditor for everybody else."""
    if not staff.has(Right.AUDIT):
        raise NotAnAuditor


async def lines(
    session: AsyncSession,
    rules: Rules,
    staff: Staff,
    filters: Filters,
    locale: Locale = "zh",
    *,
    cursor: str = "",
    size: int = PAGE,
) -> AuditPage:
    """One stretch of both trails. The session must see every ticket. Raises NotAnAuditor, BadCursor, BadDay."""
    auditor_only(staff)
    after = decode_cursor(cursor, tuple[datetime, _Key, _Key]) if cursor else None
    found = [
        *await _security(session, filters, after, size + 1),
        *await _tickets(session, staff, filters, after, size + 1),
    ]
    found = sorted(found, key=lambda each: each.place, reverse=True)
    users = await _usernames(session, found[:size])
    entries = [_line(each, rules, users, locale) for each in found[:size]]
    return AuditPage(entries, encode_cursor(*found[size - 1].place) if len(found) > size else None)


async def _security(session: AsyncSession, filters: Filters, after: Any, limit: int) -> list[_Found]:
    if filters.number or filters.kind in TICKETS:
        return []
    query = select(SecurityEntry).where(*_common(SecurityEntry, filters, SECURITY, after))
    if filters.account:
        name = tidy_username(filters.account)
        query = query.where(or_(_ABOUT.in_([name]), _DONE_BY.in_([name])))
    query = query.order_by(SecurityEntry.at.desc(), SecurityEntry.id.desc()).limit(limit)
    return [_Found(SECURITY, entry, None) for entry in await session.scalars(query)]


async def _tickets(session: AsyncSession, staff: Staff, filters: Filters, after: Any, limit: int) -> list[_Found]:
    if filters.kind in ACCOUNTS:
        return []
    query = select(TrailEntry, Ticket.number).join(Ticket, Ticket.id == TrailEntry.ticket_id)
    query = query.where(_not_hidden(staff), *_common(TrailEntry, filters, TICKET, after))
    if filters.number:
        query = query.where(Ticket.number == (normalise_number(filters.number) or filters.number))
    if filters.account:
        posts = select(StaffRow.id).join(Account).where(Account.username == tidy_username(filters.account))
        held = [str(post) for post in await session.scalars(posts)]
        query = query.where(_STAFF.in_(held))
    query = query.order_by(TrailEntry.at.desc(), TrailEntry.id.desc()).limit(limit)
    return [_Found(TICKET, entry, number) for entry, number in await session.execute(query)]


def _not_hidden(staff: Staff) -> ColumnElement[bool]:
    """Who audits is no exception from Art. 30 and 46."""
    own = Ticket.accused_unit.in_(staff.lineage | staff.elsewhere)
    return and_(
        or_(Ticket.accused_unit.is_(None), ~own),
        or_(Ticket.sealed_to.is_(None), Ticket.sealed_to == staff.unit),
        *not_kept_from(staff),
    )


def _common(table: Any, filters: Filters, source: int, after: Any) -> list[ColumnElement[bool]]:
    wanted = []
    if filters.since:
        wanted.append(table.at >= _day(filters.since, "since"))
    if filters.until:
        wanted.append(table.at < _day(filters.until, "until") + timedelta(days=1))
    if filters.kind:
        wanted.append(table.kind == filters.kind)
    if after is not None:
        at, kind, key = after
        if source == kind:
            wanted.append(tuple_(table.at, table.id) < (at, key))
        else:
            wanted.append(table.at <= at if source < kind else table.at < at)
    return wanted


def _day(text: str, field: str) -> datetime:
    """Its first moment in Hohhot."""
    try:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    except ValueError as error:
        raise BadDay(field) from error


async def _usernames(session: AsyncSession, found: Sequence[_Found]) -> Mapping[int, str]:
    posts = {(each.entry.data.get("by") or {}).get("staff_id") for each in found if each.source == TICKET} - {None}
    query = select(StaffRow.id, Account.username).join(Account).where(StaffRow.id.in_(posts))
    return {row.id: row.username for row in await session.execute(query)} if posts else {}


def _line(found: _Found, rules: Rules, users: Mapping[int, str], locale: Locale) -> AuditLine:
    entry, english = found.entry, locale == "en"
    account, by = (entry.data.get("account"), entry.data.get("by")) if found.source == SECURITY else (None, None)
    if found.source == TICKET:
        account = _actor(entry.data.get("by") or {}, users, english=english)
    return AuditLine(
        at=entry.at.astimezone(SHANGHAI),
        trail="ticket" if found.source == TICKET else "security",
        seq=entry.seq,
        kind=entry.kind,
        words=kind_words(entry.kind, english=english),
        account=account,
        by=value_words(by, english=english) if by else None,
        address=entry.data.get("address"),
        number=found.number,
        detail=_detail(entry.data, rules, locale),
        hash=entry.hash,
    )


def _actor(by: Mapping[str, Any], users: Mapping[int, str], *, english: bool) -> str:
    """A member of staff by user name; a petitioner is nobody by name."""
    if by.get("kind") == "staff":
        return users.get(by.get("staff_id") or 0, "?")
    return {"petitioner": ("诉求人", "petitioner")}.get(str(by.get("kind")), ("系统", "system"))[english]


def _detail(data: Mapping[str, Any], rules: Rules, locale: Locale) -> dict[str, str]:
    shown = {}
    for name, label in DETAILS.items():
        value = data.get(name)
        if value is not None:
            shown[label[locale == "en"]] = _value(name, value, rules, locale)
    return shown


def _value(name: str, value: Any, rules: Rules, locale: Locale) -> str:
    if name in UNITS and (unit := unit_named(rules, str(value), locale)):
        return unit.name
    if name == "within":
        with suppress(ValueError):
            return limit_words(parse_limit(str(value)), locale)
    return value_words(_short(value), english=locale == "en")


def _short(value: Any) -> str:
    return "、".join(sorted(value)) if isinstance(value, dict | list) else str(value)


async def pressed(
    session: AsyncSession, rules: Rules, staff: Staff, locale: Locale = "zh", *, cursor: str = ""
) -> PressedPage:
    """Who was pressed about an answer (domain.md §5): for the auditor alone. Raises NotAnAuditor, BadCursor."""
    auditor_only(staff)
    query = _pressed().where(_not_hidden(staff))
    if cursor:
        query = query.where(tuple_(Survey.answered_at, Survey.id) < decode_cursor(cursor, tuple[datetime, _Key]))
    rows = (await session.execute(query.limit(PAGE + 1))).all()
    replies = [_pressed_line(survey, number, rules, locale) for survey, number in rows[:PAGE]]
    last = rows[PAGE - 1][0] if len(rows) > PAGE else None
    return PressedPage(replies, encode_cursor(last.answered_at, last.id) if last else None)


def _pressed() -> Select[Survey, str]:
    query = select(Survey, Ticket.number).join(Ticket, Ticket.id == Survey.ticket_id).where(Survey.pressed.is_(True))
    return query.order_by(Survey.answered_at.desc(), Survey.id.desc())


def _pressed_line(survey: Survey, number: str, rules: Rules, locale: Locale) -> PressedLine:
    unit = unit_named(rules, survey.unit, locale)
    at = (survey.answered_at or survey.created_at).astimezone(SHANGHAI)
    return PressedLine(number, survey.unit, unit.name if unit else survey.unit, at, survey.channel)
