"""Everything one process works with, built once from the settings: database, rules, gateway, numbers."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from jiesu.attachments.store import FileStore
from jiesu.db.base import install_keys
from jiesu.db.engine import connect, sessions
from jiesu.db.uow import Database, UnitOfWork
from jiesu.intake.numbers import Numbers
from jiesu.kit.calendar import load_calendars
from jiesu.kit.clock import Clock, FastClock, SystemClock
from jiesu.kit.config import ConfigMistake, convert
from jiesu.kit.crypto import KeyRing
from jiesu.notifications.gateway import DemoGateway, HttpGateway, NoGateway, SmsGateway
from jiesu.reactions import Reactions
from jiesu.rules import Policies, Rules, load_policies
from jiesu.settings import Settings
from jiesu.sla.editions import calendar_edits, edits_fingerprint, note_editions, past_clocks
from jiesu.sla.recompute import schedule_recompute
from jiesu.units.store import fingerprint, load_organisation

__all__ = ["Kernel", "load_keys"]

#: How old the snapshot of the organisation may grow, in seconds, before it is compared with the database.
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
        install_keys(self.keys)
        self._policies = policies or load_policies(settings.config_dir)
        self.engine = engine or connect(_database_url(settings), pool_size=settings.pool_size)
        self.clock = clock or _clock(settings)
        self.db = Database(self.engine, sessions(self.engine), self.clock, Reactions(lambda: self.rules))
        self.numbers = Numbers(self.db)
        self.gateway = gateway or _gateway(settings, self.db, self.keys)
        self.files = FileStore(settings.data_dir / "files")
        self._rules: Rules | None = None
        self._seen = ("", "")
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
        """Read organisation and calendar edits. Raises EmptyOrganisation, and ConfigMistake for a changed old policy."""
        await self.refresh(force=True)
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

    async def _fingerprint(self, session: AsyncSession) -> tuple[str, str]:
        return await fingerprint(session), await edits_fingerprint(session)

    async def _read(self, uow: UnitOfWork) -> Rules:
        """Everything anew; what deadlines will be reckoned by is kept, and a new calendar has the running ones looked at."""
        organisation = await load_organisation(uow.session)
        edits, folder = await calendar_edits(uow.session), self.settings.config_dir
        policies = self._policies
        if edits.years or edits.hours:
            policies = replace(policies, calendars=load_calendars(folder / "calendar", edits))
        if await note_editions(uow, policies.clocks, policies.calendars, folder / "clocks.toml"):
            await schedule_recompute(uow, policies.calendars)
        policies = replace(policies, past={**policies.past, **await past_clocks(uow.session)})
        return Rules.of(policies, organisation, self.keys, self.settings.public_url)

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()


def load_keys(settings: Settings) -> KeyRing:
    """The key ring file (`{"current": id, "keys": {id: 64 hex digits}}`), else one key made from the secret."""
    if settings.key_ring is None:
        return KeyRing.single(bytes.fromhex(settings.secret_key))
    try:
        raw = msgspec.json.decode(Path(settings.key_ring).read_bytes())
    except (OSError, msgspec.DecodeError) as problem:
        remedy = f"name a readable JSON key ring ({problem})."
        raise ConfigMistake(settings.key_ring, "key_ring", None, remedy) from problem
    ring = convert(raw, _KeyRingFile, settings.key_ring)
    if ring.current not in ring.keys:
        raise ConfigMistake(settings.key_ring, "current", ring.current, "name one of the keys in the file.")
    return KeyRing({key_id: bytes.fromhex(key) for key_id, key in ring.keys.items()}, ring.current)


class _KeyRingFile(msgspec.Struct, forbid_unknown_fields=True):
    current: str
    keys: dict[str, str]


def _database_url(settings: Settings) -> str:
    if settings.database_url is None:
        remedy = "give postgresql+psycopg://user:password@host/database, or use `jiesu up`, which starts its own"
        raise ConfigMistake("environment", "JIESU_DATABASE_URL", None, remedy)
    return settings.database_url


def _clock(settings: Settings) -> Clock:
    return SystemClock() if settings.fast_clock is None else FastClock.parse(settings.fast_clock)


def _gateway(settings: Settings, db: Database, keys: KeyRing) -> SmsGateway:
    if settings.demo:
        return DemoGateway(db, keys)
    if settings.sms_url is None:
        return NoGateway()
    return HttpGateway(settings.sms_url, settings.sms_secret or "")
