"""One's own account: password, second factor, and where one is signed in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import segno
from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from jiesu.accounts import second_factor
from jiesu.accounts.change_password import change_password
from jiesu.accounts.events import SessionsRevoked
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError, Missing
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Rules
from jiesu.web.problems import domain_problem
from jiesu.web.sessions import Session, Sessions, client_address
from jiesu.web.signed_in import SignedInPerson

__all__ = [
    "OwnAccountController",
    "SessionListController",
    "SessionView",
    "go_on",
    "open_sessions",
    "picture_of",
    "revoke_one",
    "revoke_others",
]


class NoSuchSession(Missing):
    zh = "这个登录已经结束。请刷新列表。"
    en = "This session is over already. Reload the list."


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    current: str
    new: str


class Code(msgspec.Struct, forbid_unknown_fields=True):
    """Six digits, as the telephone shows them now."""

    otp: str


class EnrolmentView(msgspec.Struct, frozen=True):
    """For the telephone: type `secret`, open `uri`, or scan `qr` (a picture as a data address)."""

    secret: str
    uri: str
    qr: str


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Each is good once, in place of a code. They are shown this once."""

    recovery_codes: list[str]


class SessionView(msgspec.Struct, frozen=True):
    """Where one is signed in."""

    id: str
    opened_at: datetime
    used_at: datetime
    address: str | None
    browser: str
    this_one: bool

    @classmethod
    def of(cls, session: Session, own: Session) -> SessionView:
        opened, used = (
            datetime.fromtimestamp(moment, UTC).astimezone(SHANGHAI) for moment in (session.opened_at, session.used_at)
        )
        return cls(session.id, opened, used, session.address, session.browser, session.id == own.id)


def picture_of(uri: str) -> str:
    """The QR code as a data address: drawn here, fetched from nowhere."""
    return segno.make(uri, error="m").svg_data_uri(scale=4, border=2)


async def open_sessions(state: State, person: SignedInPerson) -> list[SessionView]:
    """The person's sessions, the one used last first."""
    sessions: Sessions = state.sessions
    return [SessionView.of(session, person.session) for session in await sessions.of(person.account)]


async def revoke_one(state: State, uow: UnitOfWork, person: SignedInPerson, session: str) -> None:
    """Raises NoSuchSession."""
    if not await state.sessions.revoke(person.account.id, session):
        raise NoSuchSession("session")
    await uow.record(SessionsRevoked(account=person.account.username, session=session))


async def revoke_others(state: State, uow: UnitOfWork, person: SignedInPerson) -> None:
    """End every session of the person but this one."""
    person.account.generation += 1
    await uow.record(SessionsRevoked(account=person.account.username))
    await go_on(state, person)


async def go_on(state: State, person: SignedInPerson) -> None:
    """Let this session outlive a new generation of the account."""
    await state.sessions.keep(person.secret, generation=person.account.generation)


class OwnAccountController(Controller):
    path = "/session"
    tags = ("session",)

    @post("/password", operation_id="ChangePassword", status_code=HTTP_204_NO_CONTENT)
    async def password(
        self,
        data: JSONBody[NewPassword],
        request: Request[Any, Any, Any],
        person: NamedDependency[SignedInPerson],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        state: State,
    ) -> Response[None]:
        """Change one's password (修改密码); all other sessions end."""
        address = client_address(request)
        refused = await change_password(uow, rules.keys, person.account, data.current, data.new, address=address)
        if isinstance(refused, DomainError):
            return domain_problem(request, refused)  # type: ignore[return-value]  # the same for every operation
        await go_on(state, person)
        return Response(None, status_code=HTTP_204_NO_CONTENT)

    @post("/second-factor", operation_id="BeginSecondFactor", status_code=HTTP_200_OK)
    async def begin(self, person: NamedDependency[SignedInPerson]) -> EnrolmentView:
        """What the telephone needs (启用动态码); nothing is asked for until a code was confirmed."""
        enrolment = second_factor.begin(person.account)
        return EnrolmentView(enrolment.secret, enrolment.uri, picture_of(enrolment.uri))

    @post("/second-factor/confirm", operation_id="ConfirmSecondFactor", status_code=HTTP_200_OK)
    async def confirm(
        self,
        data: JSONBody[Code],
        person: NamedDependency[SignedInPerson],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        state: State,
    ) -> RecoveryCodes:
        """Show that the telephone works (确认动态码); all other sessions end."""
        codes = await second_factor.confirm(uow, rules.keys, person.account, data.otp)
        await go_on(state, person)
        return RecoveryCodes(codes)


class SessionListController(Controller):
    path = "/sessions"
    tags = ("session",)

    @get(operation_id="ListSessions")
    async def sessions(self, person: NamedDependency[SignedInPerson], state: State) -> list[SessionView]:
        """Where one is signed in (登录的设备)."""
        return await open_sessions(state, person)

    @delete(operation_id="RevokeOtherSessions")
    async def others(
        self, person: NamedDependency[SignedInPerson], uow: NamedDependency[UnitOfWork], state: State
    ) -> None:
        """End all but this one (退出其他设备)."""
        await revoke_others(state, uow, person)

    @delete("/{session:str}", operation_id="RevokeSession")
    async def revoke(
        self,
        session: FromPath[str],
        person: NamedDependency[SignedInPerson],
        uow: NamedDependency[UnitOfWork],
        state: State,
    ) -> None:
        """End one (退出该设备)."""
        await revoke_one(state, uow, person, session)
