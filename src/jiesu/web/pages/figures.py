"""Each figure of the board, and the contact lists, as a table to take along: from the same view as its page, in the same words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from litestar.di import Provide
from litestar.params import FromQuery

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.divided import divided_view
from jiesu.desk.board.export_rates import FIGURES, figure_cells
from jiesu.desk.board.league import SortedBy, league_view
from jiesu.desk.board.parts import NONE, By
from jiesu.desk.board.periods import MonthKind
from jiesu.desk.board.punctual import punctual_list, punctual_view
from jiesu.desk.board.sheets import MOST, Asked, Cell, Exported, ListTooLong, Table, hand_out, tenths, wall
from jiesu.desk.board.topics import topics_view
from jiesu.desk.co_handling import co_handling_view
from jiesu.desk.names import Named, unit_or_code
from jiesu.desk.outreach import Which, outreach_page
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_text
from jiesu.rules import Rules
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.wording import TARGETS
from jiesu.web.pages.admin.words import FUNCTIONS
from jiesu.web.pages.board_words import BOARD_WORDS
from jiesu.web.pages.languages import N_, Say, speaker
from jiesu.web.pages.words import WORDS

__all__ = ["WANTED", "Figure", "Wanted", "export_figure"]

Short = Annotated[str, msgspec.Meta(max_length=40)]
#: Heading in Chinese, width in characters.
Column = tuple[str, int]


class Figure(StrEnum):
    """What can be taken along beside tickets and the month's rates."""

    LEAGUE = "league"
    RATES_BY = "rates_by"
    PUNCTUALITY = "punctuality"
    DATES = "dates"
    CO_HANDLING = "co_handling"
    TOPICS = "topics"
    CONTACTS = "contacts"


