"""Signing in: one answer for whatever was wrong, and a wait after too many of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import select

from jiesu.accounts.events import SignedIn, SignInFailed, SignInLocked
from jiesu.accounts.lockout import Lockout, TooManyFailures
from jiesu.accounts.models import Account
from jiesu.accounts.passwords import matches
from jiesu.accounts.posts import Person, load_person
from jiesu.accounts.second_factor import code_is_good
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Forbidden
from jiesu.kit.crypto import KeyRing
from jiesu.units.organisation import Organisation

__all__ = ["Attempt", "NoPost", "Refusal", "WrongCredentials", "proves", "sign_in", "tidy_username"]


class WrongCredentials(Forbidden):
    zh = "用户名、密码或动态码不正确。请重新输入；忘记密码请联系本单位管理员。"
    en = "User name, password or code is wrong. Try again, or ask your administrator for a new password."


class NoPost(Forbidden):
    zh = "您的账号现在没有岗位。请联系本单位管理员。"
    en = "Your account holds no post at present. Ask your administrator."


#: Returned, not raised: what was counted must be committed.
Refusal = WrongCredentials | NoPost | TooManyFailures


@dataclass(frozen=True)
class Attempt:
    """What somebody typed, and where from. `otp` is a code of the telephone or a recovery code."""

    username: str
    password: str = field(repr=False)
    otp: str = field(default="", repr=False)
    address: str | None = None


def tidy_username(typed: str) -> str:
    """As it is stored."""
    return typed.replace("\0", "").strip().lower()


async def sign_in(
    uow: UnitOfWork, organisation: Organisation, keys: KeyRing, attempt: Attempt, *, demo: bool
) -> Person | Refusal:
    """The person, or why not; the caller commits either way.

    Which of name, password and code was wrong is not told, nor by how long it takes. Locks the name, known or not.
    """
    username = tidy_username(attempt.username)
    lockout = Lockout.of(keys, username, attempt.address)
    if (wait := await lockout.enter(uow)) is not None:
        return wait
    account = await _account(uow, username, demo=demo)
    if not await proves(account, attempt.password) or account is None:
        return await _failed(uow, lockout, attempt, account)
    if not await code_is_good(uow, keys, account, attempt.otp):
        return await _failed(uow, lockout, attempt, account)
    await lockout.succeed(uow)
    person = await load_person(uow, organisation, account.id)
    if person is None or not person.posts:
        return NoPost()
    await uow.record(SignedIn(account=username, address=attempt.address))
    return person


async def proves(account: Account | None, password: str) -> bool:
    """Whether it is the account's password; takes as long for nobody's. In a thread: it is slow on purpose."""
    return await asyncio.to_thread(matches, account.password if account else None, password)


async def _account(uow: UnitOfWork, username: str, *, demo: bool) -> Account | None:
    """Locks the account. One whose password is public is nobody's outside demo mode."""
    account = await uow.session.scalar(
        select(Account).where(Account.username == username, Account.active).with_for_update()
    )
    return None if account is not None and account.demo and not demo else account


async def _failed(uow: UnitOfWork, lockout: Lockout, attempt: Attempt, account: Account | None) -> WrongCredentials:
    failures, wait = await lockout.fail(uow)
    whose = account.username if account else None
    await uow.record(SignInFailed(account=whose, address=attempt.address, failures=failures))
    if wait:
        await uow.record(SignInLocked(account=whose, address=attempt.address, seconds=int(wait.total_seconds())))
    return WrongCredentials("password")
