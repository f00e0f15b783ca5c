"""How units keep petitioners in the loop and their promises in sight: news, plans, more time, another class."""

from __future__ import annotations

from datetime import datetime, timedelta

from jiesu.demo import phrases
from jiesu.demo.case import Case
from jiesu.demo.pace import in_office, pace_of
from jiesu.demo.stage import Stage
from jiesu.errors import Conflict
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.decide_extension import grant_extension, refuse_extension
from jiesu.sla.extend import ask_extension, room_to_ask
from jiesu.sla.limits import FINAL, RECURRING, Target
from jiesu.sla.models import Deadline
from jiesu.sla.tell_plan import tell_plan
from jiesu.tickets.inform import inform_petitioner
from jiesu.tickets.reclass import reclass_ticket
from jiesu.tickets.states import WITH_UNIT
from jiesu.tickets.words import Status

__all__ = ["asks_for_time", "final_due", "is_news", "owes_plan", "plan_news", "plan_reclass", "send_news", "share_plan"]

#: How many tickets that allow it are extended, refused an extension, put into another class.
ASKS, REFUSED, RECLASSED = 0.07, 0.2, 0.02
#: Classes with so little time that nobody asks for more.
NO_TIME = frozenset({"P0", "P1", "C"})


def _clocks(stage: Stage, case: Case) -> TicketClocks:
    """The play is one transaction, so that the clocks are in memory from filing on."""
    return TicketClocks.begin(stage.uow, case.ticket)


def final_due(stage: Stage, case: Case) -> datetime | None:
    """The earliest date by which a result or plan is owed; None when none is."""
    return min((row.due_at for row in _clocks(stage, case).live(targets=FINAL)), default=None)


def owes_plan(stage: Stage, case: Case) -> bool:
    """Whether the petitioner is to be told a plan first."""
    return any(_clocks(stage, case).live(targets={Target.PLAN}))


def _news_owed(stage: Stage, case: Case) -> Deadline | None:
    return min(_clocks(stage, case).live(targets=RECURRING), key=lambda row: row.due_at, default=None)


def is_news(stage: Stage, case: Case, deadline_id: int | str) -> bool:
    """Whether a deadline is about what the petitioner hears on the way."""
    return any(row.id == deadline_id and row.target in RECURRING for row in _clocks(stage, case).rows)


def plan_news(stage: Stage, case: Case) -> None:
    """The officer writes or calls before news are due; slow units now and then after."""
    owed = _news_owed(stage, case)
    if owed is None or case.hold is not None or case.news_for is owed:
        return
    case.news_for = owed
    random, calendar = case.random, stage.rules.calendar
    left = calendar.working_time_between(stage.now, owed.due_at)
    when = in_office(calendar, stage.now, left * random.uniform(0.65, 0.95))
    if random.random() < pace_of(stage.seed, case.ticket.lead_unit or "").late / 2:
        when = in_office(calendar, owed.due_at, timedelta(hours=random.uniform(0.5, 4)))
    stage.aside(case, when, send_news)


async def send_news(stage: Stage, case: Case) -> None:
    """News, where they are still owed, and the next ones planned."""
    if case.ticket.status in (Status.IN_PROGRESS, Status.UNDER_REVIEW) and _news_owed(stage, case) is case.news_for:
        text = case.random.choice(phrases.NEWS)
        await inform_petitioner(stage.uow, stage.cast.officer(case.ticket), case.number, text)
    plan_news(stage, case)


async def share_plan(stage: Stage, case: Case) -> None:
    """A plan for what takes long."""
    text = case.random.choice(phrases.PLANS)
    await tell_plan(stage.uow, stage.cast.officer(case.ticket), case.number, text)


def asks_for_time(stage: Stage, case: Case, due: datetime) -> bool:
    """A few find that the date cannot be kept, and ask for another while there is time; each story once at most."""
    if case.asked or case.hold is not None or case.ticket.service_class in NO_TIME or case.random.random() >= ASKS:
        return False
    case.asked = True
    left = stage.rules.calendar.working_time_between(stage.now, due)
    stage.aside(case, in_office(stage.rules.calendar, stage.now, left * case.random.uniform(0.4, 0.8)), _ask)
    return True


async def _ask(stage: Stage, case: Case) -> None:
    if case.ticket.status is not Status.IN_PROGRESS:
        return
    try:
        room = await room_to_ask(stage.uow, stage.rules, case.ticket)
    except Conflict:
        return
    calendar = stage.rules.calendar
    days = calendar.working_days_between(room.old, room.latest)
    until = calendar.add_working_days(room.old, case.random.randint(max(1, days // 2), max(1, days - 1)))
    day, reason = until.astimezone(SHANGHAI).date().isoformat(), case.random.choice(phrases.NEEDS_TIME)
    await ask_extension(stage.uow, stage.rules, stage.cast.officer(case.ticket), case.number, day, reason)
    stage.aside(case, in_office(calendar, stage.now, timedelta(hours=case.random.uniform(0.5, 5))), _decide)


async def _decide(stage: Stage, case: Case) -> None:
    """The unit above decides the same or the next day; the work is planned by the date that holds then."""
    if case.ticket.status not in WITH_UNIT:
        return
    sealed = case.ticket.sealed_to is not None
    staff = stage.cast.head(case.ticket) if sealed else stage.cast.superior(case.ticket)
    if case.random.random() < REFUSED:
        reason = case.random.choice(phrases.NO_TIME_GIVEN)
        await refuse_extension(stage.uow, staff, case.number, reason)
    else:
        await grant_extension(stage.uow, stage.rules, staff, case.number, case.random.choice(phrases.TIME_GIVEN))
    if case.ticket.status is Status.IN_PROGRESS:
        stage.replan(case)


def plan_reclass(stage: Stage, case: Case) -> None:
    """A dispatcher now and then sees that an ordinary matter needs several units."""
    if case.hold is None and case.ticket.service_class == "P2" and case.random.random() < RECLASSED:
        when = in_office(stage.rules.calendar, stage.now, timedelta(hours=case.random.uniform(1, 6)))
        stage.aside(case, when, _reclass)


async def _reclass(stage: Stage, case: Case) -> None:
    if case.ticket.status in WITH_UNIT and case.ticket.service_class == "P2":
        staff, reason = stage.cast.dispatcher(case.ticket), case.random.choice(phrases.SEVERAL_UNITS)
        await reclass_ticket(stage.uow, staff, case.number, service_class="P3", category=None, reason=reason)
