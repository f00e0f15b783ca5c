"""Migrations and models agree, and every step can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread, Timer

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, inspect, pool, text

import jiesu.models  # noqa: F401  (fills the metadata)
from jiesu.db.base import Base
from jiesu.db.migrate import alembic_config, head, pending, upgrade


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


def test_staff_become_accounts_with_one_post_and_keep_their_keys(empty):
    """A password that the demo made public is told from a real one; on the way back every post has a name again."""
    command.upgrade(alembic_config(empty), "0002")
    public, real = PasswordHasher().hash("jiesu-demo"), PasswordHasher().hash("a real one")
    with engine_of(empty).begin() as connection:
        connection.execute(text("INSERT INTO place VALUES ('1501', 'x', 'city', NULL, 'city')"))
        connection.execute(
            text("INSERT INTO unit VALUES ('U', 'x', 'x', 'centre', 'city', '1501', NULL, '{}', NULL, true)")
        )
        rows = [
            ("Old.Name", real, "auditor", True),
            ("officer-u", public, "officer", True),
            ("left", "-", "officer", False),
        ]
        for username, password, role, active in rows:
            insert = """INSERT INTO staff (username, name, role, unit, password, active, created_at)
                        VALUES (:username, '某人', :role, 'U', :password, :active, now())"""
            values = {"username": username, "password": password, "role": role, "active": active}
            connection.execute(text(insert), values)
    upgrade(empty)
    with engine_of(empty).begin() as connection:
        query = """SELECT s.id, a.username, a.demo, a.active, s.role FROM staff s JOIN account a ON a.id = s.account_id
                   ORDER BY s.id"""
        assert connection.execute(text(query)).all() == [
            (1, "old.name", False, True, "auditor"),
            (2, "officer-u", True, True, "officer"),
            (3, "left", False, False, "officer"),
        ]
        connection.execute(
            text(
                "INSERT INTO staff (account_id, role, unit, active, created_at) VALUES (2, 'intake', 'U', true, now())"
            )
        )
    command.downgrade(alembic_config(empty), "0002")
    with engine_of(empty).connect() as connection:
        names = connection.execute(text("SELECT username FROM staff ORDER BY id")).scalars().all()
    assert names == ["old.name", "officer-u", "left", "officer-u-4"]


def test_migrating_again_changes_nothing(empty):
    upgrade(empty)
    upgrade(empty)
    assert "ticket" in tables(empty)


def test_a_migration_waits_for_a_busy_table_in_short_tries_and_goes_on_where_it_stopped(empty, monkeypatch):
    """Whoever holds the table for long is not interrupted, and nobody queues behind the migration for long."""
    upgrade(empty, "0025")
    holder = engine_of(empty).connect()
    holder.exec_driver_sql("LOCK TABLE ticket IN ACCESS SHARE MODE")
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        holder.close()

    monkeypatch.setattr("jiesu.db.migrate.time.sleep", nap)
    assert next(revision for revision, _ in pending(empty)) == "0026"
    upgrade(empty)
    assert (len(naps), pending(empty)) == (1, [])


def test_an_index_made_beside_the_work_waits_for_whoever_reads_for_long(empty, monkeypatch):
    """A report or a backup. Given up and begun anew it would stumble over what it left."""
    upgrade(empty, "0035")
    reader = engine_of(empty).connect().execution_options(isolation_level="REPEATABLE READ")
    reader.exec_driver_sql("SELECT count(*) FROM deadline")
    monkeypatch.setattr("jiesu.db.migrate.time.sleep", lambda _: pytest.fail("it gave up"))
    ending = Timer(0.5, reader.close)
    ending.start()
    upgrade(empty, "0036")
    ending.join()
    assert "ix_deadline_due" in {index["name"] for index in inspect(engine_of(empty)).get_indexes("deadline")}


def test_people_never_lose_a_deadlock_with_a_migration(empty, monkeypatch):
    """Somebody who has changed a date waits for the surveys, which the migration holds before it comes to wait for the dates."""
    upgrade(empty, "0033")
    person, other = engine_of(empty).connect(), engine_of(empty).connect()
    person.exec_driver_sql("UPDATE deadline SET state = 'met' WHERE false")
    other.exec_driver_sql("UPDATE exclusion SET state = 'granted' WHERE false")
    went_on: list[bool] = []

    def go_on() -> None:
        with engine_of(empty).connect() as onlooker:
            while not onlooker.exec_driver_sql("SELECT 1 FROM pg_locks WHERE NOT granted").all():
                onlooker.rollback()
        Timer(0.05, other.close).start()
        person.exec_driver_sql("UPDATE survey SET contacted = true WHERE false")
        person.commit()
        went_on.append(True)

    working = Thread(target=go_on)
    monkeypatch.setattr("jiesu.db.migrate.time.sleep", lambda _: working.join())
    working.start()
    upgrade(empty, "0034")
    assert went_on == [True]


def test_a_database_that_was_never_migrated_has_everything_before_it(empty):
    steps = pending(empty)
    assert (steps[0][0], steps[-1][0]) == ("0001", head())
