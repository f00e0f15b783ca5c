"""Changing one's own password."""

from __future__ import annotations

import asyncio

from jiesu.accounts.events import PasswordChanged, SignInFailed
from jiesu.accounts.lockout import Lockout, TooManyFailures
from jiesu.accounts.models import Account
from jiesu.accounts.password_rules import check_password
from jiesu.accounts.passwords import hash_password
from jiesu.accounts.sign_in import proves
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.crypto import KeyRing

__all__ = ["SamePassword", "WrongPassword", "change_password"]


class WrongPassword(Invalid):
    zh = "现在的密码不正确。请重新输入。"
    en = "The present password is wrong. Try again."


class SamePassword(Invalid):
    zh = "新密码和现在的一样。请换一个。"
    en = "The new password is the present one. Choose another."


async def change_password(
    uow: UnitOfWork, keys: KeyRing, account: Account, current: str, new: str, *, address: str | None
) -> WrongPassword | TooManyFailures | None:
    """Give the account another password; all other sessions end.

    A wrong present password is returned, not raised, and counts like a failed sign-in: a borrowed session is no place to
    guess. Raises SamePassword and what `check_password` raises.
    """
    lockout = Lockout.of(keys, account.username, address)
    if (wait := await lockout.enter(uow)) is not None:
        return wait
    if not await proves(account, current):
        failures, _ = await lockout.fail(uow)
        await uow.record(SignInFailed(account=account.username, address=address, failures=failures))
        return WrongPassword("current")
    if new == current:
        raise SamePassword("new")
    await asyncio.to_thread(check_password, new, account.username, account.name)
    account.password = await asyncio.to_thread(hash_password, new)
    account.must_change_password = False
    account.generation += 1
    await uow.record(PasswordChanged(account=account.username, address=address))
    return None
