"""Point-in-time recovery rehearsed: a base backup, archived WAL, an accident, and the moment before it back again.

Embedded PostgreSQL with its own pg_basebackup; people file all the while. Prints what came back and how long it took.
`docs/operations.md` (A bad day) says the same of a server.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import appeals, load
from bench.stand import Stand
from jiesu.embedded.cluster import SUPERUSER
from jiesu.embedded.postgres import EmbeddedPostgres
from jiesu.embedded.prepare import child_environment, jiesu

SECONDS = 5.0


@contextmanager
def superuser(server: EmbeddedPostgres) -> Iterator[psycopg.Connection[Any]]:
    url = server.url(role="owner").replace("+psycopg", "").replace("jiesu_owner", SUPERUSER)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def archive(server: EmbeddedPostgres, folder: Path) -> None:
    """Every finished piece of WAL is copied there, and half-filled ones after a minute."""
    with superuser(server) as connection:
        for line in (
            "archive_mode = on",
            f"archive_command = 'test ! -f {folder}/%f && cp %p {folder}/%f'",
            "archive_timeout = 60",
        ):
            connection.execute(f"ALTER SYSTEM SET {line}".encode())
    with (server.data_dir / "postgres/pg_hba.conf").open("a", encoding="utf-8") as file:
        file.write("local replication all peer map=jiesu\n")
    server.stop()
    server.start()
    # the server writes its pg_hba.conf anew at each start; for the base backup it needs this line too
    with (server.data_dir / "postgres/pg_hba.conf").open("a", encoding="utf-8") as file:
        file.write("local replication all peer map=jiesu\n")
    with superuser(server) as connection:
        connection.execute("SELECT pg_reload_conf()")


def base_backup(server: EmbeddedPostgres, folder: Path) -> None:
    """The whole cluster as files; the recovery below is its proof."""
    host = server.url().partition("host=")[2]
    argv = [
        server.bin / "pg_basebackup",
        "--host",
        host,
        "--username",
        SUPERUSER,
        "--pgdata",
        folder,
        "--checkpoint=fast",
    ]
    subprocess.run([*map(str, argv), "--wal-method=none"], check=True)  # noqa: S603


def recovered(folder: Path, base: Path, wal: Path, moment: datetime) -> EmbeddedPostgres:
    """A server on the base backup, with everything up to the moment."""
    place = folder / "recovered"
    place.mkdir()
    shutil.copytree(base, place / "postgres")
    with (place / "postgres/postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.write(f"""archive_mode = off
restore_command = 'cp {wal}/%f %p'
recovery_target_time = '{moment.isoformat()}'
recovery_target_action = promote
hot_standby = off
""")
    (place / "postgres/recovery.signal").touch()
    server = EmbeddedPostgres(place)
    server.start()
    return server


def count(server: EmbeddedPostgres) -> int:
    with superuser(server) as connection:
        row = connection.execute("SELECT count(*) FROM ticket").fetchone()
        return int(row[0]) if row else 0


def _say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")


def main() -> None:
    with Stand() as stand:
        wal, base = stand.folder / "wal", stand.folder / "base"
        wal.mkdir(mode=0o777)
        wal.chmod(0o777)
        archive(stand.postgres, wal)
        began = time.monotonic()
        base_backup(stand.postgres, base)
        _say(f"base backup: {time.monotonic() - began:.1f} s")
        with stand.running("serve"):
            outcome = asyncio.run(
                load(stand.settings.port, appeals(stand.settings.config_dir), clients=4, seconds=SECONDS)
            )
        kept = count(stand.postgres)
        time.sleep(1)
        moment = datetime.now(UTC)
        time.sleep(1)
        with superuser(stand.postgres) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM ticket")
            connection.execute("SELECT pg_switch_wal()")
            _say(f"filed: {outcome.answers[201]}, then by accident deleted: {kept}, left: {count(stand.postgres)}")
            until_archived(connection)
        stand.postgres.stop()
        began = time.monotonic()
        server = recovered(stand.folder, base, wal, moment)
        _say(f"back at {moment:%H:%M:%S}: {count(server)} tickets of {kept}, after {time.monotonic() - began:.1f} s")
        settings = msgspec.structs.replace(stand.settings, database_url=server.url())
        done = subprocess.run(  # noqa: S603
            jiesu("doctor"), env=child_environment(settings), capture_output=True, text=True, check=False
        )
        _say(f"doctor: exit code {done.returncode}", *(line for line in done.stdout.splitlines() if "✗" in line))
        right = count(server) == kept > 0
        server.remove()
        raise SystemExit(0 if right else 1)


def until_archived(connection: psycopg.Connection[Any]) -> None:
    for _ in range(100):
        row = connection.execute("SELECT last_archived_wal, archived_count FROM pg_stat_archiver").fetchone()
        waiting = connection.execute(
            "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"
        ).fetchone()
        if row and row[1] and waiting and waiting[0] == 0:
            return
        time.sleep(0.1)


if __name__ == "__main__":
    main()
