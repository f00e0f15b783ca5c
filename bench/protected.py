"""The application with one protection left out, for `bench/protection.py` alone: no setting can do this."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from litestar import Litestar

from jiesu.app import create_app
from jiesu.db.base import install_keys
from jiesu.db.uow import Event, SecurityEvent, UnitOfWork
from jiesu.kernel import Kernel
from jiesu.kit.crypto import KeyRing, looks_sealed
from jiesu.reactions import HANDLERS, Reactions
from jiesu.settings import load_settings
from jiesu.tickets.models import Ticket

__all__ = ["VARIANTS", "Variant", "app", "ring_of"]


@dataclass(frozen=True)
class Variant:
    """What is left out. `owner_sql` is run once, as the tables' owner, on the variant's own database."""

    encrypted: bool = True
    trailed: bool = True
    owner_sql: str = ""


#: Lets every query see every row again.
_NO_POLICIES = """
    DO $$ DECLARE held record; BEGIN
        FOR held IN SELECT tablename FROM pg_policies WHERE policyname = 'seen' LOOP
            EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', held.tablename);
        END LOOP;
    END $$
"""
#: The first is the whole; each other one leaves something out.
VARIANTS: Mapping[str, Variant] = {
    "all on": Variant(),
    "no encryption": Variant(encrypted=False),
    "no trail": Variant(trailed=False),
    "no row policies": Variant(owner_sql=_NO_POLICIES),
    "none of these": Variant(encrypted=False, trailed=False, owner_sql=_NO_POLICIES),
}


class _PlainRing(KeyRing):
    """Writes as it is told, and hashes nothing."""

    def encrypt(self, plain: str) -> str:
        return plain

    def decrypt(self, sealed: str) -> str:
        return super().decrypt(sealed) if looks_sealed(sealed) else sealed

    def search_hash(self, value: str) -> str:
        return value

    def search_hashes(self, value: str) -> list[str]:
        return [value]


class _Untrailed(Reactions):
    """Runs the handlers and writes no entry."""

    async def __call__(self, uow: UnitOfWork, event: Event | SecurityEvent) -> None:
        if isinstance(event, SecurityEvent) or not (handlers := HANDLERS[type(event)]):
            return
        ticket = await uow.get(Ticket, event.ticket_id)
        for handler in handlers:
            await handler(uow, self._rules(), ticket, event)


class _BenchKernel(Kernel):
    plain: _PlainRing | None = None

    def _take_keys(self) -> KeyRing:
        self.keys = self.plain or super()._take_keys()
        install_keys(self.keys)
        return self.keys


def ring_of(variant: Variant, ring: KeyRing) -> KeyRing:
    """The ring itself, or one that leaves everything plain."""
    return ring if variant.encrypted else _PlainRing(ring.secrets, ring.current, ring.search, ring.links)


def app() -> Litestar:
    """The application as JIESU_BENCH_VARIANT has it."""
    variant = VARIANTS[os.environ["JIESU_BENCH_VARIANT"]]
    kernel = _BenchKernel(load_settings())
    if not variant.encrypted:
        kernel.plain = _PlainRing(kernel.keys.secrets, kernel.keys.current, kernel.keys.search, kernel.keys.links)
    if not variant.trailed:
        kernel.db = replace(kernel.db, react=_Untrailed(lambda: kernel.rules))
    return create_app(kernel=kernel)
