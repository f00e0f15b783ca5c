"""Counting anew what changed, and keeping the sums by it: a job of the workers, and the whole of it from the facts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Select, and_, any_, delete, func, literal, or_, select, text, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.statistics.tallied import COLUMNS, SUMMED, first_of_month, next_month, sums, tallies
from jiesu.statistics.tally import KeptMonths, Tally, TallyMark, TallySum
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket

__all__ = ["FOLD", "fold", "fold_later", "promise_folding", "rebuild", "unlike"]

#: Job kind: count anew the tickets that are marked.
FOLD = "rates.fold"
#: What changes in so much time is counted together; until then every look counts it.
PAUSE = timedelta(minutes=10)
#: Its tens of minutes are those of every clock.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
#: Marks taken at once.
MOST = 2000

#: Sums are changed by one transaction at a time; it waits for no ticket, and no ticket's step waits for it.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('rates.fold'))")
_BIGINTS = ARRAY(BigInteger)
#: What reads everything may take longer than what somebody waits for.
_PATIENT = text("SET LOCAL statement_timeout = 0")
_KEY = ("first_day", "starts_on", "unit", "excluded")


async def fold_later(uow: UnitOfWork, ticket_id: int) -> None:
    """Promise to count the ticket anew; repeatable. Forgetting it makes figures slower, never wrong: the mark is there."""
    when = uow.now + PAUSE - (uow.now - EPOCH) % PAUSE
    await jobs.schedule(uow, jobs.Promise(FOLD, when, f"{FOLD}:{ticket_id}", {}, priority=jobs.Priority.BULK))


async def promise_folding(uow: UnitOfWork) -> None:
    """Look at once for marks that nobody promised to count. Repeatable."""
    await jobs.schedule(uow, jobs.Promise(FOLD, uow.now, FOLD, {}, priority=jobs.Priority.BULK))


async def fold(uow: UnitOfWork, first_days: Collection[int]) -> int:
    """Count the marked tickets anew and keep the sums, of months that begin on these days too; returns how many tickets.

    Repeatable. What is more than a batch is promised.
    """
    await uow.session.execute(_ALONE)
    await _keep(uow, first_days)
    first = select(TallyMark.id).order_by(TallyMark.id).limit(MOST)
    taken = delete(TallyMark).where(TallyMark.id.in_(first)).returning(TallyMark.ticket_id)
    marks = (await uow.session.scalars(taken)).all()
    if marks:
        await _anew(uow, sorted(set(marks)))
    if len(marks) == MOST:
        await promise_folding(uow)
    return len(set(marks))


async def rebuild(uow: UnitOfWork, first_days: Collection[int]) -> None:
    """All of it from the facts. Whoever looks meanwhile sees what there was, which is as exact."""
    await uow.session.execute(_PATIENT)
    await uow.session.execute(_ALONE)
    for table in (TallyMark, Tally, TallySum):
        await uow.session.execute(delete(table))
    await uow.session.execute(insert(Tally).from_select(COLUMNS, tallies()))
    await uow.session.execute(insert(TallySum).from_select((*_KEY, *SUMMED), summed(Tally)))
    await _keep(uow, first_days)


async def unlike(session: AsyncSession) -> list[str]:
    """What is counted otherwise than the facts say: numbers of tickets that are not marked, and months of units.

    Reads all surveys: those of a million tickets in half a minute.
    """
    await session.execute(_PATIENT)
    marked = select(TallyMark.id).where(TallyMark.ticket_id == Survey.ticket_id).exists()
    kept = select(*(getattr(Tally, name) for name in COLUMNS)).join(Survey, Survey.id == Tally.survey_id, isouter=True)
    other = _not_in_both(tallies().where(~marked), kept.where(~marked))
    wrong = select(Ticket.number).where(Ticket.id.in_(select(other.ticket_id))).order_by(Ticket.id)
    found = list(await session.scalars(wrong))

    added = summed(Tally).subquery().c
    here = select(*(getattr(TallySum, name) for name in (*_KEY, *SUMMED)))
    rows = _not_in_both(
        here.where(or_(*(getattr(TallySum, name) != 0 for name in SUMMED))),
        select(*added).where(or_(*(added[name] != 0 for name in SUMMED))),
    )
    where = select(rows.starts_on, rows.unit).distinct().order_by(rows.starts_on, rows.unit)
    return found + [f"{starts_on} {unit}" for starts_on, unit in await session.execute(where)]


def _not_in_both(one: Select[Any], other: Select[Any]) -> Any:
    """Rows of either that the other has not; each is read once."""
    both = union_all(one, other).subquery().c
    return select(*both).group_by(*both).having(func.count() == 1).subquery().c


async def _keep(uow: UnitOfWork, first_days: Collection[int]) -> None:
    """Add up what there is by months that begin on days of which there are no sums yet."""
    missing = set(first_days) - set(await uow.session.scalars(select(KeptMonths.first_day)))
    if missing:
        await uow.session.execute(insert(KeptMonths), [{"first_day": day} for day in sorted(missing)])
        query = summed(Tally).where(KeptMonths.first_day.in_(missing))
        await uow.session.execute(insert(TallySum).from_select((*_KEY, *SUMMED), query))


async def _anew(uow: UnitOfWork, tickets: Sequence[int]) -> None:
    """What they counted for goes, what they count for now comes."""
    wanted = any_(literal(list(tickets), type_=_BIGINTS))
    gone = delete(Tally).where(Tally.ticket_id == wanted).returning(*Tally.__table__.columns).cte("gone")
    await uow.session.execute(_added(summed(gone.c, sign=-1)))
    found = tallies().where(Survey.ticket_id == wanted)
    come = insert(Tally).from_select(COLUMNS, found).returning(*Tally.__table__.columns).cte("come")
    await uow.session.execute(_added(summed(come.c)))


def summed(rows: Any, *, sign: int = 1) -> Select[Any]:
    """What tallies add up to by month, unit and whether they are excluded: the columns of `TallySum`, for all months that are kept."""
    starts_on = first_of_month(rows.day, KeptMonths.first_day)
    counts = and_(rows.counts, or_(rows.until.is_(None), rows.until >= next_month(starts_on)))
    keys = (KeptMonths.first_day, starts_on, rows.unit, rows.excluded)
    named = (key.label(name) for key, name in zip(keys, _KEY, strict=True))
    query: Select[Any] = select(*named, *sums(rows, counts, sign=sign)).where(~rows.aside)
    return query.join_from(rows.day.table if rows is not Tally else Tally, KeptMonths, true()).group_by(*keys)


def _added(query: Select[Any]) -> Any:
    statement = insert(TallySum).from_select((*_KEY, *SUMMED), query)
    more = {name: getattr(TallySum, name) + statement.excluded[name] for name in SUMMED}
    return statement.on_conflict_do_update(index_elements=list(_KEY), set_=more)
