"""Everything one process works with, built once from the settings: database, rules, gateway, numbers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from jiesu.attachments.store import FileStore
from jiesu.db.base import install_keys
from jiesu.db.engine import connect, sessions
from jiesu.db.uow import Database, UnitOfWork
from jiesu.intake.numbers import Numbers
from jiesu.kit.calendar import load_calendars
from jiesu.kit.clock import Clock, FastClock, SystemClock
from jiesu.kit.config import ConfigMistake
from jiesu.kit.crypto import KeyRing
from jiesu.kit.keyfile import read_key_file
from jiesu.notifications.gateway import DemoGateway, HttpGateway, NoGateway, SmsGateway
from jiesu.notifications.quiet import QuietHours
from jiesu.reactions import Reactions
from jiesu.rules import Policies, Rules, load_policies
from jiesu.settings import Settings
from jiesu.sla.editions import calendar_edits, edits_fingerprint, note_editions, past_clocks
from jiesu.sla.recompute import schedule_recompute
from jiesu.units.store import fingerprint, load_organisation

__all__ = ["SNAPSHOT_AGE", "Kernel", "load_keys", "on_kernel"]

T = TypeVar("T")

log = structlog.get_logger(__name__)

#: How old the snapshot of organisation and keys may grow, in seconds, before it is compared with database and file.
SNAPSHOT_AGE = 10.0


class Kernel:
    """One process's collaborators. `open` it before use, `close` it at the end."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        policies: Policies | None = None,
        engine: AsyncEngine | None = None,
        gateway: SmsGateway | None = None,
    ) -> None:
        self.settings = settings
        self.keys = load_keys(settings)
        install_keys(self.keys, self._take_keys)
        self._policies = policies or _policies(settings)
        self.engine = engine or connect(_database_url(settings), pool_size=settings.pool_size)
        self.clock = clock or _clock(settings)
        self.db = Database(self.engine, sessions(self.engine), self.clock, Reactions(lambda: self.rules))
        self.numbers = Numbers(self.db)
        self.gateway = gateway or _gateway(settings, self.db)
        self.files = FileStore(settings.data_dir / "files")
        self._rules: Rules | None = None
        self._seen = ("", "", 0)
        self._checked = 0.0
        self._refreshing = asyncio.Lock()

    @property
    def scans(self) -> bool:
        """Whether attachments wait for a virus scanner before anybody gets them."""
        return self.settings.clamd is not None

    @property
    def rules(self) -> Rules:
        """The policies with the organisation as last read. Call `open` or `refresh` first."""
        if self._rules is None:
            raise RuntimeError("The kernel is not open.")
        return self._rules

    async def open(self) -> Kernel:
        """Read organisation and calendar edits unless that is done. Raises EmptyOrganisation, and ConfigMistake for a
        changed old policy.
        """
        await self.refresh(force=self._rules is None)
        return self

    async def refresh(self, *, force: bool = False) -> Rules:
        """Read organisation and calendar edits again when they changed; asks the database at most every few seconds."""
        async with self._refreshing:
            if force or time.monotonic() - self._checked > SNAPSHOT_AGE:
                async with self.db.sessions() as session:
                    seen = await self._fingerprint(session)
                if force or seen != self._seen:
                    async with self.db.begin() as uow:
                        self._rules = await self._read(uow)
                        self._seen = await self._fingerprint(uow.session)
                self._checked = time.monotonic()
        return self.rules

    async def _fingerprint(self, session: AsyncSession) -> tuple[str, str, int]:
        return await fingerprint(session), await edits_fingerprint(session), _changed_at(self.settings.key_ring)

    async def _read(self, uow: UnitOfWork) -> Rules:
        """Everything anew; what deadlines will be reckoned by is kept, and a new calendar has the running ones looked at."""
        self._take_keys()
        organisation = await load_organisation(uow.session)
        edits, folder = await calendar_edits(uow.session), self.settings.config_dir
        policies = self._policies
        if edits.years or edits.hours:
            policies = replace(policies, calendars=load_calendars(folder / "calendar", edits))
        if await note_editions(uow, policies.clocks, policies.calendars, folder / "clocks.toml"):
            await schedule_recompute(uow, policies.calendars)
        policies = replace(policies, past={**policies.past, **await past_clocks(uow.session)})
        return Rules.of(policies, organisation, self.keys, self.settings.public_url)

    def _take_keys(self) -> KeyRing:
        """The key ring as the file now has it; a file that is no ring any more is complained of, and the old one kept."""
        try:
            self.keys = load_keys(self.settings)
        except ConfigMistake as mistake:
            log.error("key ring not read", problem=str(mistake))
        install_keys(self.keys, self._take_keys)
        return self.keys

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()


async def on_kernel(settings: Settings, work: Callable[[Kernel], Awaitable[T]]) -> T:
    """Run work on an open kernel, and close it."""
    kernel = await Kernel(settings).open()
    try:
        return await work(kernel)
    finally:
        await kernel.close()


def load_keys(settings: Settings) -> KeyRing:
    """The key ring file (`kit/keyfile.py`), else one key made from the secret. Raises ConfigMistake."""
    if settings.key_ring is None:
        return KeyRing.single(bytes.fromhex(settings.secret_key), algorithm=settings.cipher)
    return read_key_file(settings.key_ring).ring(settings.cipher)


def _changed_at(key_ring: Path | None) -> int:
    """When the key ring file was last written, in ns; 0 where there is none."""
    try:
        return key_ring.stat().st_mtime_ns if key_ring else 0
    except OSError:
        return 0


def _database_url(settings: Settings) -> str:
    if settings.database_url is None:
        remedy = "give postgresql+psycopg://user:password@host/database, or use `jiesu up`, which starts its own"
        raise ConfigMistake("environment", "JIESU_DATABASE_URL", None, remedy)
    return settings.database_url


def _policies(settings: Settings) -> Policies:
    """What `config/` says. A demo's messages are shown, which wakes nobody: it has no quiet hours."""
    policies = load_policies(settings.config_dir)
    return replace(policies, quiet=QuietHours()) if settings.demo else policies


def _clock(settings: Settings) -> Clock:
    return SystemClock() if settings.fast_clock is None else FastClock.parse(settings.fast_clock)


def _gateway(settings: Settings, db: Database) -> SmsGateway:
    if settings.demo:
        return DemoGateway(db)
    if settings.sms_url is None:
        return NoGateway()
    return HttpGateway(settings.sms_url, settings.sms_secret or "")
