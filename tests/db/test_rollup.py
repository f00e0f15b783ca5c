"""What is kept added up equals the facts: at each moment of random lives, with workers, without them, and after their deaths."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update

from jiesu.accounts.models import StaffRow
from jiesu.accounts.roles import Role
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.models import Deadline
from jiesu.statistics.exclusions import Exclusion
from jiesu.statistics.fold import FOLD, fold, rebuild, unlike
from jiesu.statistics.query import MonthSpan, month_span
from jiesu.statistics.rollup import rates_of
from jiesu.statistics.tally import Tally, TallyMark, TallySum
from jiesu.surveys.models import Survey
from jiesu.surveys.words import Satisfaction, Solved, SurveyState
from jiesu.tickets.models import Ticket
from tests.builders.command import command
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE
from tests.builders.make import YES, employ, person
from tests.builders.recount import unequal
from tests.builders.two_hundred import put_in

WEEK = MonthSpan("W45", *(datetime(2026, 11, day, tzinfo=SHANGHAI) for day in (2, 9)))
SPANS = [month_span("2026-10"), month_span("2026-11"), month_span("2026-11", 26), month_span("2026-11", 20), WEEK]
UNITS = [STATION, VILLAGE, "VS-150102002", COUNTY, CITY]
DAYS = (1, 26)


class Killed(Exception):
    """What a worker knows of its death."""


class Life:
    """Changes of all that facts are read from, at random."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    async def step(self, uow: Any) -> None:
        """One change by somebody."""
        some: list[Callable[[Any], Any]] = [
            self._answer, self._answer, self._answer, self._correct, self._correct, self._expire, self._exclude, self._exclude,
            self._ticket, self._ticket, self._contact, self._vanish,
        ]  # fmt: skip
        await self.chance.choice(some)(uow)
        await uow.session.flush()

    async def _any(self, uow: Any, model: Any) -> Any:
        return await uow.session.scalar(
            select(model).order_by(func.md5(func.concat(model.id, self.chance.random()))).limit(1).with_for_update()
        )

    def _moment(self) -> datetime:
        """Often at an edge of a month, a week or a day."""
        edge = datetime(2026, self.chance.choice([10, 11]), self.chance.choice([1, 2, 9, 20, 26]), tzinfo=SHANGHAI)
        return edge + timedelta(seconds=self.chance.choice([-1, 0, 1, 90_000, 400_000]))

    def _say(self, survey: Survey) -> None:
        survey.state, survey.answered_at = SurveyState.ANSWERED, self._moment()
        survey.contacted = self.chance.choice([True, False, None])
        survey.solved = self.chance.choice([Solved.YES, Solved.YES, Solved.PARTLY, Solved.NO, None])
        survey.satisfied = self.chance.choice([Satisfaction.YES, Satisfaction.MOSTLY, Satisfaction.NO, None])
        survey.reasons = self.chance.choice([[], ["slow"], ["slow", "rude"]])

    async def _answer(self, uow: Any) -> None:
        """Of a result more, whose turn may be out of order."""
        ticket = await self._any(uow, Ticket)
        last = await uow.session.scalar(select(func.max(Survey.round)).where(Survey.ticket_id == ticket.id)) or 0
        survey = Survey(
            ticket_id=ticket.id, round=last + 1, unit=self.chance.choice(UNITS), token_hash=f"{ticket.id}.{last}",
            created_at=uow.now, expires_at=self._moment(), officer_id=await uow.session.scalar(select(func.min(StaffRow.id))),
        )  # fmt: skip
        self._say(survey)
        uow.session.add(survey)

    async def _correct(self, uow: Any) -> None:
        self._say(await self._any(uow, Survey))

    async def _expire(self, uow: Any) -> None:
        survey = await self._any(uow, Survey)
        survey.state = self.chance.choice(["open", "expired", "not_sent", "cancelled"])
        survey.why_not = self.chance.choice([None, "unreachable", "refused"]) if survey.state == "expired" else None
        survey.expires_at = self._moment()

    async def _exclude(self, uow: Any) -> None:
        survey, state = await self._any(uow, Survey), self.chance.choice(["asked", "granted", "refused"])
        known = await uow.session.scalar(select(Exclusion).where(Exclusion.survey_id == survey.id))
        if known:
            known.state = state
            return
        by = await uow.session.scalar(select(func.min(StaffRow.id)))
        uow.session.add(
            Exclusion(
                ticket_id=survey.ticket_id, survey_id=survey.id, unit=survey.unit, asked_by=by, asked_at=uow.now, evidence="x",
                reason="mistaken", state=state,
            )
        )  # fmt: skip

    async def _ticket(self, uow: Any) -> None:
        """Merged or on its own again, sealed, accusing somebody, kept from somebody, of another track or category."""
        ticket, other = await self._any(uow, Ticket), await self._any(uow, Ticket)
        others = select(Ticket.part_no).where(Ticket.part_of == ticket.part_of, Ticket.id != ticket.id)
        places = sorted({1, 2, 3} - set(await uow.session.scalars(others)))  # two parts never have one
        name, values = self.chance.choice(
            [
                ("merged_into", [None, other.id]), ("sealed_to", [None, COUNTY]), ("accused_unit", [None, STATION, COUNTY]),
                ("barred_accounts", [[], [1]]), ("track", ["SERVICE", "PETITION"]), ("category", [None, "0101", "0402"]),
                ("part_no", places) if ticket.part_of else ("nature", ["help", "report"]),
            ]
        )  # fmt: skip
        setattr(ticket, name, self.chance.choice(values))

    async def _contact(self, uow: Any) -> None:
        deadline = await self._any(uow, Deadline)
        deadline.state = self.chance.choice(["running", "met", "missed"])

    async def _vanish(self, uow: Any) -> None:
        """By nobody's use case; still the figures must say so."""
        exclusion = await self._any(uow, Exclusion)
        if exclusion is not None:
            await uow.session.execute(delete(Exclusion).where(Exclusion.id == exclusion.id))


