"""Whether somebody holds a duty post: a vacant one keeps its record, and the next manned post above is told too."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.roles import RIGHTS, Right
from jiesu.db.uow import UnitOfWork

__all__ = ["manned_units", "stand_in"]

#: Whoever may do one of these answers for the unit's duty post.
_DUTY = frozenset({Right.HANDLE, Right.DISPATCH, Right.SUPERVISE})
_ROLES = [role for role, rights in RIGHTS.items() if rights & _DUTY]


async def manned_units(uow: UnitOfWork) -> frozenset[str]:
    """Units where somebody holds the post, read once a transaction."""
    known = uow.memory.get("manned units")
    if known is None:
        holders = select(StaffRow.unit).join(Account, Account.id == StaffRow.account_id).where(Account.active)
        manned = holders.where(StaffRow.active, StaffRow.role.in_(_ROLES)).distinct()
        known = uow.memory["manned units"] = frozenset(await uow.session.scalars(manned))
    found: frozenset[str] = known
    return found


def stand_in(line: Sequence[str], manned: frozenset[str]) -> str | None:
    """Who is told in place of the first unit of a line that goes up; None when its own post is manned, or none is."""
    if line[0] in manned:
        return None
    return next((unit for unit in line[1:] if unit in manned), None)
