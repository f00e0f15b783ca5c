"""Somebody else's account, as administrators reach it."""

from __future__ import annotations

from sqlalchemy import select

from jiesu.accounts.models import Account
from jiesu.accounts.sign_in import tidy_username
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Missing

__all__ = ["NoSuchAccount", "NotYourOwnAccount", "lock_other"]


class NoSuchAccount(Missing):
    zh = "没有这个账号。请核对用户名。"
    en = "There is no such account. Check the user name."


class NotYourOwnAccount(Conflict):
    zh = "不能改动自己的账号。请由另一位管理员办理。"
    en = "You cannot change your own account. Another administrator has to."


async def lock_other(uow: UnitOfWork, username: str, by: str) -> Account:
    """The account, locked. `by` is the user name of whoever asks. Raises NoSuchAccount, NotYourOwnAccount."""
    wanted = tidy_username(username)
    account = await uow.session.scalar(select(Account).where(Account.username == wanted).with_for_update())
    if account is None:
        raise NoSuchAccount("username")
    if account.username == by:
        raise NotYourOwnAccount("username")
    return account
