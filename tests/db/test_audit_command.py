"""`jiesu audit …`: checkpoints on demand, verifying on and against a kept one, the public key."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.builders.command import command
from tests.builders.make import Make


@pytest.fixture
def audit(committed_kernel):
    """Run `jiesu audit …`; exit code, output, errors."""
    return partial(command, committed_kernel.settings, "audit")


async def test_a_kept_checkpoint_shows_what_was_rolled_back(committed_kernel, audit, tmp_path: Path):
    made = await Make(committed_kernel).ticket("in_progress")
    code, kept, _ = audit("checkpoint", "--json")
    (tmp_path / "kept.json").write_text(kept)
    assert (code, json.loads(kept)["id"]) == (0, 1)
    code, out, _ = audit("verify", "--against", str(tmp_path / "kept.json"))
    assert (code, "Every chain of the trail is whole" in out, "--since 1" in out) == (0, True, True)
    url = committed_kernel.settings.owner_database_url.replace("+psycopg", "")
    with psycopg.connect(url, options="-c jiesu.scope=system") as connection:
        for table in ("trail", "checkpoint", "checkpoint_head"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            connection.execute(f"DELETE FROM {table}")
    code, out, _ = audit("verify", "--json", "--against", str(tmp_path / "kept.json"))
    found = [f"{fault['place']}: {fault['fault']}" for fault in json.loads(out)["faults"]]
    assert code == 1
    assert f"ticket {made.number}: the ticket has no chain" in found
    assert "checkpoint 1: was kept elsewhere and is missing here; the last here is 0" in found


async def test_the_public_key_is_printed(audit):
    code, out, _ = audit("key")
    assert code == 0
    assert len(load_pem_public_key(out.encode()).public_bytes_raw()) == 32
