"""Alembic's entry: one connection, a transaction for each migration, our metadata."""

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


#: The owner obeys the row policies too. A lock is waited for so long and no longer: `jiesu.db.migrate` tries again. Four such waits
#: end within the second after which PostgreSQL looks for deadlocks, and would find people at fault.
OPTIONS = "-c lock_timeout=200ms -c jiesu.scope=system"


def run() -> None:
    """Each migration in a transaction of its own, so that no lock outlives the step that needs it.

    A step that makes an index concurrently leaves it: `with beside_work(): …`.
    """
    url = context.config.attributes["url"]
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": OPTIONS})
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
