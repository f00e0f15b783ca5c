"""Ending an account or opening it again, and giving back what was forgotten or lost."""

from __future__ import annotations

from jiesu.accounts import second_factor
from jiesu.accounts.add import initial_password
from jiesu.accounts.events import (
    AccountActivated,
    AccountDeactivated,
    PasswordReset,
    SecondFactorReset,
    SessionsRevoked,
    SignInReleased,
)
from jiesu.accounts.lockout import Lockout
from jiesu.accounts.others import lock_other
from jiesu.db.uow import UnitOfWork
from jiesu.kit.crypto import KeyRing

__all__ = ["activate", "deactivate", "end_sessions", "release", "reset_password", "reset_second_factor"]


async def deactivate(uow: UnitOfWork, username: str, *, by: str) -> None:
    """End the account and with it, at once, its sessions. Repeatable. Raises NoSuchAccount, NotYourOwnAccount."""
    account = await lock_other(uow, username, by)
    if account.active:
        account.active = False
        account.generation += 1
        await uow.record(AccountDeactivated(account=account.username, by=by))


async def activate(uow: UnitOfWork, username: str, *, by: str) -> None:
    """Let somebody sign in again, in the posts they had. Repeatable. Raises NoSuchAccount, NotYourOwnAccount."""
    account = await lock_other(uow, username, by)
    if not account.active:
        account.active = True
        await uow.record(AccountActivated(account=account.username, by=by))


async def reset_password(uow: UnitOfWork, username: str, *, by: str) -> str:
    """A new initial password, which must be changed; all sessions end. Raises NoSuchAccount, NotYourOwnAccount."""
    account = await lock_other(uow, username, by)
    password, account.password = await initial_password()
    account.must_change_password, account.demo = True, False
    account.generation += 1
    await uow.record(PasswordReset(account=account.username, by=by))
    return password


async def reset_second_factor(uow: UnitOfWork, username: str, *, by: str) -> None:
    """Forget secret and recovery codes: it is set up anew at the next sign-in; all sessions end.

    Raises NoSuchAccount, NotYourOwnAccount.
    """
    account = await lock_other(uow, username, by)
    second_factor.forget(account)
    await uow.record(SecondFactorReset(account=account.username, by=by))


async def end_sessions(uow: UnitOfWork, username: str, *, by: str) -> None:
    """Sign the person out everywhere, at once; they may sign in again. Raises NoSuchAccount, NotYourOwnAccount."""
    account = await lock_other(uow, username, by)
    account.generation += 1
    await uow.record(SessionsRevoked(account=account.username, by=by))


async def release(uow: UnitOfWork, keys: KeyRing, username: str, *, by: str) -> None:
    """End the wait after wrong guesses at the name; that of the address stays. Repeatable.

    Raises NoSuchAccount, NotYourOwnAccount.
    """
    account = await lock_other(uow, username, by)
    if failures := await Lockout.of(keys, account.username, None).forget(uow):
        await uow.record(SignInReleased(account=account.username, by=by, failures=failures))
