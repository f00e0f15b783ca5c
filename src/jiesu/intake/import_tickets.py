"""Bringing over the tickets of an earlier system: every row checked first, then all of them or none; a row comes over once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError, Invalid
from jiesu.intake.file import EarlierEnd, EarlierTicket, file_appeal
from jiesu.intake.form import AppealForm, checked
from jiesu.intake.import_mapping import Mapping
from jiesu.intake.import_sheet import Cell, Row
from jiesu.intake.numbers import draw_number
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.text import clean
from jiesu.rules import Rules
from jiesu.tickets.events import SYSTEM
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status

__all__ = ["ImportReport", "RowProblem", "import_tickets"]

EARLIEST = datetime(2000, 1, 1, tzinfo=SHANGHAI)
YES, NO = frozenset({"yes", "true", "1", "是", "Y", "y"}), frozenset({"", "no", "false", "0", "否", "N", "n"})
LONGEST_NUMBER = 64
LONGEST_RESULT = 5000
#: How a ticket may have ended there.
OUTCOMES = frozenset({Status.CLOSED, Status.ANSWERED, Status.DIVERTED, Status.WITHDRAWN})


class RowProblem(msgspec.Struct, frozen=True):
    """What is wrong with a row: under which heading, and what to do about it."""

    row: int
    field: str
    column: str
    problem: str


class BroughtOver(msgspec.Struct, frozen=True):
    """A row and the ticket it is now."""

    row: int
    foreign: str
    number: str


class ImportReport(msgspec.Struct):
    """`rows` of the file, of which `skipped` are left out by the mapping and `already` came over earlier."""

    system: str
    rows: int
    skipped: int = 0
    already: list[int] = []
    problems: list[RowProblem] = []
    tickets: list[BroughtOver] = []


class _Read(msgspec.Struct, frozen=True):
    row: int
    foreign: str
    registered_at: datetime
    form: AppealForm
    end: EarlierEnd | None


class BadNumber(Invalid):
    zh = "没有原编号，或者太长（最多 {longest} 字）。"
    en = "There is no number, or it is too long (at most {longest} characters)."


class NumberTwice(Invalid):
    zh = "原编号“{number}”在第{other}行已经有了。请核对，只留一行。"
    en = "The number “{number}” stands in row {other} already. Keep one of them."


class BadTime(Invalid):
    zh = "时间“{value}”看不懂，或不在 2000 年到现在之间。请按“{time}”写，或改映射文件的 time。"
    en = "“{value}” is no time between 2000 and now. Write it like “{time}”, or correct time in the mapping file."


class EndsTooSoon(Invalid):
    zh = "办结时间早于登记时间。请核对这一行。"
    en = "It ended before it was registered. Look at the row again."


class EndUnknown(Invalid):
    zh = "写了结果或办结方式，没有写办结时间。已经办完的请写明时间；没有办完的，这几格空着。"
    en = "There is a result or an outcome and no time of its end. Say when it ended, or leave all of them empty."


class ResultTooLong(Invalid):
    zh = "办理结果太长（{length} 字），最多 {longest} 字。"
    en = "The result is too long ({length} characters); at most {longest}."


class NotOneOf(Invalid):
    zh = "“{value}”不是这里认得的值，或不止一个同名的。请在映射文件的 [values.{field}] 里写明。"
    en = "“{value}” is not known here, or is not the only one of that name. Say in [values.{field}] what it means."


async def import_tickets(
    uow: UnitOfWork, rules: Rules, mapping: Mapping, rows: Sequence[Row], locale: Locale = "zh", *, dry_run: bool
) -> ImportReport:
    """The report; with a problem in any row, or on a dry run, nothing is written.

    Deadlines run from the registration that the row names, so what was late is late here; what ended there has none. A text that looks classified goes to
    its keeper. May be repeated: numbers known from that system are left as they are.
    """
    report = ImportReport(mapping.system, len(rows), already=[], problems=[], tickets=[])
    read = list(_read_all(rules, mapping, rows, uow.now, report, locale))
    known = await _known(uow, mapping.system, [each.foreign for each in read])
    report.already = [each.row for each in read if each.foreign in known]
    if report.problems or dry_run:
        return report
    day = uow.now.astimezone(SHANGHAI).date()
    for each in read:
        if each.foreign in known:
            continue
        earlier = EarlierTicket(mapping.system, each.foreign, each.registered_at, mapping.tell, each.end)
        filed = await file_appeal(uow, rules, await draw_number(uow, day), each.form, SYSTEM, earlier=earlier)
        report.tickets.append(BroughtOver(each.row, each.foreign, filed.ticket.number))
    return report


async def _known(uow: UnitOfWork, system: str, numbers: Sequence[str]) -> set[str]:
    mine = select(Ticket.foreign_number).where(
        Ticket.foreign_number.is_not(None), Ticket.foreign_system == system, Ticket.foreign_number.in_(numbers)
    )
    return {number for number in await uow.session.scalars(mine) if number is not None}


def _read_all(
    rules: Rules, mapping: Mapping, rows: Sequence[Row], now: datetime, report: ImportReport, locale: Locale
) -> Iterator[_Read]:
    seen: dict[str, int] = {}
    for number, cells in rows:
        if any(str(cells.get(heading, "")) in values for heading, values in mapping.skip.items()):
            report.skipped += 1
            continue
        try:
            read = _read(rules, mapping, number, cells, now)
            if read.foreign in seen:
                raise NumberTwice("number", number=read.foreign, other=seen[read.foreign])
        except DomainError as error:
            field = (error.field or "").removeprefix("petitioner.")
            report.problems.append(RowProblem(number, field, mapping.columns.get(field, ""), error.say(locale)))
            continue
        seen[read.foreign] = number
        yield read


def _read(rules: Rules, mapping: Mapping, row: int, cells: dict[str, Cell], now: datetime) -> _Read:
    """One row as an appeal. Raises a subclass of Invalid with the field that is wrong."""
    given = {field: cells.get(heading, "") for field, heading in mapping.columns.items()}
    texts = {field: mapping.meant(field, str(cell).strip()) for field, cell in given.items()}
    foreign = texts["number"]
    if not 1 <= len(foreign) <= LONGEST_NUMBER:
        raise BadNumber("number", longest=LONGEST_NUMBER)
    registered_at = _moment("registered_at", given["registered_at"], mapping, now)
    raw = {field: texts[field] for field in ("text", "title", "nature") if texts.get(field)}
    person = {field: texts[field] for field in ("name", "phone", "id_number", "kind") if texts.get(field)}
    flags = {field: _flag(field, texts.get(field, "")) for field in ("anonymous", "confidential")}
    codes = {"category": _category(rules, texts.get("category", "")), "place": _place(rules, texts.get("place", ""))}
    whole = {"text": ""} | raw | flags | codes | {"channel": "other_system", "petitioner": person}
    try:
        form = msgspec.convert(whole | {"confirmed_unclassified": True}, AppealForm)
    except msgspec.ValidationError as error:
        field = "nature" if "nature" in str(error) else "kind"
        raise NotOneOf(field, value=texts.get(field, ""), field=field) from error
    checked(form, rules)
    return _Read(row, foreign, registered_at, form, _end(rules, mapping, given, texts, registered_at, now))


def _end(
    rules: Rules, mapping: Mapping, given: dict[str, Cell], texts: dict[str, str], begun: datetime, now: datetime
) -> EarlierEnd | None:
    """How it ended, where the row says when; otherwise it is open."""
    words, outcome = texts.get("result", ""), texts.get("outcome", "")
    if not texts.get("ended_at"):
        if words or outcome:
            raise EndUnknown("ended_at")
        return None
    at = _moment("ended_at", given["ended_at"], mapping, now)
    if at < begun:
        raise EndsTooSoon("ended_at")
    if len(words) > LONGEST_RESULT:
        raise ResultTooLong("result", length=len(words), longest=LONGEST_RESULT)
    if outcome and outcome not in OUTCOMES:
        raise NotOneOf("outcome", value=outcome[:40], field="outcome")
    status = Status(outcome) if outcome else Status.CLOSED
    return EarlierEnd(status, at, clean(words) or None, _unit(rules, texts.get("unit", "")))


def _unit(rules: Rules, text: str) -> str | None:
    units = rules.organisation.units
    return _one("unit", text, [code for code, row in units.items() if text in (code, row.name)])


def _moment(field: str, cell: Cell, mapping: Mapping, now: datetime) -> datetime:
    try:
        moment = cell if isinstance(cell, datetime) else datetime.strptime(cell, mapping.time)  # noqa: DTZ007
    except ValueError as error:
        raise BadTime(field, value=str(cell)[:40], time=mapping.time) from error
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    if not EARLIEST <= moment <= now:
        raise BadTime(field, value=str(cell)[:40], time=mapping.time)
    return moment


def _flag(field: str, text: str) -> bool:
    if text not in YES | NO:
        raise NotOneOf(field, value=text[:40], field=field)
    return text in YES


def _category(rules: Rules, text: str) -> str | None:
    categories = rules.catalogue.categories
    return _one("category", text, [code for code, row in categories.items() if text in (code, row.name_zh)])


def _place(rules: Rules, text: str) -> str | None:
    places = rules.organisation.places
    return _one("place", text, [code for code, row in places.items() if text in (code, row.name)])


def _one(field: str, text: str, found: Sequence[str]) -> str | None:
    if not text:
        return None
    if len(found) != 1:
        raise NotOneOf(field, value=text[:40], field=field)
    return found[0]
