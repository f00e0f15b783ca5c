"""The embedded PostgreSQL: roles, awkward places, and what a crash leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from jiesu.embedded.account import Account, current_name, server_account
from jiesu.embedded.errors import AlreadyRunning
from jiesu.embedded.postgres import EmbeddedPostgres

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")


def connect(server: EmbeddedPostgres, role: str = "app", database: str = "jiesu") -> psycopg.Connection:
    url = server.url(database, role="owner" if role == "owner" else "app")
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def test_the_application_may_change_rows_but_owns_nothing(postgres: EmbeddedPostgres):
    with connect(postgres, "owner") as owner:
        owner.execute("CREATE TABLE trail (id bigint GENERATED ALWAYS AS IDENTITY, word text)")
        owner.execute("REVOKE UPDATE, DELETE ON trail FROM jiesu_app")
    with connect(postgres) as app:
        assert app.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        app.execute("INSERT INTO trail (word) VALUES ('first')")
        for forbidden in ("DELETE FROM trail", "DROP TABLE trail", "CREATE TABLE mine (id int)", "TRUNCATE trail"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_text_is_utf8_in_a_locale_that_needs_no_system_locale(postgres: EmbeddedPostgres):
    query = "SELECT datlocale, pg_encoding_to_char(encoding), current_setting('data_checksums') FROM pg_database"
    with connect(postgres) as app:
        assert app.execute(f"{query} WHERE datname = 'jiesu'").fetchone() == ("C.UTF-8", "UTF8", "on")


def test_a_second_database_gets_the_same_privileges(postgres: EmbeddedPostgres):
    postgres.ensure_database("other one")
    postgres.ensure_database("other one")
    with connect(postgres, "owner", "other one") as owner, connect(postgres, "app", "other one") as app:
        owner.execute("CREATE TABLE thing (id int)")
        app.execute("INSERT INTO thing VALUES (1)")
        assert app.execute("SELECT current_database(), count(*) FROM thing").fetchone() == ("other one", 1)


def test_nobody_else_is_admitted(postgres: EmbeddedPostgres):
    with connect(postgres) as app:
        assert app.execute("SHOW listen_addresses").fetchone() == ("",)
        assert app.execute("SHOW unix_socket_permissions").fetchone() == ("0700",)
    hba = (postgres.data_dir / "postgres" / "pg_hba.conf").read_text()
    ident = (postgres.data_dir / "postgres" / "pg_ident.conf").read_text()
    assert hba == "local all all peer map=jiesu\n"
    assert all(line.split()[1] == f'"{current_name()}"' for line in ident.splitlines())


def test_what_was_committed_survives_a_kill_and_the_url_stays(postgres: EmbeddedPostgres):
    with connect(postgres, "owner") as owner:
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    url = postgres.url()
    postgres.kill()
    assert not postgres.alive()
    postgres.start()
    assert postgres.url() == url
    with connect(postgres) as app:
        assert app.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(postgres: EmbeddedPostgres):
    postgres.stop()
    cluster = postgres.data_dir / "postgres"
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n")
    postgres.start()
    assert postgres.alive()


def test_a_data_directory_serves_one_at_a_time(postgres: EmbeddedPostgres):
    with pytest.raises(AlreadyRunning, match="JIESU_DATA_DIR"):
        EmbeddedPostgres(postgres.data_dir).start()
    assert postgres.alive()


def test_the_server_dies_with_its_killed_master_and_starts_again(data_dir: Path):
    script = (
        "import sys, time; from pathlib import Path; from jiesu.embedded.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1]), durable=False); server.start(); print('up', flush=True)\n"
        "time.sleep(60)"
    )
    master = subprocess.Popen([sys.executable, "-c", script, str(data_dir)], stdout=subprocess.PIPE)
    assert master.stdout is not None
    assert master.stdout.readline() == b"up\n"
    master.kill()
    master.communicate()
    server = EmbeddedPostgres(data_dir, durable=False)
    server.start()
    with connect(server) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    server.remove()


@NEEDS_ROOT
def test_root_runs_the_server_as_nobody_even_below_a_folder_that_nobody_may_enter():
    private = Path(tempfile.mkdtemp(prefix="private"))
    server = EmbeddedPostgres(private / "var", durable=False)
    try:
        server.start()
        with connect(server) as app:
            assert app.execute("SELECT 1").fetchone() == (1,)
        assert server_account(private / "var" / "postgres") == Account(65534, 65534)
        assert private.stat().st_mode & 0o077 == 0
    finally:
        server.remove()
        shutil.rmtree(private)


@NEEDS_ROOT
def test_programs_out_of_reach_are_copied_once(monkeypatch: pytest.MonkeyPatch, data_dir: Path):
    from jiesu.embedded import cluster

    private = Path(tempfile.mkdtemp(prefix="private"))
    shelter = Path(tempfile.mkdtemp(prefix="shelter"))
    shelter.chmod(0o755)
    monkeypatch.setattr(cluster, "SHELTER", shelter)
    install = cluster.own_programs().parent
    shutil.copytree(install, private / "package" / install.name, ignore=shutil.ignore_patterns("include", "*.a"))
    account = Account(65534, 65534)
    try:
        copy = cluster.reachable_programs(private / "package" / install.name / "bin", account)
        assert copy.is_relative_to(shelter)
        assert account.can(copy / "postgres", "-V")
        assert cluster.reachable_programs(private / "package" / install.name / "bin", account) == copy
    finally:
        shutil.rmtree(private)
        shutil.rmtree(shelter)
