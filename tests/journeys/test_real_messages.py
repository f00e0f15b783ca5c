"""800 real messages of citizens, none about veterans: taken, and not sent confidently to the wrong desk."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from tests.builders.forms import appeal

FILE = Path(__file__).parents[3] / "shared" / "data" / "citizen_messages.csv"
EVERY = 20


@pytest.fixture
def messages() -> list[dict[str, str]]:
    if not FILE.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{FILE.name} is required here")
        pytest.skip(f"{FILE.name} is not here")
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[::EVERY]


async def test_real_messages_are_taken_and_mostly_left_to_the_dispatcher(client, messages):
    replies = [
        await client.post("/api/v1/tickets", json=appeal(row["text"], title=row["title"], nature=None))
        for row in messages
    ]
    refused = [reply.json()["detail"] for reply in replies if reply.status_code != 201]
    assert all(refused), "every refusal says why"
    assert len(refused) <= len(messages) // 20
    routed = [reply for reply in replies if reply.status_code == 201 and reply.json()["unit"]]
    assert len(routed) <= len(messages) // 10
