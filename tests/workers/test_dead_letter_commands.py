"""Dead letters on the command line: listed, sent again, dropped."""

from __future__ import annotations

import json
from functools import partial

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from jiesu.db import jobs
from jiesu.db.jobs import Job, Promise
from tests.builders.command import command
from tests.builders.jobs import Jobs


@pytest.fixture
async def letters(committed_kernel) -> list[int]:
    """Three of them; their ids, the oldest first."""
    async with committed_kernel.db.begin() as uow:
        await jobs.schedule_all(uow, [Promise("test", uow.now, f"k{n}", {"n": n}) for n in range(3)])
        for job in await uow.session.scalars(select(Job).order_by(Job.id)):
            await jobs.bury(uow.session, job.id, "KeyError: 'x'", uow.now)
    return [letter.id for letter in await Jobs(committed_kernel).dead()]


@pytest.fixture
def dead(committed_kernel):
    """Run `jiesu jobs …`; exit code, output, errors."""
    return partial(command, replace(committed_kernel.settings, log_level="info"), "jobs")


async def test_dead_letters_are_listed_sent_again_and_dropped(letters, dead, committed_kernel):
    code, text, _ = dead("dead", "--json")
    listed = json.loads(text)
    assert (code, [row["id"] for row in listed]) == (0, letters[::-1])
    assert set(listed[0]) == {"id", "kind", "key", "priority", "tries", "error", "died_at"}
    assert dead("retry", str(letters[0]))[0] == 0
    assert [job.key for job in await Jobs(committed_kernel).pending()] == ["k0"]
    code, _, logged = dead("discard", str(letters[1]))
    assert code == 0
    assert "dead letter dropped" in logged
    assert dead("retry", "--all")[1].strip() == "Sent again: 1"
    assert sorted(job.key for job in await Jobs(committed_kernel).pending()) == ["k0", "k2"]
    assert await Jobs(committed_kernel).dead() == []


def test_what_is_gone_or_not_named_is_one_sentence_and_exit_code_2(letters, dead):
    assert dead("discard", str(letters[0]))[0] == 0
    code, _, said = dead("discard", str(letters[0]))
    assert (code, "no such dead letter" in said) == (2, True)
    code, _, said = dead("retry")
    assert (code, "--all" in said) == (2, True)
    assert dead("retry", str(letters[1]), "--all")[0] == 2
