"""All accounts, as administrators see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.others import NoSuchAccount
from jiesu.accounts.roles import Role
from jiesu.accounts.sign_in import tidy_username
from jiesu.db.uow import UnitOfWork
from jiesu.kit.paging import decode_cursor, encode_cursor

__all__ = ["Listed", "Page", "every_post", "find_account", "list_accounts", "namesakes", "posts_of"]

PAGE = 50


class Listed(NamedTuple):
    """An account with its active posts."""

    account: Account
    posts: Sequence[StaffRow]


class Page(NamedTuple):
    """Accounts in the order of their user names."""

    accounts: Sequence[Listed]
    next_cursor: str | None


async def list_accounts(
    uow: UnitOfWork,
    *,
    q: str = "",
    role: Role | None = None,
    units: Collection[str] | None = None,
    cursor: str = "",
    size: int = PAGE,
) -> Page:
    """One stretch of all accounts, or of those that match everything given. Raises BadCursor.

    `q` is part of a name or user name; `role` and `units` are of one post that they hold now.
    """
    query = select(Account).order_by(Account.username).limit(size + 1)
    if wanted := q.replace("\0", "").strip():
        fields = (Account.username, Account.name)
        query = query.where(or_(*(field.icontains(wanted, autoescape=True) for field in fields)))
    if role is not None or units is not None:
        held = exists().where(StaffRow.account_id == Account.id, StaffRow.active)
        held = held if role is None else held.where(StaffRow.role == role)
        query = query.where(held if units is None else held.where(StaffRow.unit.in_(units)))
    if cursor:
        query = query.where(Account.username > decode_cursor(cursor, tuple[str])[0].replace("\0", ""))
    accounts = (await uow.session.scalars(query)).all()
    shown = await posts_of(uow, accounts[:size])
    return Page(shown, encode_cursor(accounts[size - 1].username) if len(accounts) > size else None)


async def find_account(uow: UnitOfWork, username: str) -> Account:
    """The account of that name. Raises NoSuchAccount."""
    account = await uow.session.scalar(select(Account).where(Account.username == tidy_username(username)))
    if account is None:
        raise NoSuchAccount("username")
    return account


async def every_post(uow: UnitOfWork, account: Account) -> Sequence[StaffRow]:
    """The posts that the account holds or held, those of now first."""
    query = select(StaffRow).where(StaffRow.account_id == account.id)
    return (await uow.session.scalars(query.order_by(StaffRow.active.desc(), StaffRow.id))).all()


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
