"""A simulated history: the same for a seed, whole, and with work left for everybody who tries the demo."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import pytest
from rich.console import Console
from sqlalchemy import func, select

import workers.main  # noqa: F401  (registers the handlers)
from jiesu.accounts.roles import Role
from jiesu.audit.trail import TrailEntry
from jiesu.cli import perform_jobs
from jiesu.db.jobs import Job
from jiesu.demo.cast import Cast
from jiesu.demo.command import fill, run_script
from jiesu.demo.simulation import OnlyInDemo, Script, play_half, prepare, simulate
from jiesu.demo.summary import Summary
from jiesu.desk.queue import VIEWS, View, counts, list_tickets
from jiesu.escalation.models import Escalation
from jiesu.kernel import Kernel
from jiesu.kit.clock import ManualClock
from jiesu.notifications.models import DemoMessage, Message
from jiesu.petitions.models import Document
from jiesu.rules import Policies
from jiesu.settings import Settings
from jiesu.sla.limits import RECURRING
from jiesu.sla.models import Deadline
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Channel, Status
from tests.builders.servers import Where
from workers.actor import perform
from workers.invariants import Finding, check_all

#: Friday afternoon, so that every queue has seen a whole working week.
END = datetime(2026, 11, 20, 8, tzinfo=UTC)
SCRIPT = Script(tickets=260, days=30, seed=7, end=END)
#: Statuses of the steps this system knows; merging, objecting and listing come later.
STATUTORY = (Status.NOT_ACCEPTED, Status.REVIEWING, Status.FINAL)
STATUSES = set(Status) - {Status.MERGED, Status.SPLIT, Status.REJOINED, Status.OBJECTED, Status.LISTED, *STATUTORY}
COUNTY, TOWN, VILLAGE = "VS-150102", "VS-150102001", "VS-150102001001"


class History(NamedTuple):
    settings: Settings
    summary: Summary
    findings: list[Finding]


@asynccontextmanager
async def opened(settings: Settings, policies: Policies) -> AsyncIterator[Kernel]:
    kernel = await Kernel(settings, clock=ManualClock(END), policies=policies).open()
    try:
        yield kernel
    finally:
        await kernel.close()


def fresh(settings: Settings, where: Where, name: str) -> Settings:
    where.clone(name)
    return msgspec.structs.replace(settings, database_url=where.url(name), owner_database_url=where.url(name, "owner"))


@pytest.fixture(scope="module")
def history(settings: Settings, where: Where, worker: str, policies: Policies) -> Iterator[History]:
    """A small history on a database of its own, played with both halves in this process."""
    name = f"jiesu_{worker}_history"
    own = fresh(settings, where, name)

    async def play() -> History:
        async with opened(own, policies) as kernel:
            summary = await simulate(kernel, perform, SCRIPT)
            return History(own, summary, await check_all(kernel.db, END))

    yield asyncio.run(play())
    where.drop(name)


@pytest.fixture
async def kernel(history: History, policies: Policies) -> AsyncIterator[Kernel]:
    async with opened(history.settings, policies) as kernel:
        yield kernel


@pytest.fixture
async def empty(settings: Settings, where: Where, worker: str, policies: Policies) -> AsyncIterator[Kernel]:
    name = f"jiesu_{worker}_empty"
    async with opened(fresh(settings, where, name), policies) as kernel:
        yield kernel
    where.drop(name)


async def tickets_in(kernel: Kernel) -> int:
    async with kernel.db.begin() as uow:
        return await uow.session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_a_history_breaks_no_invariant(history: History):
    assert [finding for finding in history.findings if finding.examples] == []


def test_every_ticket_asked_for_is_there_in_every_status_and_channel(history: History):
    assert history.summary.tickets == sum(history.summary.by_status.values()) == SCRIPT.tickets
    assert set(history.summary.by_status) == STATUSES
    assert set(history.summary.by_channel) == set(Channel)


def test_at_least_sixty_texts_are_told(history: History):
    assert history.summary.texts >= 60


def test_some_are_late_but_not_many_and_the_rates_are_believable(history: History):
    summary = history.summary
    assert 0.01 < summary.overdue / summary.open < 0.15
    assert {"L1", "L2", "L3"} <= set(summary.escalations)
    shares = {"response": summary.response, "resolution": summary.resolution, "satisfaction": summary.satisfaction}
    assert {name: share for name, share in shares.items() if share and not 0.6 < share < 1} == {}


async def test_it_shows_news_plans_extensions_and_other_classes(kernel: Kernel):
    async with kernel.db.begin() as uow:
        kinds = Counter(await uow.session.scalars(select(TrailEntry.kind)))
    shown = {"PetitionerInformed", "PlanTold", "ExtensionAsked", "ExtensionGranted", "TicketReclassed", "DeadlineMoved"}
    assert shown - kinds.keys() == set()
    assert kinds["ExtensionAsked"] >= kinds["ExtensionGranted"] + kinds["ExtensionRefused"]


async def test_few_petitioners_are_left_without_news(kernel: Kernel):
    async with kernel.db.begin() as uow:
        news = (await uow.session.scalars(select(Deadline).where(Deadline.target.in_(RECURRING)))).all()
    silent = [row for row in news if row.state == "missed" or (row.state == "running" and row.due_at < END)]
    assert len(silent) / len(news) < 0.05


async def test_no_due_job_is_left_behind(kernel: Kernel):
    async with kernel.db.begin() as uow:
        assert (await uow.session.scalars(select(Job.key).where(Job.run_at <= END))).all() == []


async def test_the_same_script_played_in_two_processes_gives_the_same_history(history: History, empty: Kernel):
    console = Console(file=io.StringIO())
    summary = await run_script(empty, perform_jobs, SCRIPT, console)
    assert summary.digest == history.summary.digest
    assert "90 %" in console.file.getvalue()


async def test_another_seed_tells_another_history(history: History, empty: Kernel):
    small = msgspec.structs.replace(SCRIPT, tickets=12, days=3)
    one = await simulate(empty, perform, small)
    other = await simulate(empty, perform, msgspec.structs.replace(small, seed=8))
    assert one.digest != other.digest


async def test_every_message_was_given_to_the_gateway_once(kernel: Kernel):
    async with kernel.db.begin() as uow:
        told = await uow.session.scalar(select(func.count()).select_from(Message))
        unsent = await uow.session.scalar(select(func.count()).where(Message.sent_at.is_(None)))
        given = await uow.session.scalar(select(func.count()).select_from(DemoMessage))
    assert told == given > SCRIPT.tickets
    assert unsent == 0


@pytest.mark.parametrize(
    ("unit", "role", "views"),
    [
        (COUNTY, Role.DISPATCHER, {View.TO_DISPATCH, View.NEED_INFO, View.REWORK}),
        (COUNTY, Role.INTAKE, {View.TO_DISPATCH}),
        (COUNTY, Role.CALLBACK, {View.AWAITING_SURVEY}),
        (COUNTY, Role.SUPERVISOR, {View.ESCALATED, View.OVERDUE, View.REWORK}),
        (COUNTY, Role.OFFICER, {View.TO_SIGN, View.IN_PROGRESS}),
        (COUNTY, Role.UNIT_HEAD, {View.TO_REVIEW, View.REWORK}),
        (TOWN, Role.UNIT_HEAD, {View.TO_SIGN, View.IN_PROGRESS, View.TO_REVIEW, View.ESCALATED}),
        (VILLAGE, Role.OFFICER, {View.TO_SIGN, View.IN_PROGRESS, View.OVERDUE, View.AWAITING_SURVEY}),
        ("VS-1501", Role.DISPATCHER, {View.TO_DISPATCH, View.NEED_INFO}),
        ("CITY-BENEFITS", Role.OFFICER, {View.TO_SIGN, View.IN_PROGRESS}),
        ("CITY-DISCIPLINE", Role.UNIT_HEAD, {View.TO_SIGN, View.IN_PROGRESS, View.TO_REVIEW}),
    ],
)
async def test_each_role_finds_something_to_do(kernel: Kernel, unit: str, role: Role, views: set[View]):
    async with kernel.db.begin() as uow:
        staff = (await Cast.load(uow, kernel.rules.organisation)).post(unit, role)
        found = await counts(uow, staff, tuple(views))
    assert {view for view, number in found.items() if number == 0} == set()


@pytest.mark.parametrize("unit", [VILLAGE, TOWN, COUNTY, "CITY-BENEFITS", "VS-1501"])
async def test_each_tab_counts_what_its_queue_holds(kernel: Kernel, unit: str):
    async with kernel.db.begin() as uow:
        staff = (await Cast.load(uow, kernel.rules.organisation)).post(unit, Role.UNIT_HEAD)
        counted = await counts(uow, staff, VIEWS)
        held = {view: (await list_tickets(uow, kernel.keys, staff, view, limit=100)).tickets for view in VIEWS}
    assert counted == {view: len(tickets) for view, tickets in held.items()}
    assert sum(number > 0 for number in counted.values()) > 4


async def test_escalations_are_acknowledged_mostly_and_never_before_they_fired(kernel: Kernel):
    async with kernel.db.begin() as uow:
        rows = (await uow.session.scalars(select(Escalation).where(Escalation.wants_ack))).all()
    acknowledged = [row for row in rows if row.acknowledged_at is not None]
    assert 0.4 < len(acknowledged) / len(rows) < 1
    assert all(row.acknowledged_at > row.fired_at for row in acknowledged)


async def test_a_play_that_is_interrupted_leaves_no_ticket(empty: Kernel):
    await prepare(empty, SCRIPT)
    moments: list[datetime] = []

    def pull_the_plug(now: datetime) -> None:
        moments.append(now)
        if len(moments) == 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await play_half(empty, perform, SCRIPT, 0, pull_the_plug)
    assert await tickets_in(empty) == 0


async def test_filling_only_an_empty_database_leaves_another_alone(kernel: Kernel):
    assert await fill(kernel, perform, Console(file=io.StringIO()), if_empty=True) is None
    assert await tickets_in(kernel) == SCRIPT.tickets


async def test_simulation_is_refused_outside_demo_mode(settings: Settings, policies: Policies):
    real = msgspec.structs.replace(settings, demo=False, sms_url="http://127.0.0.1:9/sms")
    async with opened(real, policies) as kernel:
        with pytest.raises(OnlyInDemo):
            await simulate(kernel, perform, SCRIPT)


async def test_two_petitions_are_told_with_their_documents(kernel: Kernel):
    async with kernel.db.begin() as uow:
        found = (await uow.session.scalars(select(Ticket).where(Ticket.track == "PETITION"))).all()
        mine = {ticket.status: ticket for ticket in found if ticket.is_petition}
        assert set(mine) == {Status.IN_PROGRESS, Status.RECHECKING}
        assert all(ticket.accepted_at for ticket in mine.values())
        made = await uow.session.scalars(
            select(Document.digest).where(Document.ticket_id == mine[Status.RECHECKING].id)
        )
        assert len([digest for digest in made if digest]) == 2
