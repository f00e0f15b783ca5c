"""`simulate`: a believable history, played through the same use cases as real life, in two independent halves."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import msgspec
from sqlalchemy import delete

from jiesu.db.jobs import Job
from jiesu.demo.appeals import HALVES, Storyteller
from jiesu.demo.arrivals import arrivals
from jiesu.demo.case import Case
from jiesu.demo.cast import Cast
from jiesu.demo.delivery import deliver
from jiesu.demo.life import begin, follow
from jiesu.demo.oversight import answer_job
from jiesu.demo.petitions import petitions
from jiesu.demo.showcase import showcase
from jiesu.demo.stage import Perform, Stage
from jiesu.demo.summary import Summary, summarise
from jiesu.demo.texts import load_texts
from jiesu.demo.transaction import blocking
from jiesu.demo.users import add_demo_users
from jiesu.errors import Conflict
from jiesu.kernel import Kernel
from jiesu.kit.clock import ManualClock
from jiesu.statistics.fold import FOLD, fold

__all__ = ["OnlyInDemo", "Played", "Script", "Seen", "conclude", "play_half", "prepare", "simulate"]

#: At most this share of the tickets is staged to rest where a visitor finds work.
STAGED = 0.2
#: From so many tickets on two are petitions.
ENOUGH = 100
#: Told the simulated moment as the play goes on.
Seen = Callable[[datetime], None]


class OnlyInDemo(Conflict):
    zh = "模拟只能在演示模式下运行（JIESU_DEMO=true）：其中的人和电话都是虚构的，不能给他们发短信。"
    en = "Simulate in demo mode only (JIESU_DEMO=true): people and telephones are invented, and must not be sent messages."


class Script(msgspec.Struct, frozen=True):
    """What is to be played: so many tickets over so many days up to `end` (aware)."""

    tickets: int
    days: int
    seed: int
    end: datetime

    @property
    def start(self) -> datetime:
        return self.end - timedelta(days=self.days)


class Played(msgspec.Struct):
    """Keys of the tickets that were filed, and which texts they told."""

    tickets: list[int] = []
    texts: set[str] = set()

    def __add__(self, other: Played) -> Played:
        return Played([*self.tickets, *other.tickets], self.texts | other.texts)


async def simulate(kernel: Kernel, perform: Perform, script: Script, seen: Seen = lambda _: None) -> Summary:
    """Play the script on an open kernel, both halves in this process; `perform` does due jobs.

    The same script on an empty database gives the same digest. Raises OnlyInDemo.
    """
    began = time.monotonic()
    await prepare(kernel, script)
    played = Played()
    for half in range(HALVES):
        played += await play_half(kernel, perform, script, half, seen)
    return await conclude(kernel, script, played, time.monotonic() - began)


async def prepare(kernel: Kernel, script: Script) -> None:
    """Add the demo staff who will act. Raises OnlyInDemo."""
    if not kernel.settings.demo:
        raise OnlyInDemo
    async with kernel.db.begin() as uow:
        await add_demo_users(uow, kernel.rules.organisation, script.start)


async def play_half(kernel: Kernel, perform: Perform, script: Script, half: int, seen: Seen) -> Played:
    """Play every second story, in one transaction.

    A play that is interrupted leaves nothing but unused ticket numbers; workers that run beside it see it complete.
    """
    with blocking(kernel.db) as db:
        async with db.begin() as uow:
            cast = await Cast.load(uow, kernel.rules.organisation)
            stage = Stage(
                kernel, db, uow, ManualClock(script.start), cast=cast, perform=perform, seed=script.seed,
                end=script.end, follow=follow, answer=answer_job,
            )  # fmt: skip
            for when, case in stories(kernel, script)[half::HALVES]:
                begin(stage, case, when)
            await stage.play(seen)
            await deliver(uow, stage.cases)
            uow.wake = True
            return Played(list(stage.cases), {case.source for case in stage.cases.values()})


def stories(kernel: Kernel, script: Script) -> list[tuple[datetime, Case]]:
    """Every story with the moment it begins."""
    rules = kernel.rules
    texts = load_texts(kernel.settings.config_dir / "demo" / "complaints.toml", rules.catalogue.categories)
    teller = Storyteller(script.seed, texts, rules.organisation, rules.calendar)
    staged = showcase(teller, rules, script.end, int(script.tickets * STAGED))
    if script.tickets >= ENOUGH:
        staged += petitions(teller, rules, script.end)
    random = Random(f"{script.seed}:arrivals")  # noqa: S311 - a play, no secret
    moments = arrivals(random, rules.calendar, script.start, script.end, script.tickets - len(staged))
    return [*staged, *((when, teller.story(number, when)) for number, when in enumerate(moments, len(staged)))]


async def conclude(kernel: Kernel, script: Script, played: Played, seconds: float) -> Summary:
    """Count what was played, first for the rates: all at once what a worker does by and by."""
    async with kernel.db.begin() as uow:
        while await fold(uow, kernel.rules.rates.kept_days):
            pass
        await uow.session.execute(delete(Job).where(Job.kind == FOLD, Job.run_at <= script.end))
        return await summarise(
            uow, played.tickets, texts=len(played.texts), began_at=script.start, ended_at=script.end, seconds=seconds
        )
