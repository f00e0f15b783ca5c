"""Accounts, as administrators look after them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from jiesu.accounts.add import add_account
from jiesu.accounts.grants import give_post, take_post
from jiesu.accounts.links import link_account, unlink_account
from jiesu.accounts.listing import Listed, list_accounts
from jiesu.accounts.resets import activate, deactivate, end_sessions, release, reset_password, reset_second_factor
from jiesu.accounts.roles import Role
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, unit_or_code
from jiesu.errors import Conflict
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Rules
from jiesu.web.api.admin import administrator_only

__all__ = ["UserController"]


class PostRef(msgspec.Struct, forbid_unknown_fields=True):
    """A role at the unit of that code."""

    role: Role
    unit: str


class HeldPost(msgspec.Struct, frozen=True):
    role: str
    unit: Named


class UserView(msgspec.Struct, frozen=True):
    """One account. Neither secret nor hash is ever shown."""

    username: str
    name: str
    active: bool
    must_change_password: bool
    second_factor: bool
    created_at: datetime
    posts: list[HeldPost]

    @classmethod
    def of(cls, listed: Listed, rules: Rules) -> UserView:
        account = listed.account
        return cls(
            username=account.username,
            name=account.name,
            active=account.active,
            must_change_password=account.must_change_password,
            second_factor=account.second_factor_at is not None,
            created_at=account.created_at.astimezone(SHANGHAI),
            posts=[HeldPost(post.role, unit_or_code(rules, post.unit)) for post in listed.posts],
        )


class UserPage(msgspec.Struct, frozen=True):
    """In the order of their user names; ask again with `next_cursor` for the rest."""

    users: list[UserView]
    next_cursor: str | None


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    username: str
    name: str
    posts: Sequence[PostRef] = ()


class Linked(msgspec.Struct, forbid_unknown_fields=True):
    """`subject` is the `sub` that the identity provider gives the person."""

    subject: str


class NoProvider(Conflict):
    zh = "没有设置统一身份平台（oidc_issuer）。"
    en = "No identity provider is set up (oidc_issuer)."


class InitialPassword(msgspec.Struct, frozen=True):
    """Shown this once; it must be changed at the first sign-in."""

    username: str
    initial_password: str


class UserController(Controller):
    path = "/admin/users"
    tags = ("administration",)

    @get(operation_id="ListUsers")
    async def users(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        q: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> UserPage:
        """All accounts, or those whose name contains `q` (账号列表)."""
        administrator_only(staff)
        page = await list_accounts(uow, q=q, cursor=cursor)
        return UserPage([UserView.of(listed, rules) for listed in page.accounts], page.next_cursor)

    @post(operation_id="AddUser", status_code=HTTP_201_CREATED)
    async def add(
        self,
        data: JSONBody[NewUser],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> InitialPassword:
        """Add somebody with their posts (新建账号)."""
        administrator_only(staff)
        password = await add_account(uow, data.username, data.name, by=staff.username)
        for ref in data.posts:
            await give_post(uow, rules.organisation, data.username, ref.role, ref.unit, by=staff.username)
        return InitialPassword(data.username.strip().lower(), password)

    @post("/{username:str}/deactivate", operation_id="DeactivateUser", status_code=HTTP_204_NO_CONTENT)
    async def deactivate(
        self, username: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> None:
        """End an account and its sessions at once (停用账号)."""
        administrator_only(staff)
        await deactivate(uow, username, by=staff.username)

    @post("/{username:str}/activate", operation_id="ActivateUser", status_code=HTTP_204_NO_CONTENT)
    async def activate(
        self, username: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> None:
        """Let somebody sign in again (恢复账号)."""
        administrator_only(staff)
        await activate(uow, username, by=staff.username)

    @post("/{username:str}/reset-password", operation_id="ResetPassword", status_code=HTTP_200_OK)
    async def reset_password(
        self, username: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> InitialPassword:
        """Give a new initial password (重置密码); all sessions of the account end."""
        administrator_only(staff)
        return InitialPassword(username, await reset_password(uow, username, by=staff.username))

    @post("/{username:str}/reset-second-factor", operation_id="ResetSecondFactor", status_code=HTTP_204_NO_CONTENT)
    async def reset_second_factor(
        self, username: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> None:
        """Forget the second factor of a lost telephone (重置动态码); all sessions of the account end."""
        administrator_only(staff)
        await reset_second_factor(uow, username, by=staff.username)

    @post("/{username:str}/end-sessions", operation_id="EndSessions", status_code=HTTP_204_NO_CONTENT)
    async def end_sessions(
        self, username: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> None:
        """Sign the person out everywhere at once (退出所有设备)."""
        administrator_only(staff)
        await end_sessions(uow, username, by=staff.username)

    @post("/{username:str}/release", operation_id="ReleaseUser", status_code=HTTP_204_NO_CONTENT)
    async def release(
        self,
        username: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> None:
        """End the wait after too many wrong sign-ins (解除登录暂停)."""
        administrator_only(staff)
        await release(uow, rules.keys, username, by=staff.username)

    @post("/{username:str}/link", operation_id="LinkUser", status_code=HTTP_204_NO_CONTENT)
    async def link(
        self,
        data: JSONBody[Linked],
        username: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        state: State,
    ) -> None:
        """Say who the account is at the identity provider (关联统一身份)."""
        administrator_only(staff)
        issuer = state.kernel.settings.oidc_issuer
        if issuer is None:
            raise NoProvider
        await link_account(uow, username, issuer, data.subject, by=staff.username)

    @post("/{username:str}/unlink", operation_id="UnlinkUser", status_code=HTTP_204_NO_CONTENT)
    async def unlink(
        self, username: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> None:
        """Name and password alone from now on (解除统一身份); all sessions of the account end."""
        administrator_only(staff)
        await unlink_account(uow, username, by=staff.username)

    @post("/{username:str}/posts/add", operation_id="GivePost", status_code=HTTP_204_NO_CONTENT)
    async def give(
        self,
        data: JSONBody[PostRef],
        username: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> None:
        """Give a post (增加岗位)."""
        administrator_only(staff)
        await give_post(uow, rules.organisation, username, data.role, data.unit, by=staff.username)

    @post("/{username:str}/posts/remove", operation_id="TakePost", status_code=HTTP_204_NO_CONTENT)
    async def take(
        self,
        data: JSONBody[PostRef],
        username: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
    ) -> None:
        """Take a post away (撤销岗位); sessions that act in it end at once."""
        administrator_only(staff)
        await take_post(uow, username, data.role, data.unit, by=staff.username)