async def people(uow: Any, kernel: Any) -> list[Any]:
    """The system, and people at either end of a line."""
    posts = [(Role.SUPERVISOR, CITY), (Role.SUPERVISOR, COUNTY), (Role.OFFICER, STATION)]
    return [None, *[await person(uow, kernel, await employ(uow, role, unit)) for role, unit in posts]]


@pytest.mark.parametrize("seed", range(int(os.environ.get("JIESU_LIVES", "1"))))
async def test_a_week_of_random_life_is_counted_as_if_it_were_counted_anew_every_time(kernel, uow, seed):
    await put_in(uow)
    life, looking = Life(seed), await people(uow, kernel)

    async def holds(times: int) -> None:
        """For some people, each in some span."""
        for _ in range(times):
            assert await unequal(uow, kernel.rules, [life.chance.choice(SPANS)], [life.chance.choice(looking)]) == []

    await holds(2)  # nobody has counted anything yet
    await fold(uow, DAYS)
    assert await uow.session.scalar(select(func.count()).select_from(TallyMark)) == 0
    for _ in range(7):
        for _ in range(life.chance.randint(5, 40)):
            await life.step(uow)
        await holds(2)  # what changed is not counted yet
        await killed(uow)
        await holds(1)
        for _ in range(life.chance.randint(1, 3)):  # replays
            await fold(uow, DAYS)
        assert await unlike(uow.session) == []
        await holds(1)
    kept = {name: await _all(uow, name) for name in (Tally, TallySum)}
    await rebuild(uow, DAYS)
    assert {name: await _all(uow, name) for name in (Tally, TallySum)} == kept
    assert await unequal(uow, kernel.rules, SPANS, looking[:1]) == []


async def killed(uow: Any) -> None:
    """A worker dies over its work."""

    async def work() -> None:
        async with uow.attempt():
            await fold(uow, DAYS)
            raise Killed

    with pytest.raises(Killed):
        await work()


async def _all(uow: Any, model: Any) -> set[Any]:
    """Its rows that say anything."""
    rows = await uow.session.execute(select(*model.__table__.columns))
    return {str(row) for row in rows if model is Tally or any(row[4:])}


