"""Accounts of real people, as an administrator adds them, and the telephone that shows their codes."""

from __future__ import annotations

from typing import Any

import pyotp
from httpx import AsyncClient, Response
from sqlalchemy import select

from jiesu.accounts.add import add_account
from jiesu.accounts.grants import give_post
from jiesu.accounts.models import Account
from jiesu.accounts.passwords import hash_password
from jiesu.accounts.roles import Role
from jiesu.audit.security import SecurityEntry
from jiesu.kernel import Kernel
from tests.builders.forms import STATION

__all__ = ["NAME", "PASSWORD", "People", "code_at"]

NAME, PASSWORD = "zhang.wei", "shan-gao-lu-yuan-77"
SESSION = "/api/v1/session"


def code_at(secret: str, kernel: Kernel, steps: int = 0) -> str:
    """What a telephone shows now, or so many half minutes later."""
    return pyotp.TOTP(secret).generate_otp(int(kernel.clock.now().timestamp()) // 30 + steps)


class People:
    """Adds people and signs them in, in transactions of its own."""

    def __init__(self, kernel: Kernel, client: AsyncClient) -> None:
        self.kernel, self.client = kernel, client
        self.sessions = client._transport.app.state.sessions  # type: ignore[attr-defined]

    async def add(
        self, name: str = NAME, *posts: tuple[Role, str], password: str | None = PASSWORD, secret: str | None = None
    ) -> str:
        """Somebody in those posts, by default an officer; with a password of their own unless it is None. Returns it."""
        async with self.kernel.db.begin() as uow:
            initial = await add_account(uow, name, "张伟", by="test")
            for role, unit in posts or ((Role.OFFICER, STATION),):
                await give_post(uow, self.kernel.rules.organisation, name, role, unit, by="test")
            account = await uow.session.scalar(select(Account).where(Account.username == name))
            assert account is not None
            if password is not None:
                account.password, account.must_change_password = hash_password(password), False
            if secret is not None:
                account.totp_secret, account.second_factor_at = secret, uow.now
        return password or initial

    async def account(self, name: str = NAME) -> Account:
        """The row as it stands."""
        async with self.kernel.db.begin() as uow:
            return (await uow.session.scalars(select(Account).where(Account.username == name))).one()

    async def try_in(self, name: str = NAME, password: str = PASSWORD, otp: str | None = None) -> Response:
        """An attempt to sign in."""
        return await self.client.post(SESSION, json={"username": name, "password": password, "otp": otp})

    async def enter(self, *args: Any, **more: Any) -> dict[str, str]:
        """Headers of a new session. The client keeps no cookie of it."""
        reply = await self.try_in(*args, **more)
        assert reply.status_code == 200, reply.text
        self.client.cookies.clear()
        return {"Authorization": f"Bearer {reply.json()['token']}"}

    async def trail(self) -> list[tuple[str, str | None]]:
        """Kind and account of each entry of the security trail, the oldest first."""
        async with self.kernel.db.begin() as uow:
            entries = await uow.session.scalars(select(SecurityEntry).order_by(SecurityEntry.seq))
            return [(entry.kind, entry.data.get("account")) for entry in entries]
