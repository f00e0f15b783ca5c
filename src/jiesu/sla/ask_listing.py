"""申请挂账: the unit says why a matter takes long, with a plan, dates of review and an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.extend import decider_above
from jiesu.sla.listings import Listing, ListingAsked, ListingState, listing_in
from jiesu.sla.rulebook import RuleBook
from jiesu.sla.until import Room, UntilOutside, read_until
from jiesu.sla.wording import moment_words
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["ask_listing"]


class ListingWaits(Conflict):
    zh = "挂账申请正在等上级决定，不能再申请。"
    en = "A listing waits for its decision; it cannot be asked for again."


class NoEnd(Invalid):
    zh = "请写明挂账到哪一天，或者等什么事，至少写一项。"
    en = "Say until which day it is listed, or which event it waits for: at least one of them."


class ListedTooLong(Invalid):
    zh = "挂账要到今天之后的工作日，最迟到{latest}。"
    en = "A listing ends on a working day after today, at the latest {latest}."


class BadReview(Invalid):
    zh = "“{day}”不能作复评日期。请写今天之后、挂账期限以内的日子，例如 2026-12-20。"
    en = "“{day}” cannot be a day of review. Write days after today and within the listing, such as 2026-12-20."


async def ask_listing(
    uow: UnitOfWork, rules: RuleBook, staff: Staff, number: str, plan: str, until: str | None, event: str | None,
    reviews: Sequence[str] = (), *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Ask for a listing; no clock moves or stops, now or when it is granted. Locks the ticket.

    Reviews left out fall every so many days, as the policy says. Raises ListingWaits, NoEnd, ListedTooLong, BadReview,
    BadUntil, UntilRestDay.
    """
    ticket = await open_step(uow, staff, number, Step.LIST, version)
    if await listing_in(uow, ticket, ListingState.ASKED) is not None:
        raise ListingWaits("action")
    plan, event = required(plan, "plan", "办理方案"), optional(event, "event", "等什么事", 400)
    beside = rules.clocks_of(ticket.policy_version).beside
    latest = uow.now + timedelta(days=beside.listing_days)
    end = _end(rules, uow.now, latest, until) if until else None
    if end is None and event is None:
        raise NoEnd("until")
    last = (end or latest).astimezone(SHANGHAI).date()
    listing = Listing(
        ticket_id=ticket.id,
        unit=staff.unit,
        decider=decider_above(rules.organisation, ticket, staff.unit),
        asked_by=staff.id,
        asked_at=uow.now,
        plan=plan,
        until=end,
        event=event,
        reviews=_days(reviews, uow.now, last) or _every(beside.listing_review, uow.now, last),
    )
    ticket.move(Step.LIST)
    uow.add(listing)
    asked = ListingAsked(ticket_id=ticket.id, by=by_staff(staff), unit=listing.unit, decider=listing.decider, plan=plan)
    await uow.record(asked)
    return ticket


def _end(rules: RuleBook, now: datetime, latest: datetime, until: str) -> datetime:
    try:
        return read_until(until, Room(now, latest, by_day=True), rules.calendars.default)
    except UntilOutside as problem:
        raise ListedTooLong("until", latest=moment_words(latest, "zh")) from problem


def _days(reviews: Sequence[str], now: datetime, last: date) -> list[date]:
    today = now.astimezone(SHANGHAI).date()
    found = []
    for text in reviews:
        try:
            day = date.fromisoformat(text.strip())
        except ValueError as problem:
            raise BadReview("reviews", day=text[:40]) from problem
        if not today < day <= last:
            raise BadReview("reviews", day=text[:40])
        found.append(day)
    return sorted(set(found))


def _every(days: int, now: datetime, last: date) -> list[date]:
    """So far apart, from today to the day before the last."""
    today = now.astimezone(SHANGHAI).date()
    return [today + timedelta(days=n) for n in range(days, (last - today).days, days)]
