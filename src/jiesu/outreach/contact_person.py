"""记录联系: a call or a visit to somebody on the list, and the morning on which the next one is due."""

from __future__ import annotations

from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.notifications.tell import tell_post
from jiesu.outreach.keeping import keep_dates, own_list, step, today
from jiesu.outreach.models import OutreachContact, OutreachPerson
from jiesu.outreach.words import Look, Way
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.tickets.guard import required
from jiesu.tickets.words import Outcome

__all__ = ["DUE_NOTICE", "contact_due", "record_contact", "reveal_person"]

#: Kind of the duty post's notice.
DUE_NOTICE = "outreach_due"


async def record_contact(
    uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, way: Way, outcome: Outcome, note: str, *, needs: bool = False
) -> int:
    """What came of a call or visit; returns its place among the person's contacts, from 1. Locks the person's row.

    Whoever was reached is due again after the policy's months; a visit counts as a call too. An attempt moves nothing.
    Raises NotOnList, NotYourList, EmptyText.
    """
    person = await own_list(uow, staff, ref)
    note = required(note, "note", "联系记录", 2000)
    contact = OutreachContact(
        person_id=person.id, at=uow.now, way=way, outcome=outcome, note=note, needs=needs, staff_id=staff.id
    )
    uow.session.add(contact)
    if outcome is Outcome.REACHED:
        await keep_dates(uow, rules.contact, person, *(Way if way is Way.VISIT else (Way.CALL,)))
    await step(uow, staff, person, "contacted", str(way))
    count = select(func.count()).where(OutreachContact.person_id == person.id)
    return await uow.session.scalar(count) or 1


async def reveal_person(uow: UnitOfWork, staff: Staff, ref: str, why: Look) -> Petitioner:
    """Name and telephone in full for who keeps the list; every look is in the security trail."""
    person = await own_list(uow, staff, ref)
    await step(uow, staff, person, "revealed", str(why))
    return await uow.session.get_one(Petitioner, person.petitioner_id)


async def contact_due(uow: UnitOfWork, person_id: int, way: Way) -> None:
    """The interval is over: the duty post is told, once a day for all of its list. May be repeated."""
    person = await uow.session.get(OutreachPerson, person_id, with_for_update=True, populate_existing=True)
    if person is None or person.ended_at is not None or person.told(way) or person.due_on(way) > today(uow):
        return
    setattr(person, f"{way}_told", True)
    key = f"{DUE_NOTICE}:{person.unit}:{today(uow)}"
    await tell_post(uow, key=key, unit=person.unit, ticket_id=None, kind=DUE_NOTICE)
