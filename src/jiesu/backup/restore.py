"""Putting a backup back, into an empty place only: everything is checked before anything is written."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from jiesu.backup.manifest import DATABASE, FILES, Manifest, Piece, read_manifest
from jiesu.backup.refusals import BackupDamaged, NewerRelease, NotEmpty
from jiesu.backup.tools import environment, program
from jiesu.db.migrate import knows, upgrade
from jiesu.kit.crypto import KeyRing
from jiesu.kit.streams import StreamDamaged, open_stream

__all__ = ["check_backup", "restore_backup"]


def check_backup(folder: Path, ring: KeyRing) -> Manifest:
    """Read every byte of it. Raises BackupDamaged, KeysMissing, NewerRelease."""
    manifest = read_manifest(folder, ring)
    if not knows(manifest.revision):
        raise NewerRelease(revision=manifest.revision, release=manifest.release)
    for piece, path in _pieces(folder, manifest):
        _check(piece, path)
    try:
        for _ in _plain(folder, manifest, ring):
            pass
    except StreamDamaged as error:
        raise BackupDamaged(what=f"{DATABASE}: {error}") from error
    return manifest


def restore_backup(folder: Path, ring: KeyRing, url: str, data_dir: Path) -> Manifest:
    """Everything or nothing. `url` is the owner's, of a database without tables; older tables are migrated afterwards.

    Raises NotEmpty, and what `check_backup` raises.
    """
    _expect_empty(url, data_dir / FILES)
    manifest = check_backup(folder, ring)
    draft = data_dir / f"{FILES}.part"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
        for piece in manifest.files:
            (draft / piece.name).parent.mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(folder / FILES / piece.name, draft / piece.name)
        _load(folder, manifest, ring, url)
        with suppress(FileNotFoundError):
            (data_dir / FILES).rmdir()
        draft.rename(data_dir / FILES)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    upgrade(url)
    with _connect(url) as connection:
        connection.execute("ANALYZE")  # or whoever asks first, as the doctor does, would be answered by bad plans
    return manifest


def _expect_empty(url: str, files: Path) -> None:
    with _connect(url) as connection:
        query = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        row = connection.execute(query).fetchone()
    if row and row[0]:
        raise NotEmpty(what=f"the database {make_url(url).database}")
    if files.is_dir() and any(files.iterdir()):
        raise NotEmpty(what=str(files))


def _load(folder: Path, manifest: Manifest, ring: KeyRing, url: str) -> None:
    """In one transaction, as the owner of the tables to be."""
    with _connect(url) as connection:
        major = connection.info.server_version // 10000
    tool = program("pg_restore", max(major, manifest.postgres))
    argv = [str(tool), "--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={make_url(url).database}"]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(argv, env=environment(url), stdin=subprocess.PIPE, stderr=said) as child:  # noqa: S603
            if child.stdin is not None:
                with suppress(BrokenPipeError):
                    child.stdin.writelines(_plain(folder, manifest, ring))
                with suppress(BrokenPipeError):
                    child.stdin.close()
        if child.returncode != 0:
            said.seek(0)
            raise BackupDamaged(what=f"pg_restore: {said.read().decode(errors='replace').strip()[-500:]}")


@contextmanager
def _connect(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        yield connection


def _plain(folder: Path, manifest: Manifest, ring: KeyRing) -> Iterator[bytes]:
    with (folder / DATABASE).open("rb") as file:
        yield from open_stream(file, ring.secrets[manifest.key], manifest.cipher)


def _pieces(folder: Path, manifest: Manifest) -> Iterator[tuple[Piece, Path]]:
    yield manifest.database, folder / DATABASE
    for piece in manifest.files:
        yield piece, folder / FILES / piece.name


def _check(piece: Piece, path: Path) -> None:
    try:
        with path.open("rb") as file:
            found = Piece(piece.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise BackupDamaged(what=f"{piece.name} cannot be read") from error
    if found != piece:
        raise BackupDamaged(what=f"{piece.name} is not what was saved")
