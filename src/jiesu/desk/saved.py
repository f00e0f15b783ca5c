"""Filters that people keep under a name: their own, on every machine they sign in from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.filters import canonical
from jiesu.desk.models import SavedFilter
from jiesu.errors import Conflict, Invalid, Missing
from jiesu.kit.text import clean

__all__ = [
    "NamelessFilter",
    "NoSuchFilter",
    "TooManyFilters",
    "drop_filter",
    "filters_of",
    "keep_filter",
    "rename_filter",
]

MOST, LONGEST = 20, 40
#: Beyond any key there can be.
BIGGEST = 2**63


class NamelessFilter(Invalid):
    zh = "请给这个筛选起一个名字（最多 40 个字）。"
    en = "Give this filter a name of at most 40 characters."


class TooManyFilters(Conflict):
    zh = "最多保存 20 个筛选。请先删掉一个不用的。"
    en = "You may keep 20 filters. Delete one that you no longer need."


class NoSuchFilter(Missing):
    zh = "没有找到这个筛选，可能已经删掉了。请刷新页面。"
    en = "There is no such filter; it may have been deleted. Reload the page."


async def filters_of(uow: UnitOfWork, staff: Staff) -> Sequence[SavedFilter]:
    """The person's own, the oldest first."""
    query = select(SavedFilter).where(SavedFilter.account_id == staff.account_id).order_by(SavedFilter.id)
    return (await uow.session.scalars(query)).all()


async def keep_filter(uow: UnitOfWork, staff: Staff, name: str, address: str) -> SavedFilter:
    """Keep what the address narrows to; a name that is there already gets the new one. Raises NamelessFilter, TooManyFilters."""
    name, own = _named(name), await filters_of(uow, staff)
    row = next((kept for kept in own if kept.name == name), None)
    if row is None:
        if len(own) >= MOST:
            raise TooManyFilters("name")
        row = SavedFilter(account_id=staff.account_id, name=name, created_at=uow.now)
        uow.add(row)
    row.query = canonical(address)
    await uow.session.flush()
    return row


async def rename_filter(uow: UnitOfWork, staff: Staff, filter_id: int, name: str) -> SavedFilter:
    """Raises NoSuchFilter, NamelessFilter."""
    row = await _own(uow, staff, filter_id)
    row.name = _named(name)
    await uow.session.flush()
    return row


async def drop_filter(uow: UnitOfWork, staff: Staff, filter_id: int) -> None:
    """Raises NoSuchFilter."""
    await uow.session.delete(await _own(uow, staff, filter_id))
    await uow.session.flush()


async def _own(uow: UnitOfWork, staff: Staff, filter_id: int) -> SavedFilter:
    query = select(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.account_id == staff.account_id)
    row = await uow.session.scalar(query) if 0 < filter_id < BIGGEST else None
    if row is None:
        raise NoSuchFilter("id")
    return row


def _named(name: str) -> str:
    name = clean(name).strip()
    if not 0 < len(name) <= LONGEST:
        raise NamelessFilter("name")
    return name
