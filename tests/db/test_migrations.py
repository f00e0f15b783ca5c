"""Migrations and models agree, and every step can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, pool

import jiesu.models  # noqa: F401  (fills the metadata)
from jiesu.db.base import Base
from jiesu.db.migrate import alembic_config, head, upgrade


@pytest.fixture
def empty(where, worker) -> Iterator[str]:
    """The owner's URL of a database without tables."""
    name = f"jiesu_{worker}_empty"
    where.clone(name, empty=True)
    yield where.url(name, "owner")
    where.drop(name)


def engine_of(url: str) -> Engine:
    return create_engine(url, poolclass=pool.NullPool)


def tables(url: str) -> set[str]:
    return set(inspect(engine_of(url)).get_table_names())


def test_models_and_migrations_agree(empty):
    upgrade(empty)
    with engine_of(empty).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == head()
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_taken_back_and_made_again(empty):
    upgrade(empty)
    made = tables(empty)
    command.downgrade(alembic_config(empty), "base")
    assert tables(empty) <= {"alembic_version"}
    upgrade(empty)
    assert tables(empty) == made == {*Base.metadata.tables, "alembic_version"}


def test_migrating_again_changes_nothing(empty):
    upgrade(empty)
    upgrade(empty)
    assert "ticket" in tables(empty)
