"""Reading what is added up: sums, less what marked tickets counted for, plus what these and those aside count for now.

It is one statement, so of one moment: the figures are exact whether or not a worker has counted what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    any_,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.statistics.coverage import Coverage
from jiesu.statistics.query import MonthSpan, counting, reworked_in, solved_in
from jiesu.statistics.rates import Counts, Figures, RatesPolicy, figures_of
from jiesu.statistics.tallied import ENDED, SUMMED, ended_at, ending, fact_columns, sums
from jiesu.statistics.tally import KeptMonths, Tally, TallyMark, TallySum
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import countable_by
from jiesu.units.organisation import Organisation

__all__ = ["NOTHING", "Totals", "UnitFigures", "rates_of", "reasons_given", "totals_by", "totals_divided"]

_TEXTS, _NUMBERS = ARRAY(String), ARRAY(Integer)
_COUNTED = len(Counts.__struct_fields__)
#: Of rows with the columns of a tally, what they are divided by.
Key = Callable[[Any], ColumnElement[Any]]


class Totals(msgspec.Struct, frozen=True):
    """What answers add up to, without those excluded (`kept`) and these alone (`out`), and how all surveys ended."""

    kept: Counts = Counts()
    out: Counts = Counts()
    coverage: Coverage = Coverage()

    def __add__(self, other: Totals) -> Totals:
        coverage = map(add, msgspec.structs.astuple(self.coverage), msgspec.structs.astuple(other.coverage))
        return Totals(self.kept + other.kept, self.out + other.out, Coverage(*coverage))

    @property
    def raw(self) -> Counts:
        """As if nothing had been excluded."""
        return self.kept + self.out


NOTHING = Totals()


@dataclass(frozen=True)
class UnitFigures:
    """The figures of a unit itself and of everything below it; `raw` are the subtree's with what was excluded."""

    unit: str
    own: Figures
    subtree: Figures
    raw: Figures
    #: How the surveys about the subtree ended.
    coverage: Coverage


async def rates_of(
    uow: UnitOfWork,
    organisation: Organisation,
    policy: RatesPolicy,
    month: MonthSpan,
    unit: str,
    staff: Staff | None = None,
) -> list[UnitFigures]:
    """Figures of a unit and of each unit directly below it, itself first.

    For `staff` without what they may not know of; what another unit has taken over since still counts where it was.
    """
    below = sorted(code for code, row in organisation.units.items() if row.parent == unit)
    codes = (unit, *below)
    groups = {unit: 0}
    for place, code in enumerate(below, 1):  # of each its own, and what is below it
        groups |= {each: 2 * place + (each != code) for each in organisation.subtree(code)}
    found = await totals_by(uow, month, groups, staff)
    own = [found.get(2 * place, NOTHING) for place in range(len(codes))]
    subtrees = [own[place] + found.get(2 * place + 1, NOTHING) for place in range(len(codes))]
    subtrees[0] = reduce(add, subtrees)
    return [
        UnitFigures(code, figures_of(mine.kept, policy), figures_of(all_.kept, policy), figures_of(all_.raw, policy), all_.coverage)
        for code, mine, all_ in zip(codes, own, subtrees, strict=True)
    ]  # fmt: skip


async def totals_by(
    uow: UnitOfWork, month: MonthSpan, groups: Mapping[str, int], staff: Staff | None = None
) -> dict[int, Totals]:
    """Unit → group, to group → what its units' surveys add up to. For `staff` without what they may not know of.

    From the sums where such months are kept; else (a week, a first day nobody has added up yet) from the tallies.
    """
    look = _Look.at(month, groups, staff)
    async with uow.scoped(Scope.FIGURES):
        kept = look.is_month and await uow.session.get(KeptMonths, look.since.day) is not None
        rows = union_all(*(look.summed() if kept else [look.tallied(_unit)]), look.live(_unit)).subquery().c
        pairs = func.unnest(literal(list(groups), _TEXTS), literal(list(groups.values()), _NUMBERS))
        group = pairs.table_valued("unit", "number").render_derived()
        return await _totals(uow, rows, group.c.number, group, group.c.unit == rows.key)


async def totals_divided(
    uow: UnitOfWork, month: MonthSpan, units: Collection[str], by: Key, staff: Staff | None = None
) -> dict[Any, Totals]:
    """What the surveys of these units add up to, for each value of `by`."""
    look = _Look.at(month, units, staff)
    async with uow.scoped(Scope.FIGURES):
        rows = union_all(look.tallied(by), look.live(by)).subquery().c
        return await _totals(uow, rows, rows.key)


async def reasons_given(
    uow: UnitOfWork, month: MonthSpan, units: Collection[str], staff: Staff | None = None
) -> list[tuple[str, int]]:
    """Code and how many counted answers named it, the most frequent first; one answer may name several."""
    look = _Look.at(month, units, staff)
    code = func.unnest(Tally.reasons).label("code")
    some = select(code).where(*look.among(), ~_MARKED, look.counts(), ~Tally.excluded, Tally.reasons != [])
    live = look.rows().subquery().c
    others = select(func.unnest(live.reasons)).where(live.counts, ~live.excluded)
    each = union_all(some, others).subquery().c.code
    async with uow.scoped(Scope.FIGURES):
        found = await uow.session.execute(select(each, func.count()).group_by(each).order_by(func.count().desc(), each))
        return [(name, number) for name, number in found]


