"""拆分: a dispatcher divides an appeal about several matters, so that each goes to the unit responsible for it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import exists, select

from jiesu.accounts.staff import Staff
from jiesu.audit import trail
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, DomainError, Invalid
from jiesu.intake.form import UnknownCategory
from jiesu.intake.numbers import draw_number
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import token
from jiesu.kit.text import bigrams, lexemes
from jiesu.routing.dispatch import assign
from jiesu.routing.merge import mergeable
from jiesu.routing.unit_choice import check_fit, known_unit
from jiesu.rules import Rules
from jiesu.secrecy.models import Withheld
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.models import Pause
from jiesu.tickets.events import TicketRegistered, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.merging import followers_of
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import TicketSplit
from jiesu.tickets.words import Status, Step

__all__ = ["MOST_PARTS", "PartWanted", "split_ticket"]

FEWEST_PARTS, MOST_PARTS = 2, 6


class PartWanted(msgspec.Struct, forbid_unknown_fields=True):
    """One matter of several: what it is about and who handles it."""

    title: str = ""
    text: str = ""
    unit: str = ""
    category: str | None = None


class PartsCounted(Invalid):
    zh = "请分成 {fewest} 到 {most} 部分，现在是 {count} 部分。只有一件事的，直接派单。"
    en = "Make {fewest} to {most} parts; there are {count}. A single matter is dispatched as it is."


class PartWrong(Invalid):
    """What is wrong with one part, said with its number."""

    def __init__(self, no: int, cause: DomainError) -> None:
        super().__init__("parts", no=no, cause=cause)

    def say(self, locale: str) -> str:
        no, cause = self.params["no"], self.params["cause"].say(locale)
        return f"Part {no}: {cause}" if locale.startswith("en") else f"第{no}部分：{cause}"


class NeverSplit(Conflict):
    zh = "密件、信访事项、正在审查内容的诉求，以及并入了别的诉求的工单，不能拆分。"
    en = "Sealed reports, petitions, appeals whose text is under review, and tickets that others are merged into are not split."


async def split_ticket(
    uow: UnitOfWork,
    rules: Rules,
    staff: Staff,
    number: str,
    wanted: Sequence[PartWanted],
    *,
    version: int | None = None,
) -> Ticket:
    """Make a ticket of each part and dispatch it; the first part is the main one, whose unit is scored. Locks the ticket.

    Each runs on the whole's own clock, from its registration. Raises PartsCounted, PartWrong, NeverSplit.
    """
    whole = await open_step(uow, staff, number, Step.SPLIT, version)
    if not FEWEST_PARTS <= len(wanted) <= MOST_PARTS:
        raise PartsCounted("parts", fewest=FEWEST_PARTS, most=MOST_PARTS, count=len(wanted))
    await _check(uow, whole)
    whole.move(Step.SPLIT)
    whole.parts = len(wanted)
    for no, part in enumerate(wanted, 1):
        try:
            await _begin(uow, rules, staff, whole, no, part)
        except (Invalid, Conflict) as error:
            raise PartWrong(no, error) from error
    await uow.record(TicketSplit(ticket_id=whole.id, by=by_staff(staff), count=len(wanted)))
    return whole


async def _check(uow: UnitOfWork, whole: Ticket) -> None:
    waiting = exists().where(Withheld.ticket_id == whole.id, Withheld.decision.is_(None))
    if not mergeable(whole) or await followers_of(uow, whole) or await uow.session.scalar(select(waiting)):
        raise NeverSplit("action")


async def _begin(uow: UnitOfWork, rules: Rules, staff: Staff, whole: Ticket, no: int, wanted: PartWanted) -> None:
    if wanted.category and rules.catalogue.category(wanted.category) is None:
        raise UnknownCategory("parts", category=wanted.category[:40])
    unit = known_unit(rules.organisation, wanted.unit)
    await check_fit(uow, rules.organisation, staff, whole, unit)
    part = _part(rules, whole, no, wanted, await draw_number(uow, uow.now.astimezone(SHANGHAI).date()))
    uow.add(part)
    await uow.settle(part)
    trail.begin(uow, part.id)
    await _same_pauses(uow, whole, part)
    registered = TicketRegistered(
        ticket_id=part.id,
        by=by_staff(staff),
        channel=part.channel,
        category=part.category,
        service_class=part.service_class,
    )
    await uow.record(registered)
    await assign(uow, part, unit.code, part.category, None, by_staff(staff))


def _part(rules: Rules, whole: Ticket, no: int, wanted: PartWanted, number: str) -> Ticket:
    title = required(wanted.title, "parts", "标题", 60)
    text = required(wanted.text, "parts", "内容")
    return Ticket(
        number=number,
        code_hash=rules.keys.code_hash(token()),  # nobody is told it: the whole's code opens all
        version=1,
        status=Status.REGISTERED,
        track=whole.track,
        nature=whole.nature,
        channel=whole.channel,
        service_class=whole.service_class,
        policy_version=whole.policy_version,
        category=wanted.category or whole.category,
        title=title,
        text=text,
        place=whole.place,
        petitioner_id=whole.petitioner_id,
        anonymous=whole.anonymous,
        confidential=whole.confidential,
        accused_unit=whole.accused_unit,
        accused_officer=whole.accused_officer,
        barred_accounts=list(whole.barred_accounts),
        co_units=[],
        desk_unit=whole.desk_unit,
        part_of=whole.id,
        part_no=no,
        parts=0,
        routing={},
        rounds=0,
        info_requests=whole.info_requests,
        reworks=0,
        dissatisfactions=0,
        contact_attempts=0,
        registered_at=whole.registered_at,
        search=lexemes(bigrams(f"{title}\n{text}")),
    )


async def _same_pauses(uow: UnitOfWork, whole: Ticket, part: Ticket) -> None:
    """What the whole waited for counts for its parts too."""
    clocks = TicketClocks.begin(uow, part)
    for pause in (await TicketClocks.of(uow, whole)).pauses:
        copy = Pause(ticket_id=part.id, reason=pause.reason, began_at=pause.began_at, ended_at=pause.ended_at)
        uow.add(copy)
        clocks.pauses.append(copy)
