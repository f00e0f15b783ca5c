"""All accounts, as administrators see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, or_, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.db.uow import UnitOfWork
from jiesu.kit.paging import decode_cursor, encode_cursor

__all__ = ["Listed", "Page", "list_accounts", "namesakes", "posts_of"]

PAGE = 50


class Listed(NamedTuple):
    """An account with its active posts."""

    account: Account
    posts: Sequence[StaffRow]


class Page(NamedTuple):
    """Accounts in the order of their user names."""

    accounts: Sequence[Listed]
    next_cursor: str | None


async def list_accounts(uow: UnitOfWork, *, q: str = "", cursor: str = "", size: int = PAGE) -> Page:
    """One stretch of all accounts, or of those whose name or user name contains `q`. Raises BadCursor."""
    query = select(Account).order_by(Account.username).limit(size + 1)
    if wanted := q.replace("\0", "").strip():
        fields = (Account.username, Account.name)
        query = query.where(or_(*(field.icontains(wanted, autoescape=True) for field in fields)))
    if cursor:
        query = query.where(Account.username > decode_cursor(cursor, tuple[str])[0].replace("\0", ""))
    accounts = (await uow.session.scalars(query)).all()
    shown = await posts_of(uow, accounts[:size])
    return Page(shown, encode_cursor(accounts[size - 1].username) if len(accounts) > size else None)


async def posts_of(uow: UnitOfWork, accounts: Sequence[Account]) -> list[Listed]:
    """Each account with the posts it holds now."""
    held = select(StaffRow).where(StaffRow.account_id.in_([account.id for account in accounts]), StaffRow.active)
    posts = (await uow.session.scalars(held.order_by(StaffRow.id))).all()
    return [Listed(account, [post for post in posts if post.account_id == account.id]) for account in accounts]


async def namesakes(uow: UnitOfWork, name: str) -> list[int]:
    """Keys of all accounts, active or not, of people with that name; white space does not count."""
    bare = "".join(name.split())
    query = select(Account.id).where(func.replace(Account.name, " ", "") == bare).order_by(Account.id)
    return list(await uow.session.scalars(query))
