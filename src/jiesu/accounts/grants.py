"""Giving posts and taking them."""

from __future__ import annotations

from sqlalchemy import select

from jiesu.accounts.events import PostGiven, PostTaken
from jiesu.accounts.models import StaffRow
from jiesu.accounts.others import lock_other
from jiesu.accounts.roles import Role, go_together
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid, Missing
from jiesu.units.organisation import Organisation

__all__ = ["NoSuchUnit", "PostNotHeld", "RolesKeptApart", "give_post", "take_post"]


class NoSuchUnit(Invalid):
    zh = "没有编码为{unit}的单位。请核对单位编码。"
    en = "There is no unit {unit}. Check its code."


class RolesKeptApart(Conflict):
    zh = "管理员、安全员、审计员须由专人担任，不能兼任其他岗位。请给另一个账号。"
    en = "Administrator, security officer and auditor hold no other role besides. Give it to another account."


class PostNotHeld(Missing):
    zh = "这个账号没有这个岗位。请刷新后再看。"
    en = "The account does not hold this post. Reload and look again."


async def give_post(
    uow: UnitOfWork, organisation: Organisation, username: str, role: Role, unit: str, *, by: str
) -> None:
    """Give a post; one that was taken before comes back with its key. Repeatable.

    Raises NoSuchAccount, NotYourOwnAccount, NoSuchUnit, RolesKeptApart.
    """
    account = await lock_other(uow, username, by)
    if organisation.find_unit(unit) is None:
        raise NoSuchUnit("unit", unit=unit[:40])
    held = (await uow.session.scalars(select(StaffRow).where(StaffRow.account_id == account.id))).all()
    if not go_together(frozenset({role, *(post.role for post in held if post.active)})):
        raise RolesKeptApart("role")
    row = next((post for post in held if (post.role, post.unit) == (role, unit)), None)
    if row is None:
        uow.add(StaffRow(account_id=account.id, role=role, unit=unit, active=True, created_at=uow.now))
    elif row.active:
        return
    else:
        row.active = True
    await uow.record(PostGiven(account=account.username, by=by, role=role, unit=unit))


async def take_post(uow: UnitOfWork, username: str, role: Role, unit: str, *, by: str) -> None:
    """Take a post away; sessions that act in it end at once. Raises NoSuchAccount, NotYourOwnAccount, PostNotHeld."""
    account = await lock_other(uow, username, by)
    row = await uow.session.scalar(
        select(StaffRow).where(
            StaffRow.account_id == account.id, StaffRow.role == role, StaffRow.unit == unit, StaffRow.active
        )
    )
    if row is None:
        raise PostNotHeld("unit")
    row.active = False
    await uow.record(PostTaken(account=account.username, by=by, role=role, unit=unit))
