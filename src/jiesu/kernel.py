"""Everything one process works with, built once from the settings: database, rules, gateway, numbers."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from jiesu.db.base import install_keys
from jiesu.db.engine import connect, sessions
from jiesu.db.uow import Database
from jiesu.intake.numbers import Numbers
from jiesu.kit.clock import Clock, FastClock, SystemClock
from jiesu.kit.config import ConfigMistake, convert
from jiesu.kit.crypto import KeyRing
from jiesu.notifications.gateway import DemoGateway, HttpGateway, NoGateway, SmsGateway
from jiesu.reactions import Reactions
from jiesu.rules import Policies, Rules, load_policies
from jiesu.settings import Settings
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
        self._rules: Rules | None = None
        self._seen = ""
        self._checked = 0.0
        self._refreshing = asyncio.Lock()

    @property
    def rules(self) -> Rules:
        """The policies with the organisation as last read. Call `open` or `refresh` first."""
        if self._rules is None:
            raise RuntimeError("The kernel is not open.")
        return self._rules

    async def open(self) -> Kernel:
        """Read the organisation. Raises EmptyOrganisation."""
        await self.refresh(force=True)
        return self

    async def refresh(self, *, force: bool = False) -> Rules:
        """Read the organisation again when it changed; asks the database at most every few seconds."""
        async with self._refreshing:
            if force or time.monotonic() - self._checked > SNAPSHOT_AGE:
                async with self.db.sessions() as session:
                    seen = await fingerprint(session)
                    if force or seen != self._seen:
                        organisation = await load_organisation(session)
                        self._rules = Rules.of(self._policies, organisation, self.keys, self.settings.public_url)
                        self._seen = seen
                self._checked = time.monotonic()
        return self.rules

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
