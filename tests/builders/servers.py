"""The servers of one test run: PostgreSQL with a filled template database, and Redis."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import make_url

from jiesu.db.engine import connect, sessions
from jiesu.db.migrate import upgrade
from jiesu.db.uow import Database
from jiesu.demo.users import add_demo_users
from jiesu.embedded.postgres import EmbeddedPostgres
from jiesu.embedded.redis import EmbeddedRedis
from jiesu.kit.clock import SystemClock
from jiesu.units.importing import read_places, read_units
from jiesu.units.store import apply_import, load_organisation

__all__ = ["Servers", "Where"]

CONFIG = Path(__file__).parents[2] / "config"
TEMPLATE = "jiesu_template"


class Where(msgspec.Struct, frozen=True):
    """How any process of the run reaches the servers; `sockets` is PostgreSQL's socket folder."""

    sockets: str
    redis_url: str

    def url(self, database: str, role: str = "app") -> str:
        """SQLAlchemy URL as `app` or `owner`."""
        return f"postgresql+psycopg://jiesu_{role}@/{database}?host={self.sockets}"

    def redis(self, number: int) -> str:
        """Redis URL of one of its sixteen databases."""
        return f"{self.redis_url.partition('?')[0]}?db={number % 16}"

    def clone(self, name: str, *, empty: bool = False) -> None:
        """Make a database like the template, or without tables, in place of one with that name."""
        self.drop(name)
        source = "jiesu" if empty else TEMPLATE
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER jiesu_owner")
        with self._superuser() as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(source)))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        with self._superuser() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def filled(self, name: str) -> frozenset[str]:
        """The tables of a database that hold anything."""
        with self._superuser(name) as connection:
            tables = [table for (table,) in connection.execute(_TABLES)]
            return frozenset(table for table in tables if connection.execute(_any_row(table)).fetchone())

    def empty(self, name: str, keep: frozenset[str]) -> None:
        """Empty every other table, as a replica does: those that only grow refuse everybody else."""
        with self._superuser(name) as connection:
            tables = [sql.Identifier(table) for (table,) in connection.execute(_TABLES) if table not in keep]
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET lock_timeout = '20s'")
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(tables)))

    def disconnect(self, name: str) -> None:
        """Break every connection to a database, as a restart would, and wait until they are gone."""
        query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        with self._superuser() as connection:
            connection.execute(query, [name])

    def _superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[str, ...]]:
        return psycopg.connect(host=self.sockets, dbname=database, user="postgres", autocommit=True)


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def _any_row(table: str) -> sql.Composed:
    return sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))


class Servers:
    """Started once a run, by the controller or by a run without workers; nothing is left behind.

    The folder is one that PostgreSQL's own account may enter: pytest's is not, for root.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jiesu-tests-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.postgres = EmbeddedPostgres(self.folder / "var", durable=False)
        self.redis = EmbeddedRedis(self.folder / "var")

    def start(self) -> Where:
        """Call from the main thread: the servers die with the thread that started them."""
        self.postgres.start()
        self.redis.start()
        self.postgres.ensure_database(TEMPLATE)
        upgrade(self.postgres.url(TEMPLATE, "owner"))
        asyncio.run(_fill(self.postgres.url(TEMPLATE)))
        query = make_url(self.postgres.url()).query
        return Where(str(query["host"]), self.redis.url())

    def stop(self) -> None:
        """End both and delete their data. Repeatable."""
        self.redis.stop()
        self.postgres.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


async def _fill(url: str) -> None:
    """The whole organisation as shipped, and the demo's staff."""
    engine = connect(url)
    db = Database(engine, sessions(engine), SystemClock(), _nothing)
    async with db.begin() as uow:
        places, units = read_places(CONFIG / "places.csv").items, read_units(CONFIG / "units.csv").items
        await apply_import(uow.session, list(places), list(units))
        await add_demo_users(uow, await load_organisation(uow.session), uow.now)
    await engine.dispose()


async def _nothing(*_: object) -> None:
    """No event happens while the template is filled."""
