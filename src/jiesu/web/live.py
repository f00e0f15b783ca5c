"""The live stream: what commits announce, told to every listener who may see the ticket, and to nobody else.

It only hints; whoever listens asks again for the page. So nothing is lost with it, and nothing is kept for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.hearing import hear
from jiesu.db.uow import CHANGES_CHANNEL
from jiesu.errors import TooMany
from jiesu.kernel import Kernel
from jiesu.tickets.models import Ticket
from jiesu.web.sessions import Session

__all__ = ["Change", "Listener", "Live", "TooManyListeners"]

log = structlog.get_logger(__name__)

#: Seconds in which changes are gathered before anybody is told.
GATHERED = 0.1
#: Changes that are told one by one; of more a listener is told only to look again.
MOST = 100
#: Streams of one session, and of one process.
EACH, ALL = 8, 2_000
_COLUMNS = (
    Ticket.id, Ticket.number, Ticket.version, Ticket.status, Ticket.lead_unit, Ticket.desk_unit, Ticket.accused_unit,
    Ticket.sealed_to, Ticket.barred_accounts, Ticket.confidential, Ticket.co_units,
)  # fmt: skip


class TooManyListeners(TooMany):
    zh = "打开的页面太多了，这一页暂时不自动更新。请关掉几个页面，{wait_zh}后会再试。"
    en = "Too many pages are open; this one is not updated by itself. Close some: it is tried again in {wait_en}."


class Change(msgspec.Struct, frozen=True):
    """A ticket as it stands after a change; whom it may be told is asked of `Staff.may_see`."""

    id: int
    number: str
    version: int
    status: str
    lead_unit: str | None
    desk_unit: str
    accused_unit: str | None
    sealed_to: str | None
    barred_accounts: list[int]
    confidential: bool
    co_units: list[str]
    kind: str

    def told_to(self, staff: Staff) -> dict[str, Any]:
        """The event; `mine` says whether the listener's own post has the ticket now."""
        mine = (self.sealed_to or self.lead_unit or self.desk_unit) == staff.unit
        return {
            "kind": self.kind,
            "number": self.number,
            "version": self.version,
            "status": self.status,
            "mine": mine,
        }


@dataclass(eq=False)
class Listener:
    """One open stream and what it has yet to be told."""

    session: str
    staff: Staff
    changes: dict[tuple[str, int], Change] = field(default_factory=dict)
    #: Whether it has to look again, whatever changed.
    again: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, changes: Iterable[Change]) -> None:
        """Remember what the person may see."""
        for change in changes:
            if self.staff.may_see(change):
                self.changes[change.kind, change.id] = change
                self._woken.set()
        if len(self.changes) > MOST:
            self.look_again()

    def look_again(self) -> None:
        """Forget what changed in particular."""
        self.again = True
        self.changes.clear()
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Until there is something to tell, or so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)

    def take(self, staff: Staff) -> list[dict[str, Any]]:
        """What is told now to the person in the post as it is now."""
        changes, again = list(self.changes.values()), self.again or staff.id != self.staff.id
        self.changes.clear()
        self.again, self.staff = False, staff
        self._woken.clear()
        told = [change.told_to(staff) for change in changes if staff.may_see(change)]
        return [{"kind": "refresh"}, *told] if again else told


class Live:
    """The listeners of one process. It hears the database from the first one on: people come and go with every page."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._listeners: set[Listener] = set()
        self._announced: dict[str, set[int]] = {}
        self._many = False
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.closing = False

    def check_room(self, session: Session) -> None:
        """Raises TooManyListeners."""
        same = sum(listener.session == session.id for listener in self._listeners)
        if same >= EACH or len(self._listeners) >= ALL:
            raise TooManyListeners(seconds=30)

    @contextlib.contextmanager
    def listening(self, session: Session, staff: Staff) -> Iterator[Listener]:
        """A listener for the length of the block."""
        listener = Listener(session.id, staff)
        self._listeners.add(listener)
        if not self._tasks:
            url = self._kernel.engine.url
            heard = hear(url, CHANGES_CHANNEL, self._heard, name="jiesu live")
            self._tasks = [asyncio.create_task(heard), asyncio.create_task(self._tell())]
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def ended(self, session: str) -> None:
        """Let the session's streams ask at once whether they still may listen; those of other processes do within a beat."""
        for listener in self._listeners:
            if listener.session == session:
                listener.look_again()

    def close(self) -> None:
        """End every stream; browsers come back by themselves, to whichever process answers."""
        self.closing = True
        for listener in self._listeners:
            listener.look_again()
        for task in self._tasks:
            task.cancel()

    def _heard(self, said: Sequence[str]) -> None:
        """Gather; nothing said means that something may have been missed."""
        for text in said or ("",):
            if not text:
                self._many = True
            else:
                for kind, ids in msgspec.json.decode(text, type=dict[str, list[int]]).items():
                    self._announced.setdefault(kind, set()).update(ids)
        self._woken.set()

    async def _tell(self) -> None:
        while await self._woken.wait():
            await asyncio.sleep(GATHERED)
            self._woken.clear()
            announced, many = self._announced, self._many
            self._announced, self._many = {}, False
            try:
                changes = [] if many or not self._listeners else await self._read(announced)
            except Exception as error:  # whatever is down comes back; the pages look again
                log.warning("changes are not read", error=type(error).__name__)
                many = True
            for listener in self._listeners:
                if many:
                    listener.look_again()
                else:
                    listener.add(changes)

    async def _read(self, announced: Mapping[str, set[int]]) -> list[Change]:
        """The tickets as they stand, read once for all listeners."""
        ids = set().union(*announced.values())
        async with self._kernel.db.sessions() as session:
            rows = (await session.execute(select(*_COLUMNS).where(Ticket.id.in_(ids)))).mappings().all()
        found = {row["id"]: dict(row) for row in rows}
        return [Change(**found[id_], kind=kind) for kind, ids in announced.items() for id_ in sorted(ids & set(found))]
