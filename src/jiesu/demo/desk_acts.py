"""What happens at the desk: filing, the question back, answers on the spot, pointers elsewhere, dispatch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from jiesu.demo import phrases
from jiesu.demo.case import Case
from jiesu.demo.pace import in_office, on_duty, spread
from jiesu.demo.stage import Act, Stage
from jiesu.intake.file import file_appeal
from jiesu.intake.follow import supplement_own
from jiesu.kit.clock import SHANGHAI
from jiesu.petitioners.models import Petitioner
from jiesu.routing.dispatch import dispatch_ticket
from jiesu.tickets.answer import answer_ticket
from jiesu.tickets.divert import DivertReason, divert_ticket
from jiesu.tickets.events import PETITIONER, By, by_staff
from jiesu.tickets.guard import open_step
from jiesu.tickets.models import Ticket
from jiesu.tickets.request_info import request_info
from jiesu.tickets.supplement import supplement_ticket
from jiesu.tickets.words import Channel, Nature, Status, Step

__all__ = ["file", "plan_desk", "plan_info"]

URGENT = frozenset({"P0", "P1"})
ONLINE = frozenset({Channel.WEB, Channel.OTHER_SYSTEM})
#: The category of what belongs to another authority.
ELSEWHERE = "1703"


async def file(stage: Stage, case: Case) -> None:
    """The appeal comes in, by the petitioner or through a clerk."""
    number = await stage.kernel.numbers.take(stage.now.astimezone(SHANGHAI).date())
    filed = await file_appeal(stage.uow, stage.rules, number, case.form, _by(stage, case))
    ticket = filed.ticket
    person = await stage.uow.session.get(Petitioner, ticket.petitioner_id) if ticket.petitioner_id else None
    case.begin(ticket, filed.query_code, person)
    stage.cases[ticket.id] = case


def _by(stage: Stage, case: Case) -> By:
    if case.form.channel in ONLINE:
        return PETITIONER
    organisation = stage.rules.organisation
    place = case.form.place
    desk = organisation.centre_for(place, "county") if place else organisation.root
    return by_staff(stage.cast.clerk_at(desk.code))


def plan_desk(stage: Stage, case: Case) -> None:
    """A registered ticket waits for the desk: minutes when urgent, else office hours, mostly with a duty clerk."""
    random, now = case.random, stage.now
    if case.hold is not None or case.ticket.service_class in URGENT:
        when = now + spread(random, 3)
    elif random.random() < 0.85:
        when = on_duty(now, spread(random, 40))
    else:
        when = in_office(stage.rules.calendar, now, spread(random, 60))
    stage.plan(case, when, _decision(case))


def _decision(case: Case) -> Act:
    ticket = case.ticket
    if case.hold is Status.NEED_INFO:
        return _ask
    if case.passing is not None and case.passing.reason:
        return _divert
    if ticket.category == ELSEWHERE and ticket.nature is not Nature.CONSULT:
        return _divert
    if ticket.nature is Nature.CONSULT and ticket.sealed_to is None:
        return _answer
    if not ticket.info_requests and ticket.petitioner_id is not None and case.random.random() < 0.3:
        return _ask
    return _dispatch


async def _ask(stage: Stage, case: Case) -> None:
    staff = stage.cast.dispatcher(case.ticket)
    await request_info(stage.uow, staff, case.number, case.random.choice(phrases.QUESTIONS))


async def _answer(stage: Stage, case: Case) -> None:
    reply = case.passing.reply if case.passing else case.random.choice(phrases.RESULTS)
    await answer_ticket(stage.uow, stage.cast.clerk(case.ticket), case.number, reply)


async def _divert(stage: Stage, case: Case) -> None:
    said = case.passing
    reason = DivertReason(said.reason) if said else DivertReason.OTHER_DEPARTMENT
    pointer = said.reply if said else "这件事由其他部门负责，请拨打12345政务服务便民热线。"
    await divert_ticket(stage.uow, stage.cast.dispatcher(case.ticket), case.number, reason, pointer)


async def _dispatch(stage: Stage, case: Case) -> None:
    unit = next(_choices(stage, case.ticket))
    staff = stage.cast.dispatcher(case.ticket, unit)
    category = case.ticket.category or case.ticket.routing["category"]
    await dispatch_ticket(stage.uow, stage.rules, staff, case.number, unit, category=category)


def _choices(stage: Stage, ticket: Ticket) -> Iterator[str]:
    """Units a careful dispatcher thinks of, best first, without those the ticket accuses; at the last the keeper."""
    organisation = stage.rules.organisation
    named = [candidate["unit"] for candidate in ticket.routing["candidates"] if candidate["unit"]]
    place = ticket.place or organisation.root.place
    near = [organisation.centre_for(place, tier).code for tier in ("village", "county", "city")]
    accused = ticket.accused_unit
    for unit in (*named, *near):
        if accused is None or not organisation.is_under(unit, accused):
            yield unit
    yield ticket.post


def plan_info(stage: Stage, case: Case) -> None:
    """Most people answer within days; for some a clerk telephones after a week; a few are never heard of again."""
    random, now = case.random, stage.now
    lot = random.random()
    if lot < 0.75:
        stage.plan(case, on_duty(now, spread(random, 20 * 60)), _supplement)
    elif lot < 0.92:
        when = in_office(stage.rules.calendar, now, timedelta(hours=random.uniform(30, 50)))
        stage.plan(case, when, _supplement_by_telephone)


async def _supplement(stage: Stage, case: Case) -> None:
    text = case.random.choice(phrases.SUPPLEMENTS)
    await supplement_own(stage.uow, stage.rules.keys, case.number, case.code, text)


async def _supplement_by_telephone(stage: Stage, case: Case) -> None:
    staff = stage.cast.dispatcher(case.ticket)
    ticket = await open_step(stage.uow, staff, case.number, Step.SUPPLEMENT)
    text = f"电话联系后补录：{case.random.choice(phrases.SUPPLEMENTS)}"
    await supplement_ticket(stage.uow, ticket, text, by_staff(staff))
