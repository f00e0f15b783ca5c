"""Random lives: several people at once take whatever is offered to them, and much that is not; nothing that must hold breaks.

After each step: the table of steps allows it, the petitioner's date moved only for a reason that may move it, and what is offered
can be done. In the end every law of the doctor holds, and a stranger who reads the history alone knows what became of each ticket.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from jiesu.accounts.roles import Role
from jiesu.desk.history import for_petitioner, for_staff
from jiesu.desk.steps import steps_for
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.models import Extension, ExtensionState, Move, MoveCause
from jiesu.statistics.query import month_span
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN, TABLE
from jiesu.tickets.words import Status, Step
from jiesu.web.actions import ACTIONS, Call
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import Made, Make, employ, person
from tests.builders.recount import unequal
from tests.builders.retelling import retell, strange
from workers.invariants import check_all

#: How many lives, and steps tried in each; `make fuzz` may want more.
LIVES = int(os.environ.get("JIESU_LIVES", "6"))
STEPS = int(os.environ.get("JIESU_LIFE_STEPS", "120"))
TICKETS = 3
#: A folder for the histories, with how many kinds of things happened, to be read by somebody who was not there.
TOLD = os.environ.get("JIESU_TOLD", "")
UNITS = (STATION, "VS-150102002", "VS-150102003", COUNTY, "VS-150103")
PEOPLE = [
    *(f"{role}-{unit}" for unit in UNITS for role in ("officer", "unit_head")),
    *(f"{role}-{unit}" for unit in (COUNTY, CITY) for role in ("dispatcher", "supervisor", "intake", "callback")),
    f"unit_head-{CITY}",
]
#: Whether these succeed depends on a choice in the body, of which this test knows nothing.
CHOICES = {
    "dispatch",
    "designate",
    "give_task",
    "ask_task",
    "keep_task",
    "relieve_task",
    "extend",
    "list",
    "reclass",
    "recuse",
    "convert",
    "merge",
    "split",
    "submit",
    *("call_back", "correct_answer"),
    *("take_over", "own_case"),  # offered on the board
}
#: A hold is offered once a ticket has ended, and may be set before.
TRIED = sorted(set(ACTIONS) - {"hold", "lift_hold"})
ENDING = {"recuse", "divert", "answer", "split"}
#: Whom a ticket in this state waits for, most likely; `lead` is the unit that has it, `above` the one over that.
AWAITED = {
    Status.REGISTERED: f"dispatcher-{COUNTY}", Status.OBJECTED: f"dispatcher-{COUNTY}", Status.DISPATCHED: "officer-lead",
    Status.IN_PROGRESS: "officer-lead", Status.LISTED: "officer-lead", Status.UNDER_REVIEW: "unit_head-lead",
    Status.REWORK: "unit_head-above", Status.AWAITING_SURVEY: f"callback-{CITY}", Status.CLOSED: f"dispatcher-{COUNTY}",
    Status.RECHECKING: "unit_head-above", Status.REVIEWING: f"unit_head-{CITY}", Status.NOT_ACCEPTED: f"intake-{COUNTY}",
}  # fmt: skip
#: Steps that lead to another state.
ONWARD = {str(line.step) for line in TABLE if line.to}
#: They may revoke the opinion: another one is owed, by a date of its own.
REVOKING = {"decide_recheck", "decide_review"}
#: By these alone may the petitioner's date move, besides a pause that ended (domain.md §4).
MOVERS = REVOKING | {"convert", "grant_extension", "reclass", "dispatch", "supplement"}


def body_of(action: str, chance: random.Random, others: Sequence[str] = ()) -> dict[str, Any]:
    unit = chance.choice(UNITS)
    bodies: dict[str, dict[str, Any]] = {
        "contact": {"outcome": chance.choice(["reached", "no_answer"]), "note": "已通话"},
        "divert": {"reason": "litigation", "pointer": "请找法院"},
        "dispatch": {"unit": unit, "class": chance.choice([None, None, "P1", "P3"]), "co_handlers": chance.choice([[], [], [UNITS[1]]])},
        "object": {"reason": chance.choice(["not_our_place", "不归我们管"]), "basis": "依据"},
        "designate": {"unit": chance.choice([None, unit]), "reason": "x"},
        "give_task": {"unit": unit, "within": chance.choice([None, "2 hours", "1 working day"])},
        "ask_task": {"unit": unit, "what": "查档案"},
        "keep_task": {"unit": unit, "reason": "x"},
        "relieve_task": {"unit": unit, "reason": "x"},
        "reclass": {"class": chance.choice(["P1", "P2", "P3", "P4"]), "reason": "x"},
        "extend": {"until": f"2026-11-{chance.randint(4, 30):02}", "reason": "x"},
        "list": {"plan": "x", "event": "批复", "until": chance.choice([None, "2026-11-20"])},
        "supervise": {"demand": "x", "kind": chance.choice(["order", "instruction"])},
        "recuse": {"reason": "亲戚"},
        "exclude": {"reason": "abusive", "evidence": "录音"},
        "call_back": {"outcome": chance.choice(["no_answer", "answered", "wrong_number"]), "solved": "yes", "next_at": None, "way": chance.choice(["phone", "counter"])},
        "correct_answer": {"solved": chance.choice(["yes", "no"]), "why": "来电", "way": chance.choice(["phone", "counter"])},
        "refuse_acceptance": {"reason": "outside", "basis": "x"},
        "decide_recheck": {"verdict": chance.choice(["upheld", "revoked"]), "opinion": "x"},
        "decide_review": {"verdict": "upheld", "opinion": "x"},
        "convert": {"track": chance.choice(["PETITION", "SERVICE"]), "reason": "x"},
        "serve": {"way": "post", "receiver": "本人"},
        "split": {"parts": [{"title": "x", "text": "一部分", "unit": chance.choice(UNITS)} for _ in range(chance.randint(1, 3))]},
        "merge": {"into": chance.choice(others or [""])},
        "inform": {"text": "文字", "others": "另一段文字"},
        "plan": {"plan": "文字", "others": "另一段文字"},
        "submit": {"result": "文字", "others": chance.choice(["另一段文字", None])},
    }  # fmt: skip
    names = {field.encode_name for field in msgspec.structs.fields(ACTIONS[action].body)}
    words = dict.fromkeys(names & {"text", "note", "reason", "question", "result", "plan", "reply", "demand"}, "文字")
    return bodies.get(action, words)


class Lives:
    """A few tickets, and people who do things to them."""

    def __init__(self, kernel: Kernel, make: Make, jobs: Any, seed: int) -> None:
        self.kernel, self.make, self.jobs = kernel, make, jobs
        self.chance = random.Random(seed)
        self.numbers: list[str] = []
        self.made: list[Made] = []
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        #: How many different things happened to each.
        self.tangled: list[int] = []
        self.told: list[str] = []

    async def live(self) -> None:
        self.made = [await self.make.filed(nature=self.chance.choice(["help", "consult"])) for _ in range(TICKETS)]
        self.numbers = [each.number for each in self.made]
        for _ in range(STEPS):
            if self.chance.random() < 0.15:
                self.kernel.clock.advance(timedelta(hours=self.chance.choice([1, 3, 20, 50])))
                await self.jobs.run_due()
            await self.act(self.chance.choice(self.made))

    async def act(self, made: Made) -> None:
        ticket = await self.make.load(made)
        if ticket.status is Status.AWAITING_SURVEY and self.chance.random() < 0.3:
            solved = self.chance.choice(["yes", "no"])
            await self.make.answer(made, contacted=True, solved=solved, satisfied=solved)
        elif ticket.status in (Status.CLOSED, Status.REWORK) and self.chance.random() < 0.2:
            await self._correct(made)
        elif ticket.status is Status.NEED_INFO and self.chance.random() < 0.5:
            await self.make.supplement(made)
        elif made.code and ticket.status in OPEN | {Status.MERGED, Status.SPLIT} and self.chance.random() < 0.01:
            await self.make.withdraw(made)
        else:
            await self._step(made, ticket, self._somebody(ticket))

    def _somebody(self, ticket: Ticket) -> str:
        """Anybody, but more often whom the ticket waits for."""
        role, _, unit = AWAITED.get(ticket.status, "").partition("-")
        if not role or self.chance.random() < 0.4:
            return self.chance.choice(PEOPLE)
        lead = ticket.lead_unit or ticket.post
        above = self.kernel.rules.organisation.unit(lead).parent or lead
        return f"{role}-{ {'lead': lead, 'above': above}.get(unit, unit) }"

    async def _correct(self, made: Made) -> None:
        """Say otherwise than before, where that is still possible."""
        solved = self.chance.choice(["yes", "no"])
        try:
            await self.make.answer(made, solved=solved, satisfied=solved, correct=True)
        except DomainError:
            self.refused["correct"] += 1
        except AssertionError:  # there was no survey
            self.refused["correct"] += 1
        else:
            self.done["correct"] += 1

    async def _step(self, made: Made, before: Ticket, username: str) -> None:
        offered = await self._offered(made, username)
        wild = not offered or self.chance.random() < 0.2
        onward = [each for each in offered if each in ONWARD]
        likely = onward if onward and self.chance.random() < 0.6 else offered
        action = self.chance.choice(TRIED) if wild else self.chance.choice(likely)
        if action in ENDING and self.chance.random() < 0.9:
            return  # or every life were short
        body = body_of(action, self.chance, self.numbers)
        promise = await self._promise(made)
        try:
            async with self.kernel.db.begin() as uow:
                staff = await person(uow, self.kernel, username)
                call = Call(uow, self.kernel.rules, staff, made.number, None)
                await ACTIONS[action].run(call, msgspec.convert(body, ACTIONS[action].body))
        except DomainError as error:
            self.refused[action] += 1
            if action in offered and action not in CHOICES:
                pytest.fail(f"offered and refused: {action} by {username} from {before.status}: {error!r}")
            return
        self.done[action] += 1
        after = await self.make.load(made)
        assert action in offered or action in CHOICES, (
            f"{action} by {username} was done and not offered ({before.status})"
        )
        self._allowed(action, before.status, after.status)
        if action == "split":
            self.made += await self._parts(made)
        moved = await self._promise(made)
        if promise and moved and after.is_open and action not in MOVERS:
            assert moved == promise, f"{action} moved the petitioner's date from {promise} to {moved}"

    def _allowed(self, action: str, before: Status, after: Status) -> None:
        if action not in list(Step):  # acknowledge, hold, lift_hold change no state
            assert before == after, action
            return
        ways = {line.to or before for line in TABLE if line.step == action and before in line.sources}
        ways |= {Status.DISPATCHED} if action == "designate" else set()  # in hand, to another unit: a dispatch
        ways |= {Status.CLOSED} if action == "approve" else set()  # nobody is asked about an anonymous one
        ways |= {Status.CLOSED, Status.REWORK} if action == "call_back" else set()  # what was answered on the telephone
        ways |= {Status.REWORK} if action == "correct_answer" and before is Status.CLOSED else set()
        ways |= {Status.IN_PROGRESS} if action in REVOKING else set()
        assert after in ways, f"{action} led from {before} to {after}"

    async def _parts(self, made: Made) -> list[Made]:
        """What it was split into, to live on with."""
        async with self.kernel.db.begin() as uow:
            rows = await uow.session.scalars(select(Ticket).where(Ticket.part_of == made.id))
            return [Made(row.id, row.number, "") for row in rows]

    async def _offered(self, made: Made, username: str) -> list[str]:
        async with self.kernel.db.begin() as uow:
            staff = await person(uow, self.kernel, username)
            ticket = await uow.session.get_one(Ticket, made.id)
            return await steps_for(uow, self.kernel.rules, staff, ticket) if staff.may_see(ticket) else []

    async def misunderstood(self) -> list[str]:
        """Tickets of which their history tells something else than what is so, or in a machine's words."""
        found = []
        for made in self.made:
            async with self.kernel.db.begin() as uow:
                ticket = await uow.session.get_one(Ticket, made.id)
                lines = await for_staff(uow, self.kernel.rules, ticket)
                told = [*lines, *await for_staff(uow, self.kernel.rules, ticket, "en")]
                told += [
                    *await for_petitioner(uow, self.kernel.rules, ticket),
                    *await for_petitioner(uow, self.kernel.rules, ticket, "en"),
                ]
                granted = select(func.count()).where(
                    Extension.ticket_id == made.id, Extension.state == ExtensionState.GRANTED
                )
                extended = await uow.session.scalar(granted)
            story, had = retell(lines), self.kernel.rules.organisation.find_unit(ticket.lead_unit or "")
            self.tangled.append(len({line.kind for line in lines}))
            self.told.append(
                "\n".join(f"{line.at:%m-%d %H:%M} {line.who}：{line.what} {line.detail or ''}" for line in lines)
            )
            if strange(told):
                found.append(f"{made.number}: {strange(told)}")
            if story.status is not ticket.status or story.reworks != ticket.reworks or len(story.dates) != extended:
                found.append(f"{made.number}: {ticket.status} {ticket.reworks} {extended}, told {story}")
            if had and (not story.units or story.units[-1] != had.name):
                found.append(f"{made.number}: with {had.name}, told {story.units}")
            if found and found[-1].startswith(made.number):
                found.append(self.told[-1])
        return found

    async def _promise(self, made: Made) -> datetime | None:
        """The petitioner's date, but for what a pause, a calendar or an extension moved."""
        async with self.kernel.db.begin() as uow:
            ticket = await uow.session.get_one(Ticket, made.id)
            row = (await TicketClocks.of(uow, ticket)).promise
            moves = await uow.session.scalars(select(Move.cause).where(Move.ticket_id == made.id))
            assert set(moves) <= {MoveCause.RESUMED, MoveCause.EXTENDED}
            return row.due_at if row else None


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(LIVES))
async def test_whatever_people_do_nothing_that_must_hold_breaks(kernel, make, jobs, clock, seed):
    async with kernel.db.begin() as uow:
        for username in PEOPLE:
            role, _, unit = username.partition("-")
            await employ(uow, Role(role), unit)
    lives = Lives(kernel, make, jobs, seed)
    await lives.live()
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == [], (lives.done, broken)
    async with kernel.db.begin() as uow:
        assert await unequal(uow, kernel.rules, [month_span("2026-11"), month_span("2026-12")], [None]) == []
    assert sum(lives.done.values()) > STEPS / 10, lives.done
    wrong = await lives.misunderstood()
    assert not wrong, "\n".join(wrong)
    assert max(lives.tangled) > 5
    if TOLD:
        told = [f"{tangled}\n{told}\n\n" for tangled, told in zip(lives.tangled, lives.told, strict=True)]
        await asyncio.to_thread(Path(TOLD).joinpath(f"{seed}.txt").write_text, "".join(told), "utf-8")
