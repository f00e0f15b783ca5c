"""Signing in, and turning a row into the person with a post."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from jiesu.accounts.models import StaffRow
from jiesu.accounts.passwords import matches
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Forbidden
from jiesu.units.organisation import Organisation

__all__ = ["WrongCredentials", "load_staff", "sign_in"]


class WrongCredentials(Forbidden):
    zh = "用户名或密码不正确。请重新输入；忘记密码请联系本单位管理员。"
    en = "User name or password is wrong. Try again, or ask your administrator for a new password."


async def sign_in(uow: UnitOfWork, organisation: Organisation, username: str, password: str) -> Staff:
    """The member of staff. Raises WrongCredentials; which of the two was wrong is not told."""
    row = await uow.session.scalar(
        select(StaffRow).where(StaffRow.username == username.replace("\0", "").strip(), StaffRow.active)
    )
    if not await asyncio.to_thread(matches, row.password if row else None, password) or row is None:
        raise WrongCredentials("password")
    return _staff(row, organisation)


async def load_staff(uow: UnitOfWork, organisation: Organisation, staff_id: int) -> Staff | None:
    """The member of staff by key; None once the account or its unit is no longer active."""
    row = await uow.session.get(StaffRow, staff_id)
    if row is None or not row.active or organisation.find_unit(row.unit) is None:
        return None
    return _staff(row, organisation)


def _staff(row: StaffRow, organisation: Organisation) -> Staff:
    return Staff(
        id=row.id,
        username=row.username,
        name=row.name,
        role=row.role,
        unit=row.unit,
        unit_name=organisation.unit(row.unit).name,
        subtree=organisation.subtree(row.unit),
        lineage=frozenset({row.unit, *organisation.ancestors(row.unit)}),
    )
