"""Running Alembic from our own commands, always as the owner of the tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

__all__ = ["alembic_config", "head", "upgrade"]


def alembic_config(url: str) -> Config:
    """Alembic's configuration without an ini file. `url`: the owner's, `postgresql+psycopg://…`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema up to `revision`; nothing happens when it is there already."""
    command.upgrade(alembic_config(url), revision)


def head() -> str:
    """The newest revision this code knows."""
    revision = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    if revision is None:  # pragma: no cover - a package without migrations is broken
        raise RuntimeError("No migrations are installed.")
    return revision
