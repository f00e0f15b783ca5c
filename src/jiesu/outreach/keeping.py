"""Who may see and keep a list, finding somebody on it, and the days on which they are due."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ColumnElement, false, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.roles import Right, Role
from jiesu.accounts.staff import Staff
from jiesu.db.jobs import Promise, cancel, schedule
from jiesu.db.uow import SecurityEvent, UnitOfWork
from jiesu.errors import Forbidden, Invalid, Missing
from jiesu.kit.clock import SHANGHAI
from jiesu.outreach.models import OutreachPerson
from jiesu.outreach.policy import ContactPolicy
from jiesu.outreach.words import Way

__all__ = [
    "DUE",
    "OutreachStep",
    "UnknownOfficer",
    "UnknownReason",
    "checked_reason",
    "find_person",
    "keep_dates",
    "keepers_of",
    "may_keep",
    "may_read",
    "officer_key",
    "on_lists_of",
    "own_list",
    "promise_due",
    "step",
    "today",
]

#: Job kind: a contact with one person becomes due.
DUE = "outreach.due"
#: When the duty post is told of the day's contacts.
MORNING = time(8, 30)
KEEPING = (Role.OFFICER, Role.UNIT_HEAD)


class NotOnList(Missing):
    zh = "联系名单上没有这个人，或者已经移出名单。"
    en = "Nobody of that kind is on the list, or no longer."


class NotYourList(Forbidden):
    zh = "名单由承办单位自己的承办人和负责人记录。您可以查看，不能改。"
    en = "Officers and the head of the unit keep its list. You may read it, not change it."


class UnknownReason(Invalid):
    zh = "没有“{reason}”这个联系原因。请从列表中选择。"
    en = "There is no reason “{reason}”. Choose one from the list."


class UnknownOfficer(Invalid):
    zh = "本单位没有“{officer}”这位承办人。请从列表中选择，或者留空由全单位负责。"
    en = "The unit has no officer “{officer}”. Choose one from the list, or leave it to the whole unit."


class OutreachStep(SecurityEvent, frozen=True, kw_only=True):
    """Something done with one person on a list, named by its reference: who looked, and who changed what.

    `what` is listed, changed, unlisted, contacted, opened, revealed or ticketed; `cause` a code: the way, or the reason of a look.
    """

    what: str
    unit: str
    person: str
    cause: str | None = None


def may_read(staff: Staff) -> bool:
    """Who handles or supervises."""
    return staff.has(Right.HANDLE) or staff.has(Right.SUPERVISE)


def may_keep(staff: Staff, person: OutreachPerson) -> bool:
    """Whether the list is the person's own unit's to keep."""
    return staff.has(Right.HANDLE) and person.unit == staff.unit


def on_lists_of(staff: Staff) -> ColumnElement[bool]:
    """People on the lists of the subtree who have not been taken off; PostgreSQL says the same a second time."""
    lasting = OutreachPerson.ended_at.is_(None)
    return lasting & OutreachPerson.unit.in_(staff.subtree) if may_read(staff) else false()


async def find_person(uow: UnitOfWork, staff: Staff, ref: str) -> OutreachPerson:
    """Raises NotOnList."""
    query = select(OutreachPerson).where(OutreachPerson.ref == ref.replace("\0", ""), on_lists_of(staff))
    person = await uow.session.scalar(query)
    if person is None:
        raise NotOnList("ref")
    return person


async def own_list(uow: UnitOfWork, staff: Staff, ref: str) -> OutreachPerson:
    """The person, locked, for whoever keeps the list. Raises NotOnList, NotYourList."""
    person = await find_person(uow, staff, ref)
    if not may_keep(staff, person):
        raise NotYourList("ref")
    await uow.session.refresh(person, with_for_update=True)
    if person.ended_at is not None:
        raise NotOnList("ref")
    return person


def checked_reason(policy: ContactPolicy, reason: str) -> str:
    """Raises UnknownReason."""
    if reason not in policy.reasons:
        raise UnknownReason("reason", reason=reason[:40])
    return reason


async def keepers_of(uow: UnitOfWork, unit: str) -> list[tuple[int, str, str]]:
    """Whoever may be responsible at the unit: key of the post, user name, name."""
    query = (
        select(StaffRow.id, Account.username, Account.name)
        .join(Account, Account.id == StaffRow.account_id)
        .where(StaffRow.unit == unit, StaffRow.role.in_(KEEPING), StaffRow.active, Account.active)
        .order_by(Account.username, StaffRow.id)
    )
    return [(key, username, name) for key, username, name in await uow.session.execute(query)]


async def officer_key(uow: UnitOfWork, unit: str, username: str | None) -> int | None:
    """The post of that officer at the unit; None when nobody is named. Raises UnknownOfficer."""
    if not username:
        return None
    found = next((key for key, known, _ in await keepers_of(uow, unit) if known == username.lower()), None)
    if found is None:
        raise UnknownOfficer("officer", officer=username[:64])
    return found


async def keep_dates(uow: UnitOfWork, policy: ContactPolicy, person: OutreachPerson, *ways: Way) -> None:
    """Due again after the policy's months from today, with one promise each."""
    for way in ways:
        person.set_due(way, policy.due_after(person.reason, way, today(uow)))
        await promise_due(uow, person, way)


async def promise_due(uow: UnitOfWork, person: OutreachPerson, way: Way) -> None:
    """One job for that day in the place of any before."""
    key = f"outreach:{person.id}:{way}"
    await cancel(uow, key)
    at = datetime.combine(person.due_on(way), MORNING, SHANGHAI)
    await schedule(uow, Promise(DUE, at, key, {"person_id": person.id, "way": str(way)}))


async def step(uow: UnitOfWork, staff: Staff, person: OutreachPerson, what: str, cause: str | None = None) -> None:
    """On record in the security trail, without a name."""
    await uow.record(OutreachStep(account=staff.username, what=what, unit=person.unit, person=person.ref, cause=cause))


def today(uow: UnitOfWork) -> date:
    """The day in Hohhot."""
    return uow.now.astimezone(SHANGHAI).date()