async def test_people_and_workers_at_once_lose_no_change_and_show_no_moment_that_never_was(committed_kernel):
    kernel = committed_kernel
    async with kernel.db.begin() as uow:
        await put_in(uow)
        await employ(uow, Role.SUPERVISOR, CITY)
    stop = asyncio.Event()

    async def change(seed: int) -> None:
        life = Life(seed)
        for _ in range(25):
            async with kernel.db.begin() as uow:
                await life._correct(uow)
                await uow.session.flush()
                await asyncio.sleep(life.chance.random() / 100)

    async def work() -> None:
        while not stop.is_set():
            async with kernel.db.begin() as uow:
                await fold(uow, DAYS)
            await asyncio.sleep(0.005)

    async def look() -> list[str]:
        found: list[str] = []
        while not stop.is_set():
            async with kernel.db.begin() as uow:
                await uow.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
                found += await unequal(uow, kernel.rules, SPANS[1:2], [None])
                found += await unlike(uow.session)
        return found

    workers = [asyncio.create_task(work()) for _ in range(2)]
    looking = asyncio.create_task(look())
    await asyncio.gather(*(change(seed) for seed in range(3)))
    stop.set()
    await asyncio.gather(*workers)
    assert await looking == []
    async with kernel.db.begin() as uow:
        await fold(uow, DAYS)
        assert await uow.session.scalar(select(func.count()).select_from(TallyMark)) == 0
        assert await unlike(uow.session) == []


async def test_an_answer_is_in_the_figures_at_once_and_in_the_sums_when_the_job_is_done(kernel, make, jobs, clock, uow):
    made = await make.ticket("awaiting_survey")
    await make.answer(made, **YES)
    spans, rules = [month_span("2026-11")], kernel.rules

    async def base() -> int:
        return (await rates_of(uow, rules.organisation, rules.rates, spans[0], STATION))[0].own.base

    summed = select(func.sum(TallySum.base)).where(TallySum.unit == STATION, TallySum.first_day == 1)
    assert (await base(), await uow.session.scalar(summed)) == (1, None)
    clock.advance(timedelta(minutes=10))
    assert [job.kind for job in await jobs.pending(kind=FOLD)] == [FOLD]
    await jobs.run_due()
    assert (await base(), await uow.session.scalar(summed)) == (1, 1)


async def test_who_is_accused_later_never_learns_it_from_a_sum(kernel, make, jobs, clock, uow):
    made = await make.ticket("awaiting_survey")
    await make.answer(made, **YES)
    clock.advance(timedelta(minutes=10))
    await jobs.run_due()
    november, rules = month_span("2026-11"), kernel.rules
    officer = await person(uow, kernel, await employ(uow, Role.OFFICER, STATION))
    above = await person(uow, kernel, await employ(uow, Role.SUPERVISOR, CITY))

    async def base(staff: Any) -> int:
        async with kernel.db.begin() as mine:
            await mine.see_as(staff.viewer)
            return (await rates_of(mine, rules.organisation, rules.rates, november, STATION, staff))[0].own.base

    assert [await base(staff) for staff in (officer, above)] == [1, 1]
    ticket = await make.load(made)
    async with kernel.db.begin() as changing:
        row = await changing.session.get_one(Ticket, ticket.id)
        row.accused_unit = STATION
    assert [await base(staff) for staff in (officer, above)] == [0, 1]  # before a worker has counted it
    await fold(uow, DAYS)
    assert [await base(staff) for staff in (officer, above)] == [0, 1]


async def test_a_rebuild_puts_right_what_the_check_names(committed_kernel):
    kernel = committed_kernel
    async with kernel.db.begin() as uow:
        await put_in(uow)
        await fold(uow, DAYS)
        await uow.session.execute(update(TallySum).where(TallySum.unit == STATION).values(solved=99))
        wrong = await uow.session.scalar(select(Tally.ticket_id).order_by(Tally.ticket_id).limit(1))
        number = await uow.session.scalar(select(Ticket.number).where(Ticket.id == wrong))
        await uow.session.execute(delete(Tally).where(Tally.ticket_id == wrong))

    def jiesu(*words: str) -> tuple[int | None, list[str]]:
        ended = command(kernel.settings, "rates", "rebuild", "--json", *words)
        return ended.code, json.loads(ended.out)["different"]

    code, different = jiesu("--check")
    assert code == 1
    assert {number, f"2026-11-01 {STATION}"} <= set(different)
    assert [jiesu(), jiesu("--check")] == [(0, []), (0, [])]