class Wanted(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which figure of what, as the addresses of its page say it; each takes what its view takes."""

    what: Figure
    month: str | None = None
    unit: str | None = None
    period: MonthKind = MonthKind.CALENDAR
    tier: str | None = None
    sort: SortedBy = SortedBy.SCORE
    by: By = By.CATEGORY
    clock: ClockKind = ClockKind.PETITIONER
    target: Target = Target.RESOLVE
    which: Which = Which.DUE


def provide_wanted(
    what: FromQuery[Figure],
    month: FromQuery[Short | None] = None,
    unit: FromQuery[Short | None] = None,
    period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    tier: FromQuery[Short | None] = None,
    sort: FromQuery[SortedBy] = SortedBy.SCORE,
    by: FromQuery[By] = By.CATEGORY,
    clock: FromQuery[ClockKind] = ClockKind.PETITIONER,
    target: FromQuery[Target] = Target.RESOLVE,
    which: FromQuery[Which] = Which.DUE,
) -> Wanted:
    """Which figure of what."""
    return Wanted(what, month, unit, period, tier, sort, by, clock, target, which)


WANTED = {"wanted": Provide(provide_wanted, sync_to_thread=False)}


class Look(NamedTuple):
    """Who asks for what."""

    uow: UnitOfWork
    rules: Rules
    staff: Staff
    wanted: Wanted
    locale: Locale

    @property
    def say(self) -> Say:
        return speaker(self.locale)


class Found(NamedTuple):
    """`of`: which month, unit and so on the rows are of."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    of: tuple[str, ...]


async def export_figure(uow: UnitOfWork, rules: Rules, staff: Staff, wanted: Wanted, asked: Asked) -> Exported:
    """What the page shows, and the export on record. Raises EmptyText for the reason, ListTooLong, and what the view raises."""
    look = Look(uow, rules, staff, wanted, asked.locale)
    found = await _FOUND[wanted.what](look)
    if len(found.rows) > MOST:
        raise ListTooLong("what", most=MOST)
    table = Table(look.say(found.title), tuple((look.say(name), width) for name, width in found.columns), found.rows)
    filters = {name: str(value)[:40] for name, value in msgspec.to_builtins(wanted).items() if name != "what"}
    condition = " · ".join((table.title, *found.of))
    return await hand_out(uow, rules, staff, str(wanted.what), filters, condition, [table], asked)


UNIT = (N_("单位（含下属）"), 36)
RATES = ((N_("有效评价"), 10), (N_("响应率"), 10), (N_("解决率"), 10), (N_("满意率"), 10), (N_("得分"), 10))


async def _league(look: Look) -> Found:
    uow, rules, staff, wanted, locale = look
    view = await league_view(uow, rules, staff, wanted.month, wanted.tier, wanted.sort, locale)
    lines = [
        (
            row.unit.name,
            row.base,
            row.response,
            row.resolution,
            row.satisfaction,
            tenths(row.score, 100),
            *([row.place] if view.ranking else []),
        )
        for row in view.lines
    ]
    columns = (UNIT, *RATES, *([(N_("名次"), 8)] if view.ranking else []))
    return Found(N_("各站三率"), columns, lines, (view.month, look.say(BOARD_WORDS["tier"][view.tier])))


async def _rates_by(look: Look) -> Found:
    uow, rules, staff, wanted, locale = look
    view = await divided_view(uow, rules, staff, wanted.month, wanted.unit, wanted.by, locale, wanted.period)
    lines = [
        (
            _part(look, view.by, row.of),
            *figure_cells(row.figures),
            *figure_cells(row.raw)[: len(RATES)],
            *(figure_cells(row.frozen)[: len(RATES)] if row.frozen else ()),
        )
        for row in view.parts
    ]
    by = BOARD_WORDS["by"][view.by]
    besides = [N_("剔除前{name}"), *([N_("冻结时{name}")] if any(row.frozen for row in view.parts) else [])]
    beside = [(look.say(word, name=look.say(name)), width) for word in besides for name, width in RATES]
    columns = ((by, 24), *((chinese, width) for chinese, _, width in FIGURES), *beside)
    return Found(N_("三率明细"), columns, lines, (look.say(by), *_of(look, view.month, view.unit)))


def _part(look: Look, by: By, of: Named) -> str:
    if of.code == NONE:
        return look.say(N_("未定"))
    if by is By.FUNCTION and of.code in FUNCTIONS:
        return look.say(FUNCTIONS[of.code])
    return f"{of.name} {of.code}" if by is By.OFFICER else of.name


async def _punctuality(look: Look) -> Found:
    uow, rules, staff, wanted, locale = look
    view = await punctual_view(uow, rules, staff, wanted.month, wanted.unit, locale, wanted.period)
    lines = [
        (
            look.say(WORDS["clock"][row.clock]),
            row.name,
            row.on_time,
            row.late,
            row.open,
            row.rate,
            *(tenths(hours) for hours in (row.mean_hours, row.median_hours, row.most_hours)),
        )
        for row in view.lines
    ]
    hours = ((N_("平均超时小时"), 14), (N_("超时小时中位数"), 16), (N_("最长超时小时"), 14))
    counts = ((N_("按时"), 8), (N_("超时"), 8), (N_("还没到期"), 10), (N_("按时率"), 10))
    columns = ((N_("时限"), 14), (N_("要求"), 14), *counts, *hours)
    return Found(N_("按时办理"), columns, lines, _of(look, view.month, view.unit))


async def _dates(look: Look) -> Found:
    uow, rules, staff, wanted, locale = look
    asked = (wanted.month, wanted.unit, wanted.clock, wanted.target, locale, wanted.period)
    lines = [
        (
            row.number,
            mask_text(row.title),
            row.unit.name,
            wall(row.due_at),
            wall(row.done_at),
            look.say(BOARD_WORDS["how"][row.how]),
            tenths(row.hours),
        )
        for row in await punctual_list(uow, rules, staff, *asked)
    ]
    columns = (
        (N_("工单编号"), 22), (N_("诉求"), 40), (N_("承办单位"), 36), (N_("到期"), 17), (N_("办到"), 17),
        (N_("怎么算的"), 12), (N_("超时小时"), 10),
    )  # fmt: skip
    which = (look.say(WORDS["clock"][wanted.clock]), TARGETS[wanted.target][locale])
    unit = unit_or_code(rules, wanted.unit or staff.unit, locale)
    return Found(N_("按时办理"), columns, lines, (*which, *_of(look, wanted.month, unit)))


async def _co_handling(look: Look) -> Found:
    uow, rules, staff, wanted, locale = look
    view = await co_handling_view(uow, rules, staff, wanted.month, wanted.unit, locale, wanted.period)
    lines = [(row.unit.name, row.finished, row.late, row.open) for row in view.units]
    columns = ((N_("单位"), 36), (N_("已完成"), 10), (N_("超时"), 10), (N_("协办中"), 10))
    unit = unit_or_code(rules, wanted.unit or staff.unit, locale)
    return Found(N_("协办"), columns, lines, _of(look, view.month, unit))


async def _topics(look: Look) -> Found:
    uow, rules, staff, wanted, locale = look
    view = await topics_view(uow, rules, staff, wanted.unit, locale)
    lines = [
        (
            row.place.name,
            row.category.name,
            row.now,
            row.before,
            row.alike,
            wall(row.first_seen),
            row.suggested.name,
            ", ".join(example.number for example in row.examples),
        )
        for row in view.topics
    ]
    days = (look.say(N_("近 {days} 天"), days=view.days), 10), (look.say(N_("之前 {days} 天"), days=view.days), 12)
    columns = (
        (N_("地方"), 24), (N_("类别"), 24), *days, (N_("几乎同一件事"), 10), (N_("最早"), 17), (N_("属地单位"), 36), (N_("例子"), 66),
    )  # fmt: skip
    return Found(N_("热点话题"), columns, lines, (view.unit.name,))


async def _contacts(look: Look) -> Found:
    uow, rules, staff, wanted, locale = look
    page = await outreach_page(uow, rules, staff, wanted.which, wanted.unit, locale=locale, limit=MOST + 1)
    lines = [
        (
            row.name,
            row.phone,
            look.say(WORDS["kind"][row.kind]) if row.kind else None,
            row.reason.name,
            row.call_due_on,
            row.visit_due_on,
            row.officer,
            row.unit.name,
        )
        for row in page.people
    ]
    columns = (
        (N_("姓名"), 10), (N_("电话"), 16), (N_("身份"), 28), (N_("联系原因"), 20), (N_("下次电话联系"), 14), (N_("下次走访"), 12),
        (N_("负责人"), 12), (N_("单位"), 36),
    )  # fmt: skip
    return Found(N_("联系名单"), columns, lines, (look.say(_WHICH[wanted.which]),))


_WHICH = {Which.DUE: N_("该联系了"), Which.MINE: N_("我负责的"), Which.ALL: N_("全部")}


def _of(look: Look, month: str | None, unit: Named) -> tuple[str, ...]:
    return (look.say(BOARD_WORDS["period"][look.wanted.period]), month or "", unit.name)


_FOUND: Mapping[Figure, Callable[[Look], Awaitable[Found]]] = {
    Figure.LEAGUE: _league,
    Figure.RATES_BY: _rates_by,
    Figure.PUNCTUALITY: _punctuality,
    Figure.DATES: _dates,
    Figure.CO_HANDLING: _co_handling,
    Figure.TOPICS: _topics,
    Figure.CONTACTS: _contacts,
}
