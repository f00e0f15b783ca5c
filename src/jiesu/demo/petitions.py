"""Two petitions (信访) in the play: one accepted and being handled, one whose opinion is disputed before the county."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from jiesu.demo.appeals import Storyteller
from jiesu.demo.case import Case
from jiesu.demo.pace import in_office, on_duty, spread
from jiesu.demo.people import person
from jiesu.demo.stage import Stage
from jiesu.intake.form import AppealForm
from jiesu.petitions.accept import accept_petition
from jiesu.petitions.ask import ask_locked
from jiesu.petitions.serve import serve_document, unserved
from jiesu.petitions.words import ServiceWay
from jiesu.petitions.words import Stage as Instance
from jiesu.rules import Rules
from jiesu.tickets.events import PETITIONER
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.words import Channel, Nature, Status, Track

__all__ = ["dispute", "petitions", "plan_acceptance"]

#: Title, text and category; where the story rests, and how many office hours before the end it begins.
STORIES = (
    (
        "要求书面答复安置待遇问题",
        "我是2003年退役的士官，安置时的待遇一直没有落实。这些年口头问过多次，现在请你们按信访程序办，给我一个书面的答复。",
        "0101",
        Status.IN_PROGRESS,
        14.0,
    ),
    (
        "对抚恤金补发年份的信访",
        "我的定期抚恤金2021年起停发了一年多，后来恢复了，中间的没有补。请按信访程序核实，书面告诉我补不补、按哪条规定。",
        "0403",
        Status.RECHECKING,
        30.0,
    ),
)


def petitions(teller: Storyteller, rules: Rules, end: datetime) -> list[tuple[datetime, Case]]:
    """Both with the moments they begin; at a station of the first county, as the showcase is."""
    organisation = rules.organisation
    villages = (u for u in organisation.units.values() if u.kind == "station" and u.tier == "village")
    place = min(villages, key=lambda unit: unit.code).place
    found = []
    for number, (title, text, category, hold, hours) in enumerate(STORIES):
        random = Random(f"{teller.seed}:petition:{number}")  # noqa: S311 - a play, no secret
        form = AppealForm(
            text=text, title=title, category=category, nature=Nature.HELP, channel=Channel.VISIT, place=place,
            petitioner=person(teller.seed, 100_000 + number, "veteran"), track=Track.PETITION,
        )  # fmt: skip
        when = rules.calendar.add_working_time(end, -timedelta(hours=hours))
        found.append((when, Case(random, form, title, hold=hold)))
    return found


def plan_acceptance(stage: Stage, case: Case) -> None:
    """The unit decides within a day or two whether it is a matter of its own, and says so in writing."""
    stage.plan(case, in_office(stage.rules.calendar, stage.now, timedelta(hours=case.random.uniform(1, 5))), _accept)


async def _accept(stage: Stage, case: Case) -> None:
    await accept_petition(stage.uow, stage.rules, stage.cast.officer(case.ticket), case.number)
    stage.aside(case, on_duty(stage.now, spread(case.random, 40)), _serve)


async def _serve(stage: Stage, case: Case) -> None:
    if await unserved(stage.uow, case.ticket) is not None:
        officer = stage.cast.officer(case.ticket)
        await serve_document(stage.uow, officer, case.number, ServiceWay.IN_PERSON, "本人")


async def dispute(stage: Stage, case: Case) -> None:
    """The petitioner is handed the opinion and asks for a recheck."""
    await _serve(stage, case)
    ticket = await TicketRepository(stage.uow).lock(case.number)
    reason = "只补了半年，2021年的没有算进去，请上级再看一看。"
    await ask_locked(stage.uow, stage.rules, ticket, Instance.RECHECK, reason, PETITIONER)
