"""`simulate`: a believable history, played through the same use cases as real life, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import msgspec

from jiesu.demo.appeals import Storyteller
from jiesu.demo.arrivals import arrivals
from jiesu.demo.blocking import blocking
from jiesu.demo.cast import Cast
from jiesu.demo.delivery import deliver
from jiesu.demo.life import begin, follow
from jiesu.demo.oversight import answer_job
from jiesu.demo.showcase import showcase
from jiesu.demo.stage import Perform, Stage
from jiesu.demo.summary import Summary, summarise
from jiesu.demo.texts import load_texts
from jiesu.demo.users import add_demo_users
from jiesu.errors import Conflict
from jiesu.kernel import Kernel
from jiesu.kit.clock import ManualClock

__all__ = ["OnlyInDemo", "Script", "simulate"]

#: At most this share of the tickets is staged to rest where a visitor finds work.
STAGED = 0.2
#: Told to nobody in particular.
Seen = Callable[[datetime], None]


class OnlyInDemo(Conflict):
    zh = "模拟只能在演示模式下运行（JIESU_DEMO=true）：其中的人和电话都是虚构的，不能给他们发短信。"
    en = "Simulation runs in demo mode only (JIESU_DEMO=true): its people and telephones are invented, and must not be sent messages."


class Script(msgspec.Struct, frozen=True):
    """What is to be played: so many tickets over so many days up to `end` (aware)."""

    tickets: int
    days: int
    seed: int
    end: datetime

    @property
    def start(self) -> datetime:
        return self.end - timedelta(days=self.days)


async def simulate(kernel: Kernel, perform: Perform, script: Script, seen: Seen = lambda _: None) -> Summary:
    """Play the script on an open kernel; `perform` does due jobs, `seen` is told the simulated moment.

    All in one transaction: a play that is interrupted leaves nothing but unused ticket numbers, and workers that run
    beside it see it when it is complete. The same script on an empty database gives the same digest.
    Raises OnlyInDemo.
    """
    if not kernel.settings.demo:
        raise OnlyInDemo
    began = time.monotonic()
    with blocking(kernel.db) as db:
        async with db.begin() as uow:
            clock = ManualClock(script.start)
            await add_demo_users(uow, kernel.rules.organisation, script.start)
            cast = await Cast.load(uow, kernel.rules.organisation)
            stage = Stage(
                kernel, uow, clock, cast=cast, perform=perform, seed=script.seed, end=script.end,
                follow=follow, answer=answer_job,
            )  # fmt: skip
            _set_up(stage, script)
            await stage.play(seen)
            uow.now = script.end
            await deliver(uow, stage.cases)
            uow.wake = True
            texts = len({case.source for case in stage.cases.values()})
            return await summarise(
                uow, stage.cases, texts=texts, began_at=script.start, ended_at=script.end, seconds=time.monotonic() - began
            )


def _set_up(stage: Stage, script: Script) -> None:
    """Put every story's beginning on the agenda."""
    rules = stage.rules
    texts = load_texts(stage.kernel.settings.config_dir / "demo" / "complaints.toml", rules.catalogue.categories)
    teller = Storyteller(script.seed, texts, rules.organisation, rules.calendar, script.tickets)
    staged = showcase(teller, rules, script.end, int(script.tickets * STAGED))
    random = Random(f"{script.seed}:arrivals")  # noqa: S311 - a play, no secret
    moments = arrivals(random, rules.calendar, script.start, script.end, script.tickets - len(staged))
    told = [(when, teller.story(number, when)) for number, when in enumerate(moments)]
    for when, case in (*told, *staged):
        begin(stage, case, when)
