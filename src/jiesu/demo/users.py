"""Demo staff: every role where it works, all with the one demo password."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.passwords import hash_password
from jiesu.accounts.roles import Role
from jiesu.db.uow import UnitOfWork
from jiesu.units.organisation import Organisation, Unit

__all__ = ["PASSWORD", "add_demo_users"]

PASSWORD = "jiesu-demo"  # noqa: S105  (public on purpose; demo mode serves loopback only)

_CITY = tuple(Role)
_COUNTY = (Role.INTAKE, Role.DISPATCHER, Role.OFFICER, Role.UNIT_HEAD, Role.CALLBACK, Role.SUPERVISOR)
_STATION = (Role.OFFICER, Role.UNIT_HEAD)
_ROLE_ZH = {
    Role.INTAKE: "受理员",
    Role.DISPATCHER: "派单员",
    Role.OFFICER: "承办人",
    Role.UNIT_HEAD: "负责人",
    Role.CALLBACK: "回访员",
    Role.SUPERVISOR: "督办员",
    Role.ADMINISTRATOR: "管理员",
    Role.SECURITY: "安全员",
    Role.AUDITOR: "审计员",
}
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


def _posts(unit: Unit) -> tuple[Role, ...]:
    if unit.kind == "centre":
        return _CITY if unit.parent is None else _COUNTY
    if "discipline" in unit.functions:
        return (Role.DISPATCHER, *_STATION)
    return _STATION


def _people(organisation: Organisation) -> Iterator[tuple[str, str, Role, str]]:
    for number, unit in enumerate(sorted(organisation.units.values(), key=lambda unit: unit.code)):
        for role in _posts(unit):
            family = _FAMILY[(number * 7 + len(role)) % len(_FAMILY)]
            yield f"{role.value}-{unit.code.lower()}", f"{family}{_ROLE_ZH[role]}", role, unit.code


#: One covers two stations, to show how a post is chosen: user name → the second post.
_SECOND_POSTS = {"officer-vs-150102002": (Role.OFFICER, "VS-150102003")}


async def add_demo_users(uow: UnitOfWork, organisation: Organisation, now: datetime) -> int:
    """Add what is missing; returns how many people there are. They share one hash: it is the same password."""
    password = hash_password(PASSWORD)
    people = list(_people(organisation))
    accounts = [
        {"username": username, "name": name, "password": password, "demo": True, "created_at": now}
        for username, name, _, _ in people
    ]
    statement = insert(Account).on_conflict_do_nothing(index_elements=[Account.username])
    await uow.session.execute(statement, accounts)
    await _give_posts(uow, [(username, role, unit) for username, _, role, unit in people], now)
    second = [(username, *post) for username, post in _SECOND_POSTS.items() if organisation.find_unit(post[1])]
    await _give_posts(uow, second, now)
    return len(people)


async def _give_posts(uow: UnitOfWork, posts: Sequence[tuple[str, Role, str]], now: datetime) -> None:
    """Posts of demo accounts alone: somebody real may have a name that a demo would give."""
    found = await uow.session.execute(select(Account.username, Account.id).where(Account.demo))
    keys: dict[str, int] = {row.username: row.id for row in found}
    rows = [
        {"account_id": keys[username], "role": role, "unit": unit, "active": True, "created_at": now}
        for username, role, unit in posts
        if username in keys
    ]
    if rows:
        await uow.session.execute(insert(StaffRow).on_conflict_do_nothing(), rows)
