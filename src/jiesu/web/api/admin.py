"""What administrators look after: work that was given up. They see no petition content, so no payload either."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_204_NO_CONTENT
from msgspec import Meta

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.audit.events import WorkDiscarded, WorkRetried
from jiesu.db.dead_letters import DeadLetterGone, discard, list_dead, retry
from jiesu.db.jobs import DeadLetter, Priority
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Forbidden

__all__ = ["AdminController", "NotAnAdministrator", "administrator_only", "drop_letter", "send_letter"]


class NotAnAdministrator(Forbidden):
    zh = "只有管理员可以办理此项。请联系系统管理员。"
    en = "Only administrators may do this. Ask your administrator."


class DeadLetterView(msgspec.Struct, frozen=True):
    """One piece of work that was given up, and why."""

    id: int
    kind: str
    key: str
    priority: str
    tries: int
    error: str
    died_at: datetime

    @classmethod
    def of(cls, letter: DeadLetter) -> DeadLetterView:
        priority = Priority(letter.priority).name.lower()
        return cls(letter.id, letter.kind, letter.key, priority, letter.tries, letter.error, letter.died_at)


class DeadLetterPage(msgspec.Struct, frozen=True):
    """The newest first; ask again with `next_cursor` for the rest."""

    letters: list[DeadLetterView]
    next_cursor: str | None


class AdminController(Controller):
    path = "/admin"
    tags = ("administration",)

    @get("/dead-letters", operation_id="ListDeadLetters")
    async def dead_letters(
        self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork], cursor: FromQuery[str] = ""
    ) -> DeadLetterPage:
        """Work that was given up (失败任务)."""
        administrator_only(staff)
        page = await list_dead(uow, cursor=cursor)
        return DeadLetterPage([DeadLetterView.of(letter) for letter in page.letters], page.next_cursor)

    @post("/dead-letters/{letter:str}/retry", operation_id="RetryDeadLetter", status_code=HTTP_204_NO_CONTENT)
    async def retry(
        self, letter: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> None:
        """Send it again now (重新发送)."""
        await send_letter(uow, staff, letter)

    @post("/dead-letters/{letter:str}/discard", operation_id="DiscardDeadLetter", status_code=HTTP_204_NO_CONTENT)
    async def discard(
        self, letter: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> None:
        """Drop it for good (删除)."""
        await drop_letter(uow, staff, letter)


async def send_letter(uow: UnitOfWork, staff: Staff, letter: str) -> None:
    """Send a dead letter again, on record. Raises NotAnAdministrator, DeadLetterGone."""
    administrator_only(staff)
    again = await retry(uow, _key(letter))
    await uow.record(WorkRetried(by=staff.username, count=1, key=again.key))


async def drop_letter(uow: UnitOfWork, staff: Staff, letter: str) -> None:
    """Drop a dead letter, on record. Raises NotAnAdministrator, DeadLetterGone."""
    administrator_only(staff)
    gone = await discard(uow, _key(letter), by=staff.username)
    await uow.record(WorkDiscarded(by=staff.username, kind=gone.kind, key=gone.key))


def administrator_only(staff: Staff) -> None:
    """Raises NotAnAdministrator for everybody else."""
    if not staff.has(Right.ADMINISTER):
        raise NotAnAdministrator


def _key(text: str) -> int:
    """What is no number names no letter."""
    try:
        key: int = msgspec.convert(text, Annotated[int, Meta(ge=0, le=2**63 - 1)], strict=False)
    except msgspec.ValidationError as error:
        raise DeadLetterGone("id") from error
    return key
