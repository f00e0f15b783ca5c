"""A backup holds everything, under the key ring alone, and is put back into an empty place only."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from jiesu.backup.manifest import read_manifest
from jiesu.backup.refusals import BackupDamaged, BackupFailed, KeysMissing, NotEmpty
from jiesu.backup.restore import check_backup, restore_backup
from jiesu.backup.take import prune, take_backup
from jiesu.db.migrate import pending
from jiesu.kernel import Kernel
from jiesu.kit.crypto import KeyRing
from jiesu.settings import Settings
from tests.builders.command import command
from tests.builders.files import PDF
from tests.builders.make import Make


@pytest.fixture
def elsewhere(committed_kernel: Kernel, where, worker, tmp_path) -> Settings:
    """Settings of an empty place."""
    name = f"jiesu_{worker}_restored"
    where.clone(name, empty=True)
    urls = {"database_url": where.url(name), "owner_database_url": where.url(name, "owner")}
    yield msgspec.structs.replace(committed_kernel.settings, data_dir=tmp_path / "elsewhere", **urls)
    where.drop(name)


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_everything_comes_back_and_a_doctor_finds_it_well(
    committed_kernel, committed_client, elsewhere, tmp_path: Path
):
    made = await Make(committed_kernel).ticket("in_progress", petitioner={"name": "张建国", "phone": "13800138000"})
    path = f"/api/v1/tickets/{made.number}/attachments"
    sent = await committed_client.post(path, params={"code": made.code}, files=[("files", ("证明.pdf", PDF))])
    assert sent.status_code == 201, sent.text
    settings = committed_kernel.settings
    code, told, err = command(settings, "backup", str(tmp_path / "kept"), "--json", owner=True)
    assert code == 0, err
    backup = Path(json.loads(told)["path"])
    assert (json.loads(told)["tickets"], json.loads(told)["files"], json.loads(told)["keys"]) == (1, 1, ["k1", "links"])
    assert made.number.encode() not in everything_in(backup)
    code, told, err = command(elsewhere, "restore", str(backup), owner=True)
    assert code == 0, err
    assert "✗" not in told
    assert pending(elsewhere.owner_database_url) == []
    with pytest.raises(NotEmpty, match="the database"):
        restore_backup(backup, committed_kernel.keys, elsewhere.owner_database_url, elsewhere.data_dir)
    kernel = await Kernel(elsewhere).open()
    async with kernel.db.sessions() as session:
        kinds = (await session.scalars(text("SELECT kind FROM security_trail ORDER BY id"))).all()
        places = (await session.scalars(text("SELECT place FROM attachment"))).all()
    await kernel.close()
    assert kinds[-1] == "BackupRestored"
    assert [kernel.files.there(place) for place in places] == [True]


async def test_a_damaged_backup_one_without_its_key_and_a_place_in_use_are_refused(
    committed_kernel, elsewhere, tmp_path, clock
):
    ring, url = committed_kernel.keys, elsewhere.owner_database_url
    backup, manifest = await take_backup(committed_kernel, tmp_path)
    assert read_manifest(backup, ring) == manifest
    with pytest.raises(KeysMissing, match="k1, links"):
        check_backup(backup, KeyRing.single(b"2" * 32))
    (elsewhere.data_dir / "files").mkdir(parents=True)
    (elsewhere.data_dir / "files" / "x").touch()
    with pytest.raises(NotEmpty, match="files"):
        restore_backup(backup, ring, url, elsewhere.data_dir)
    with pytest.raises(BackupFailed, match="already"):
        await take_backup(committed_kernel, tmp_path)
    for name in ("database.sealed", "manifest.json"):
        body = (backup / name).read_bytes()
        (backup / name).write_bytes(body[:-3] + b" " + body[-2:])
        with pytest.raises(BackupDamaged):
            check_backup(backup, ring)
        (backup / name).write_bytes(body)
    assert check_backup(backup, ring).tickets == 0
    (tmp_path / "jiesu-20200101T000000Z").mkdir()
    assert prune(tmp_path, 1) == []
