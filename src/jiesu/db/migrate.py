"""Running Alembic from our own commands, always as the owner of the tables."""

from __future__ import annotations

import time
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, pool, text
from sqlalchemy.exc import OperationalError

__all__ = ["alembic_config", "head", "knows", "newest", "pending", "upgrade"]

log = structlog.get_logger(__name__)

#: A migration that waits for a lock holds up whoever comes after it, so it gives up soon (`migrations/env.py`) and tries
#: again so many times, with so many seconds of rest between, in which the office works on.
TRIES, REST = 30, 2.0
IN_USE = {"55P03": "lock not available", "40P01": "deadlock detected"}


def alembic_config(url: str) -> Config:
    """Alembic's configuration without an ini file. `url`: the owner's, `postgresql+psycopg://…`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema up to `revision`, each step in a transaction of its own; nothing happens when it is there already.

    Raises OperationalError when a table was in use all the time; what was done so far stays, and may be gone on with.
    """
    for tried in range(1, TRIES + 1):
        try:
            command.upgrade(alembic_config(url), revision)
        except OperationalError as error:
            if tried == TRIES or getattr(error.orig, "sqlstate", None) not in IN_USE:
                raise
            log.warning("a table is in use, the migration tries again", tried=tried)
            time.sleep(REST)
        else:
            return


def pending(url: str) -> list[tuple[str, str]]:
    """Revision and title of each migration that the database has not had yet, in their order."""
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        at = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    scripts = ScriptDirectory.from_config(alembic_config("")).iterate_revisions("head", at or "base")
    return [(script.revision, (script.doc or "").strip()) for script in scripts][::-1]


def newest() -> str:
    """The same as `head`, read from the files' names: nothing is loaded."""
    return max(path.name[:4] for path in (Path(__file__).parent / "migrations/versions").glob("[0-9]*.py"))


def knows(revision: str) -> bool:
    """Whether this code has that migration."""
    return any(
        script.revision == revision for script in ScriptDirectory.from_config(alembic_config("")).walk_revisions()
    )


def head() -> str:
    """The newest revision this code knows."""
    revision = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    if revision is None:  # pragma: no cover - a package without migrations is broken
        raise RuntimeError("No migrations are installed.")
    return revision
