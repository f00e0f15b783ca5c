"""PostgreSQL's programs are told where the database is by libpq's variables, never on their command line."""

from __future__ import annotations

import pytest

from jiesu.backup.refusals import ToolMissing
from jiesu.backup.tools import environment, program


def test_every_part_of_a_url_becomes_the_variable_that_libpq_reads():
    url = "postgresql+psycopg://jiesu_app:s%40cret@/jiesu?host=a,b&sslmode=require&target_session_attrs=read-write"
    told = environment(f"{url}&connect_timeout=3&application_name=x")
    assert {key: told[key] for key in ("PGUSER", "PGPASSWORD", "PGDATABASE", "PGHOST", "PGSSLMODE")} == {
        "PGUSER": "jiesu_app",
        "PGPASSWORD": "s@cret",
        "PGDATABASE": "jiesu",
        "PGHOST": "a,b",
        "PGSSLMODE": "require",
    }
    assert (told["PGTARGETSESSIONATTRS"], told["PGCONNECT_TIMEOUT"], told["PGAPPNAME"]) == ("read-write", "3", "x")
    assert "jiesu.scope=system" in told["PGOPTIONS"]


def test_several_hosts_are_one_list():
    told = environment("postgresql+psycopg://jiesu_app@db/jiesu?host=a&host=b")
    assert told["PGHOST"] == "a,b"


def test_a_program_of_the_servers_version_or_newer_is_taken():
    assert program("pg_dump", 15).name == "pg_dump"
    with pytest.raises(ToolMissing, match="postgresql-client-99"):
        program("pg_dump", 99)
