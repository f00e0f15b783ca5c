"""回避: whoever has an interest in a matter neither handles nor sees it any longer (信访工作条例 Art. 28)."""

from __future__ import annotations

from sqlalchemy import exists, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.roles import RIGHTS, Right
from jiesu.accounts.staff import KEEPERS, NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Missing
from jiesu.tickets.events import StaffRecused, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["LastKeeper", "UnknownColleague", "recuse_staff", "somebody_left"]

#: Who may order a colleague's recusal; anybody may recuse themselves.
MAY_ORDER = (Right.APPROVE, Right.SUPERVISE, Right.DISPATCH)


class UnknownColleague(Missing):
    zh = "没有用户名为“{username}”的在岗人员。请核对用户名；本人回避时留空。"
    en = "Nobody in office has the user name “{username}”. Check it; leave it out to recuse yourself."


class LastKeeper(Conflict):
    zh = "除这位同事外，本单位没有别人能打开这张密封工单。请先由管理员增加一位承办人员，再办理回避。"
    en = "Nobody else at the unit can open this sealed ticket. Let the administrator add somebody there first."


async def recuse_staff(
    uow: UnitOfWork,
    staff: Staff,
    number: str,
    reason: str,
    username: str | None = None,
    *,
    version: int | None = None,
) -> Ticket:
    """Keep a person from the ticket, in all their posts: oneself, or a colleague by order. Locks the ticket.

    Raises NotYours, UnknownColleague, LastKeeper.
    """
    ticket = await open_step(uow, staff, number, Step.RECUSE, version)
    reason = required(reason, "reason", "回避理由", 200)
    person = await _person(uow, staff, ticket, (username or "").strip().lower() or staff.username)
    ticket.barred_accounts = sorted({*ticket.barred_accounts, person.id})
    if ticket.sealed_to is not None and not await somebody_left(uow, ticket):
        raise LastKeeper("username")
    ticket.move(Step.RECUSE)
    await uow.record(
        StaffRecused(ticket_id=ticket.id, by=by_staff(staff), account=person.username, name=person.name, reason=reason)
    )
    return ticket


async def _person(uow: UnitOfWork, staff: Staff, ticket: Ticket, username: str) -> Account:
    if username != staff.username and not any(staff.may(right, ticket) for right in MAY_ORDER):
        raise NotYours
    account = await uow.session.scalar(select(Account).where(Account.username == username, Account.active))
    if account is None:
        raise UnknownColleague("username", username=username[:64])
    return account


async def somebody_left(uow: UnitOfWork, ticket: Ticket, unit: str | None = None) -> bool:
    """Whether anybody at the unit, by default the one that has the ticket now, may still see and handle it."""
    roles = [role for role, rights in RIGHTS.items() if rights & KEEPERS]
    left = exists().where(
        StaffRow.unit == (unit or ticket.post),
        StaffRow.active,
        StaffRow.role.in_(roles),
        StaffRow.account_id == Account.id,
        Account.active,
        Account.id.not_in(ticket.barred_accounts),
    )
    return bool(await uow.session.scalar(select(left)))
