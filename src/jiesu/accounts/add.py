"""Adding somebody who may sign in."""

from __future__ import annotations

import asyncio
import re
import secrets

from sqlalchemy.dialects.postgresql import insert

from jiesu.accounts.events import AccountAdded
from jiesu.accounts.models import Account
from jiesu.accounts.passwords import hash_password
from jiesu.accounts.sign_in import tidy_username
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.kit.numbers import ALPHABET
from jiesu.kit.text import clean, forbidden_characters

__all__ = ["BadPersonName", "BadUsername", "UsernameTaken", "add_account", "initial_password"]

INITIAL_LENGTH = 16
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


class BadUsername(Invalid):
    zh = "用户名须为3至64位小写字母、数字、点、横线，以字母或数字开头。"
    en = "A user name has 3 to 64 small letters, digits, dots or dashes, and begins with a letter or digit."


class BadPersonName(Invalid):
    zh = "请填写姓名，最多64个字，不含换行等控制字符。"
    en = "Give the person's name, at most 64 characters, without line ends or other control characters."


class UsernameTaken(Conflict):
    zh = "用户名{username}已经有人用了。请换一个。"
    en = "The user name {username} is taken. Choose another."


async def add_account(uow: UnitOfWork, username: str, name: str, *, by: str) -> str:
    """Add somebody without a post; returns the initial password, which is shown once and must be changed.

    Raises BadUsername, BadPersonName, UsernameTaken.
    """
    username, name = tidy_username(username), clean(name)
    if _USERNAME.fullmatch(username) is None:
        raise BadUsername("username")
    if not 1 <= len(name) <= 64 or not name.isprintable() or forbidden_characters(name):
        raise BadPersonName("name")
    password, hashed = await initial_password()
    await _insert(uow, username, name, hashed)
    await uow.record(AccountAdded(account=username, by=by))
    return password


async def _insert(uow: UnitOfWork, username: str, name: str, hashed: str) -> None:
    row = {"username": username, "name": name, "password": hashed, "must_change_password": True}
    statement = insert(Account).values(**row, created_at=uow.now)
    found = await uow.session.scalar(
        statement.on_conflict_do_nothing(index_elements=[Account.username]).returning(Account.id)
    )
    if found is None:
        raise UsernameTaken("username", username=username)


async def initial_password() -> tuple[str, str]:
    """Sixteen letters and digits that can be read out, and their hash."""
    password = "".join(secrets.choice(ALPHABET) for _ in range(INITIAL_LENGTH)).lower()
    return password, await asyncio.to_thread(hash_password, password)