async def _totals(uow: UnitOfWork, rows: Any, key: ColumnElement[Any], *joined: Any) -> dict[Any, Totals]:
    columns = [func.sum(rows[name]) for name in SUMMED]
    query = select(key, rows.excluded, *columns).group_by(key, rows.excluded)
    if joined:
        query = query.join(*joined)
    found: dict[Any, Totals] = {}
    for which, out, *numbers in await uow.session.execute(query):
        counts, coverage = Counts(*numbers[:_COUNTED]), Coverage(*numbers[_COUNTED:])
        here = Totals(out=counts, coverage=coverage) if out else Totals(counts, coverage=coverage)
        found[which] = found.get(which, NOTHING) + here
    return found


@dataclass(frozen=True)
class _Look:
    """One look at the surveys of some units that ended in a span of days, by somebody."""

    month: MonthSpan
    since: date
    end: date
    units: ColumnElement[Any]
    staff: Staff | None

    @classmethod
    def at(cls, month: MonthSpan, units: Collection[str], staff: Staff | None) -> _Look:
        since, end = (moment.astimezone(SHANGHAI).date() for moment in (month.start, month.end))
        return cls(month, since, end, any_(literal(sorted(units), _TEXTS)), staff)

    @property
    def is_month(self) -> bool:
        return self.end == (self.since.replace(day=1) + timedelta(days=31)).replace(day=self.since.day)

    @property
    def seen(self) -> ColumnElement[bool]:
        return true() if self.staff is None else countable_by(self.staff)

    @property
    def sees(self) -> ColumnElement[bool]:
        """What is in sums and tallies is hidden from nobody who reads at all."""
        return true() if self.staff is None or self.staff.has(Right.READ) else false()

    def summed(self) -> list[Select[Any]]:
        """The month's sums, and with the other sign what marked tickets counted for."""
        sums_ = select(TallySum.unit.label("key"), TallySum.excluded, *(getattr(TallySum, name) for name in SUMMED))
        months = (TallySum.first_day == self.since.day, TallySum.starts_on == self.since, TallySum.unit == self.units)
        here: Select[Any] = sums_.where(*months, self.sees)
        return [here, self._added(_unit, -1, _MARKED)]

    def tallied(self, key: Key) -> Select[Any]:
        """Each ticket that is not marked, as it was counted."""
        return self._added(key, 1, ~_MARKED)

    def _added(self, key: Key, sign: int, which: ColumnElement[bool]) -> Select[Any]:
        columns = (key(Tally).label("key"), Tally.excluded, *sums(Tally, self.counts(), sign=sign))
        query: Select[Any] = select(*columns)
        return query.where(*self.among(), which).group_by(key(Tally), Tally.excluded)

    def among(self) -> tuple[ColumnElement[bool], ...]:
        """Tallies of these days and units that are in sums."""
        return Tally.day >= self.since, Tally.day < self.end, Tally.unit == self.units, ~Tally.aside, self.sees

    def counts(self) -> ColumnElement[bool]:
        return and_(Tally.counts, or_(Tally.until.is_(None), Tally.until >= self.end))

    def live(self, key: Key) -> Select[Any]:
        """What marked tickets and those aside count for now."""
        rows = self.rows().subquery().c
        return select(key(rows).label("key"), rows.excluded, *sums(rows, rows.counts)).group_by(
            key(rows), rows.excluded
        )

    def rows(self) -> Select[Any]:
        """Their surveys, from the facts, as `counted_tickets` would. OFFSET 0: each fact is looked up once, not for every sum."""
        aside = select(Tally.ticket_id).where(Tally.aside, Tally.day >= self.since, Tally.day < self.end)
        tickets = func.array(union(select(TallyMark.ticket_id), aside).scalar_subquery())
        ended = ended_at()
        return (
            select(
                Survey.unit,
                Ticket.category,
                Survey.officer_id,
                Survey.reasons,
                ending().label("ending"),
                and_(*counting(self.month, None, None)).label("counts"),
                *(column.label(name) for name, column in fact_columns(solved_in(self.month), reworked_in(self.month)).items()),
            )
            .join(Ticket, Ticket.id == Survey.ticket_id)
            .where(
                Survey.ticket_id == any_(tickets), Survey.state.in_(ENDED), Survey.unit == self.units,
                ended >= self.month.start, ended < self.month.end, self.seen,
            )
            .offset(literal_column("0"))
        )  # fmt: skip


_MARKED = select(TallyMark.id).where(TallyMark.ticket_id == Tally.ticket_id).exists()


def _unit(rows: Any) -> ColumnElement[str]:
    found: ColumnElement[str] = rows.unit
    return found
