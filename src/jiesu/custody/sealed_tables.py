"""Which tables hold encrypted columns, asked of the models, and the statements that find and rewrite their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from advanced_alchemy.types import EncryptedString
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

import jiesu.models  # noqa: F401  (fills the metadata)
from jiesu.db.base import Base
from jiesu.kit.crypto import KeyRing, looks_sealed

__all__ = ["SealedTable", "sealed_tables"]

#: What an encrypted value begins with, for PostgreSQL; `looks_sealed` says the same.
MARK = "^[a-z0-9-]{1,16}:(?:(?:aes|sm4):)?(?=[A-Za-z0-9+/]{38,}={0,2}$)"


@dataclass(frozen=True)
class SealedTable:
    """A table by name: its key, its encrypted columns, and which column holds the hash of which."""

    name: str
    key: str
    columns: tuple[str, ...]
    hashes: dict[str, str]

    async def stale(self, session: AsyncSession, mark: str) -> int:
        """Rows with a value that does not begin with the mark."""
        query = f"SELECT count(*) FROM {self.name} WHERE {self._unlike}"  # noqa: S608 - names of our models
        return await session.scalar(text(query), {"mark": mark}) or 0

    async def under(self, session: AsyncSession) -> dict[str, int]:
        """How many values lie under each key and cipher, `plain` for those under none."""
        found: dict[str, int] = {}
        for column in self.columns:
            query = f"""SELECT substring({column} from :mark), count(*) FROM {self.name}
                        WHERE {column} IS NOT NULL GROUP BY 1"""  # noqa: S608
            for mark, count in await session.execute(text(query), {"mark": MARK}):
                found[mark or "plain"] = found.get(mark or "plain", 0) + count
        return found

    async def claim(self, session: AsyncSession, mark: str, after: Any, limit: int) -> Sequence[Any]:
        """Lock the next stale rows in the order of their key; rows that somebody works on are passed over."""
        names = ", ".join((self.key, *self.columns))
        beyond = "" if after is None else f"AND {self.key} > :after"
        query = f"""SELECT {names} FROM {self.name} WHERE ({self._unlike}) {beyond}
                    ORDER BY {self.key} LIMIT :limit FOR UPDATE SKIP LOCKED"""  # noqa: S608
        values = {"mark": mark, "limit": limit} | ({} if after is None else {"after": after})
        return (await session.execute(text(query), values)).all()

    async def rewrite(self, session: AsyncSession, rows: Sequence[Any], ring: KeyRing) -> None:
        """Write claimed rows again, under the ring's current key, with their hashes."""
        names = (*self.columns, *self.hashes)
        sets = ", ".join(f"{name} = v.{name}" for name in names)
        query = f"""UPDATE {self.name} t SET {sets} FROM jsonb_populate_recordset(NULL::{self.name}, :rows) v
                    WHERE t.{self.key} = v.{self.key}"""  # noqa: S608
        written = msgspec.json.encode([self._anew(row, ring) for row in rows]).decode()
        await session.execute(text(query), {"rows": written})

    @property
    def _unlike(self) -> str:
        return " OR ".join(f"NOT starts_with({column}, :mark)" for column in self.columns)

    def _anew(self, row: Any, ring: KeyRing) -> dict[str, Any]:
        plain = {column: _read(getattr(row, column), ring) for column in self.columns}
        sealed = {column: None if value is None else ring.encrypt(value) for column, value in plain.items()}
        hashes = {
            name: None if (value := plain[of]) is None else ring.search_hash(value) for name, of in self.hashes.items()
        }
        return {self.key: getattr(row, self.key)} | sealed | hashes


def _read(value: str | None, ring: KeyRing) -> str | None:
    """Also what was written before its column was encrypted."""
    return ring.decrypt(value) if value is not None and looks_sealed(value) else value


def sealed_tables() -> list[SealedTable]:
    """Every table with an encrypted column, by name."""
    tables = [_sealed(table) for _, table in sorted(Base.metadata.tables.items())]
    return [table for table in tables if table.columns]


def _sealed(table: Table) -> SealedTable:
    columns = tuple(column.name for column in table.columns if isinstance(column.type, EncryptedString))
    hashes = {column.name: column.info["hash_of"] for column in table.columns if "hash_of" in column.info}
    [key] = [column.name for column in table.primary_key] if columns else [""]
    return SealedTable(table.name, key, columns, hashes)
