"""Alembic's entry: one connection, one transaction, our metadata."""

from __future__ import annotations

from typing import Any, Literal

from advanced_alchemy.types import EncryptedString
from alembic import context
from sqlalchemy import create_engine, pool

import jiesu.models  # noqa: F401  (fills the metadata)
from jiesu.db.base import Base


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Migrations name the stored type of encrypted columns, not our class."""
    return "sa.String()" if kind == "type" and isinstance(item, EncryptedString) else False


def run() -> None:
    """Migrate with a lock timeout, so that a waiting migration never blocks the whole office."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET lock_timeout = '10s'")
        connection.exec_driver_sql("SET jiesu.scope = 'system'")  # the owner obeys the row policies too
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_item=render_item, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
