"""How long one waits after failed sign-ins: counted in rows, for each user name and for each address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, select

from jiesu.accounts.models import SignInFailure
from jiesu.db.uow import UnitOfWork
from jiesu.errors import TooMany
from jiesu.kit.addresses import telling
from jiesu.kit.crypto import KeyRing

__all__ = ["Lockout", "TooManyFailures", "Waiting", "delay_after", "waiting_names"]

#: Failures that cost nothing. A whole office shares an address, so that one is granted more.
FREE, FREE_FOR_ADDRESS = 5, 20
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)
#: For how long a failure counts.
REMEMBERED, REMEMBERED_FOR_ADDRESS = timedelta(hours=24), timedelta(hours=1)


class TooManyFailures(TooMany):
    zh = "输错的次数太多，为保护账号暂停登录。请{wait_zh}后再试；忘记密码请联系本单位管理员。"
    en = "Too many wrong attempts. Try again in {wait_en}, or ask your administrator for a new password."


def delay_after(failures: int, free: int = FREE) -> timedelta:
    """Half a minute after the last free failure, doubling to an hour; zero before."""
    if failures < free:
        return timedelta()
    doubled: int = 2 ** min(failures - free, 10)
    return min(FIRST * doubled, LONGEST)


@dataclass(frozen=True)
class Lockout:
    """The failures of one user name, whether there is such a user or not, and of one address."""

    name_hash: str
    #: None where the address tells nobody apart.
    address_hash: str | None

    @classmethod
    def of(cls, keys: KeyRing, username: str, address: str | None) -> Lockout:
        """`address` as the server saw it."""
        place = telling(address)
        return cls(keys.code_hash(f"name:{username}"), keys.code_hash(f"address:{place}") if place else None)

    async def enter(self, uow: UnitOfWork) -> TooManyFailures | None:
        """What is to be told to who must still wait, else None.

        Locks the name for the rest of the transaction, so that guesses sent at once are counted one after the other.
        """
        await uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(self.name_hash, 0))))
        until = max(await self._name_until(uow), await self._address_until(uow))
        return TooManyFailures(seconds=_seconds(until - uow.now)) if until > uow.now else None

    async def fail(self, uow: UnitOfWork) -> tuple[int, timedelta]:
        """Count a failure; returns how many the name has now, and how long it must wait."""
        await uow.session.execute(delete(SignInFailure).where(SignInFailure.at < uow.now - REMEMBERED))
        uow.add(SignInFailure(name_hash=self.name_hash, address_hash=self.address_hash, at=uow.now))
        await uow.session.flush()
        count, _ = await _recent(uow, SignInFailure.name_hash == self.name_hash, REMEMBERED)
        return count, delay_after(count)

    async def succeed(self, uow: UnitOfWork) -> None:
        """Forget this name's failures. Those against other names stay with the address, or one good password would do."""
        await self.forget(uow)

    async def forget(self, uow: UnitOfWork) -> int:
        """The same; returns how many there were."""
        mine = delete(SignInFailure).where(SignInFailure.name_hash == self.name_hash).returning(SignInFailure.id)
        return len((await uow.session.scalars(mine)).all())

    async def _name_until(self, uow: UnitOfWork) -> datetime:
        count, last = await _recent(uow, SignInFailure.name_hash == self.name_hash, REMEMBERED)
        return last + delay_after(count)

    async def _address_until(self, uow: UnitOfWork) -> datetime:
        if self.address_hash is None:
            return uow.now
        mine = SignInFailure.address_hash == self.address_hash
        count, last = await _recent(uow, mine, REMEMBERED_FOR_ADDRESS)
        return last + delay_after(count, FREE_FOR_ADDRESS)


class Waiting(NamedTuple):
    """A name that was guessed at too often: how many failures count, and until when it waits (maybe a moment ago)."""

    failures: int
    until: datetime


async def waiting_names(uow: UnitOfWork, keys: KeyRing, usernames: Iterable[str]) -> dict[str, Waiting]:
    """Which of the names have used up what is free, the longest wait first. One query, whatever their number."""
    recent = select(SignInFailure.name_hash, func.count(), func.max(SignInFailure.at))
    recent = recent.where(SignInFailure.at > uow.now - REMEMBERED).group_by(SignInFailure.name_hash)
    rows = (await uow.session.execute(recent.having(func.count() >= FREE))).all()
    found = {name_hash: Waiting(count, last + delay_after(count)) for name_hash, count, last in rows}
    hashed = ((name, Lockout.of(keys, name, None).name_hash) for name in usernames) if found else ()
    waiting = [(name, found[name_hash]) for name, name_hash in hashed if name_hash in found]
    return dict(sorted(waiting, key=lambda item: item[1].until, reverse=True))


async def _recent(uow: UnitOfWork, mine: ColumnElement[bool], span: timedelta) -> tuple[int, datetime]:
    """How many failures count, and when the last was."""
    query = select(func.count(), func.max(SignInFailure.at)).where(mine, SignInFailure.at > uow.now - span)
    row: Any = (await uow.session.execute(query)).one()
    return row[0], row[1] or uow.now


def _seconds(span: timedelta) -> int:
    return max(1, -int(-span.total_seconds() // 1))
