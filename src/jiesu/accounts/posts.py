"""From rows to people: who somebody is, and the posts that they hold now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.roles import Role
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Missing
from jiesu.units.organisation import Organisation

__all__ = ["NoSuchPost", "Person", "everybody", "load_person", "load_staff"]


class NoSuchPost(Missing):
    zh = "您没有这个岗位。请从列出的岗位中选择；缺少岗位请联系管理员。"
    en = "You do not hold this post. Choose one of those listed, or ask your administrator."


@dataclass(frozen=True)
class Person:
    """An account with its posts, the oldest first; none when none is active at an active unit."""

    account: Account
    posts: tuple[Staff, ...]

    def post(self, staff_id: int) -> Staff | None:
        """The post of that key, while it is held."""
        return next((staff for staff in self.posts if staff.id == staff_id), None)

    def choose(self, role: Role, unit: str) -> Staff:
        """Raises NoSuchPost."""
        for staff in self.posts:
            if (staff.role, staff.unit) == (role, unit):
                return staff
        raise NoSuchPost("unit")


async def load_person(uow: UnitOfWork, organisation: Organisation, account_id: int) -> Person | None:
    """The person by the account's key; None once it is no longer active."""
    return next(iter(await _people(uow, organisation, _rows().where(Account.id == account_id))), None)


async def load_staff(uow: UnitOfWork, organisation: Organisation, staff_id: int) -> Staff | None:
    """The person in the post of that key; None once account, post or unit is no longer active."""
    own = select(StaffRow.account_id).where(StaffRow.id == staff_id).scalar_subquery()
    people = await _people(uow, organisation, _rows().where(Account.id == own))
    return people[0].post(staff_id) if people else None


async def everybody(uow: UnitOfWork, organisation: Organisation, *, demo: bool = False) -> list[Staff]:
    """Every post of everybody who may sign in, the oldest first; with `demo` of those alone whose password is public."""
    people = await _people(uow, organisation, _rows().where(Account.demo) if demo else _rows())
    return sorted((staff for person in people for staff in person.posts), key=lambda staff: staff.id)


def _rows() -> Select[Any, Any]:
    held = (StaffRow.account_id == Account.id) & StaffRow.active
    query = select(Account, StaffRow).outerjoin(StaffRow, held).where(Account.active)
    return query.order_by(Account.id, StaffRow.id)


async def _people(uow: UnitOfWork, organisation: Organisation, query: Select[Any, Any]) -> list[Person]:
    rows = (await uow.session.execute(query)).all()
    return [
        Person(account, _posts(account, [row for _, row in held if row is not None], organisation))
        for account, held in groupby(rows, key=lambda row: row[0])
    ]


def _posts(account: Account, rows: Iterable[StaffRow], organisation: Organisation) -> tuple[Staff, ...]:
    held = [row for row in rows if organisation.find_unit(row.unit) is not None]
    lines = {row.id: frozenset({row.unit, *organisation.ancestors(row.unit)}) for row in held}
    return tuple(
        Staff(
            id=row.id,
            username=account.username,
            name=account.name,
            role=row.role,
            unit=row.unit,
            unit_name=organisation.unit(row.unit).name,
            subtree=organisation.subtree(row.unit),
            lineage=lines[row.id],
            account_id=account.id,
            other_posts=frozenset(lines) - {row.id},
            elsewhere=frozenset().union(*lines.values()) - lines[row.id],
        )
        for row in held
    )
