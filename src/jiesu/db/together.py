"""Writing all that a transaction adds in one statement: a round trip costs more than the rows do."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Column, Table, TextClause, TypeDecorator, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached

from jiesu.db.base import Base

__all__ = ["ANNOUNCE", "Keys", "write_together"]

#: How many keys of a table a process draws at a time; a stop leaves at most so many unused.
BLOCK = 100
DRAW = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
#: Notifies channels: {channel: what is said}.
ANNOUNCE = text("SELECT pg_notify(key, value) FROM jsonb_each_text(CAST(:said AS jsonb))")
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # only asked how encrypted columns are bound


class Keys:
    """One process's stock of row keys, drawn from the tables' own sequences, rising within the process."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._stock: dict[str, deque[int]] = {}

    async def draw(self, session: AsyncSession, model: type[Base]) -> int:
        """The key of a row still to be written. A rollback does not give it back."""
        stock = self._stock.setdefault(model.__tablename__, deque())
        async with self._lock:
            if not stock:
                stock.extend(await session.scalars(DRAW, {"table": model.__tablename__, "count": BLOCK}))
            return stock.popleft()


async def write_together(session: AsyncSession, rows: Sequence[Base], *, announce: Mapping[str, str]) -> None:
    """Insert the rows, of whatever tables, in one statement, and notify channels with it.

    Foreign keys are checked at the statement's end, so the order of the rows does not matter. Rows that carry a key
    stay in the session as if it had written them; the others get theirs from the database and are let go.
    """
    sheets: dict[Table, list[dict[str, Any]]] = {}
    for row in rows:
        sheets.setdefault(_table(row), []).append(_sheet_row(row))
    shape = tuple((table, "id" in sheet[0]) for table, sheet in sheets.items())
    document = {table.name: sheet for table, sheet in sheets.items()}
    values = {"rows": msgspec.json.encode(document).decode(), "said": msgspec.json.encode(announce).decode()}
    await session.execute(_statement(shape), values)
    for row in rows:
        if row.__dict__.get("id") is not None:
            make_transient_to_detached(row)
            session.add(row)


def _table(row: Base) -> Table:
    return row.__table__  # type: ignore[return-value]  # every model of ours maps a table, not a join


def _sheet_row(row: Base) -> dict[str, Any]:
    """The row as JSON takes it. What was left unset is set on the row too, or reading it would ask the database."""
    values, given = {}, row.__dict__
    for column, default, bind in _columns(_table(row)):
        value = given.setdefault(column, default)
        values[column] = bind(value) if bind and value is not None else value
    if values["id"] is None:
        del values["id"]
    return values


@cache
def _columns(table: Table) -> tuple[tuple[str, Any, Callable[[Any], Any] | None], ...]:
    """Name, default and way to bind of each column."""
    return tuple((column.name, _default(column), _binder(column)) for column in table.columns)


def _default(column: Column[Any]) -> Any:
    default = column.default
    if default is None or not default.is_scalar:
        return None
    return default.arg  # type: ignore[attr-defined]  # a scalar default has one


def _binder(column: Column[Any]) -> Callable[[Any], Any] | None:
    """Only our own types change what is written (encryption); JSON, times and words pass as they are."""
    return column.type.bind_processor(DIALECT) if isinstance(column.type, TypeDecorator) else None


@cache
def _statement(shape: tuple[tuple[Table, bool], ...]) -> TextClause:
    parts = []
    for table, keyed in shape:
        names = ", ".join(column.name for column in table.columns if keyed or column.name != "id")
        source = f"jsonb_populate_recordset(NULL::{table.name}, (SELECT rows FROM given) -> '{table.name}')"  # noqa: S608
        parts.append(f"{table.name}_ AS (INSERT INTO {table.name} ({names}) SELECT {names} FROM {source})")  # noqa: S608
    inserts = ", ".join(parts)
    query = f"WITH given AS (SELECT CAST(:rows AS jsonb) AS rows), {inserts} {ANNOUNCE.text}"
    return text(query.replace("NULL::", "NULL\\:\\:"))
