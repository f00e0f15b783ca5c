"""Another key for everything, beside live traffic: stopped and begun again, found by both hashes, the old key gone in the end."""

from __future__ import annotations

import asyncio
import os

import msgspec
import pytest
from sqlalchemy import select, text

from jiesu.custody.rotation import KeyNeeded, Pace, Progress, Rotation, census, check_unused
from jiesu.db.base import install_keys
from jiesu.intake.follow import open_own
from jiesu.kernel import Kernel, load_keys
from jiesu.kit.crypto import KeyRing
from jiesu.kit.keyfile import KeyFile, read_key_file, write_key_file
from jiesu.petitioners.models import Petitioner
from jiesu.surveys.answer import find_survey
from jiesu.surveys.send import survey_token
from jiesu.tickets.models import Ticket
from tests.builders.forms import PHONE
from tests.builders.kernels import committing_kernel
from tests.builders.make import Make

PEOPLE = 7


@pytest.fixture
async def ringed(settings, where, worker, clock, policies, tmp_path):
    """A committing kernel whose keys stand in a file, with one key so far."""
    database, path = f"jiesu_{worker}_keys", tmp_path / "ring.json"
    write_key_file(path, KeyFile.first(settings.secret_key))
    where.clone(database)
    urls = {"database_url": where.url(database), "owner_database_url": where.url(database, "owner")}
    async with committing_kernel(msgspec.structs.replace(settings, key_ring=path, **urls), clock, policies) as kernel:
        yield kernel
    where.drop(database)


@pytest.fixture(autouse=True)
def _keys_of_the_other_tests(settings):
    yield
    install_keys(KeyRing.single(bytes.fromhex(settings.secret_key)))


async def people(kernel: Kernel) -> list:
    make = Make(kernel)
    return [
        await make.ticket("awaiting_survey", petitioner={"name": f"张{i}", "phone": f"1380013800{i}"})
        for i in range(PEOPLE)
    ]


async def use_new_key(kernel: Kernel) -> KeyRing:
    """What `keys add` and the beginning of `keys rotate` do; the kernel reads the file as every process does."""
    path = kernel.settings.key_ring
    write_key_file(path, read_key_file(path).with_new_key())
    write_key_file(path, read_key_file(path).using("k2"))
    os.utime(path, ns=(0, 1))
    await kernel.refresh(force=True)
    return kernel.keys


async def no_rest(_: float) -> None:
    await asyncio.sleep(0)


async def found(kernel: Kernel, phone: str) -> list[str]:
    """Names of the people with that telephone, found as intake and desk find them."""
    async with kernel.db.begin() as uow:
        query = select(Petitioner).where(Petitioner.phone_hash.in_(kernel.keys.search_hashes(phone)))
        return [person.name for person in await uow.session.scalars(query)]


async def test_everything_lies_under_the_new_key_and_is_read_found_and_opened_as_before(ringed):
    made = await people(ringed)
    old = ringed.keys
    ring = await use_new_key(ringed)
    assert await found(ringed, "13800138003") == ["张3"]
    rows = await Rotation(ringed.db, ring, Pace(3, 0), sleep=no_rest).run()
    assert rows > 4 * PEOPLE
    assert set(await census(ringed.db)) == {"k2:aes:"}
    assert await found(ringed, "13800138003") == ["张3"]
    async with ringed.db.begin() as uow:
        hashes = set(await uow.session.scalars(select(Petitioner.phone_hash)))
        assert hashes == {ring.search_hash(f"1380013800{i}") for i in range(PEOPLE)}
        assert hashes.isdisjoint({old.search_hash(f"1380013800{i}") for i in range(PEOPLE)})
        opened = await open_own(uow, ring, made[2].number, made[2].code)
        assert opened.result == "已核实并补发三个月抚恤金。"
        assert (await find_survey(uow, survey_token(ring, made[2].id, 1))).ticket_id == made[2].id


async def test_a_run_that_was_killed_goes_on_where_it_stopped(ringed):
    await people(ringed)
    ring = await use_new_key(ringed)
    heard: list[Progress] = []

    async def killed(_: float) -> None:
        if len(heard) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await Rotation(ringed.db, ring, Pace(2, 0), heard.append, killed).run()
    assert {"k1:aes:", "k2:aes:"} <= set(await census(ringed.db))
    assert await found(ringed, "13800138000") == ["张0"]
    assert await found(ringed, "13800138006") == ["张6"]
    first = sum(2 for _ in heard)
    assert await Rotation(ringed.db, ring, sleep=no_rest).run() > 0
    assert set(await census(ringed.db)) == {"k2:aes:"}
    assert await Rotation(ringed.db, ring, sleep=no_rest).run() == 0
    assert first >= 8


async def test_it_waits_for_nobody_and_comes_back_to_what_was_locked(ringed):
    made = await people(ringed)
    ring = await use_new_key(ringed)
    stuck = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds >= 1:
            stuck.set()
        await asyncio.sleep(0)

    async with ringed.db.begin() as uow:
        await uow.session.get_one(Ticket, made[3].id, with_for_update=True)
        running = asyncio.create_task(Rotation(ringed.db, ring, Pace(2, 0), sleep=sleep).run())
        await stuck.wait()
        async with ringed.db.begin() as other:
            left = await other.session.scalars(text("SELECT id FROM ticket WHERE starts_with(result, 'k1:')"))
            assert left.all() == [made[3].id]
    await running
    assert set(await census(ringed.db)) == {"k2:aes:"}


async def test_appeals_filed_meanwhile_are_none_the_worse(ringed):
    made = await people(ringed)
    ring = await use_new_key(ringed)
    make = Make(ringed)
    running = asyncio.create_task(Rotation(ringed.db, ring, Pace(1, 0.001)).run())
    later = []
    while not running.done():
        later.append(await make.ticket("in_progress", petitioner={"name": "李四", "phone": PHONE}))
        await make.step(made[len(later) % PEOPLE], "note", "dispatcher-VS-1501")
    await running
    assert later
    assert set(await census(ringed.db)) == {"k2:aes:"}
    async with ringed.db.begin() as uow:
        for one in later:
            assert (await open_own(uow, ring, one.number, one.code)).id == one.id


async def test_values_move_to_the_other_cipher_and_both_are_read_meanwhile(ringed):
    await people(ringed)
    ring = load_keys(msgspec.structs.replace(ringed.settings, cipher="sm4-gcm"))
    install_keys(ring)
    assert await found(ringed, "13800138001") == ["张1"]
    await Make(ringed).ticket(petitioner={"name": "王五", "phone": PHONE})
    assert {"k1:aes:", "k1:sm4:"} == set(await census(ringed.db))
    await Rotation(ringed.db, ring, sleep=no_rest).run()
    assert {"k1:sm4:"} == set(await census(ringed.db))
    assert await found(ringed, "13800138001") == ["张1"]


async def test_what_was_plain_before_is_read_and_then_encrypted(ringed):
    made = (await people(ringed))[0]
    async with ringed.db.begin() as uow:
        await uow.session.execute(text("UPDATE ticket SET result = '旧的结果：已办' WHERE id = :id"), {"id": made.id})
    assert (await Make(ringed).load(made)).result == "旧的结果：已办"
    assert (await census(ringed.db))["plain"] == 1
    await Rotation(ringed.db, ringed.keys, sleep=no_rest).run()
    assert "plain" not in await census(ringed.db)
    assert (await Make(ringed).load(made)).result == "旧的结果：已办"


async def test_a_process_that_knows_only_the_old_key_reads_what_another_wrote_under_the_new_one(ringed):
    await people(ringed)
    path = ringed.settings.key_ring
    newer = read_key_file(path).with_new_key().using("k2")
    await Rotation(ringed.db, newer.ring("aes-256-gcm"), sleep=no_rest).run()
    write_key_file(path, newer)
    assert ringed.keys.current == "k1"
    async with ringed.db.begin() as uow:
        assert {person.name for person in await uow.session.scalars(select(Petitioner))} == {f"张{i}" for i in range(7)}
    assert ringed.keys.current == "k2"


async def test_a_ring_file_that_was_spoilt_is_not_taken_up(ringed):
    await people(ringed)
    ringed.settings.key_ring.write_text("{")
    await ringed.refresh(force=True)
    assert await found(ringed, "13800138001") == ["张1"]


async def test_a_key_is_retired_only_when_nothing_lies_under_it(ringed):
    await people(ringed)
    with pytest.raises(KeyNeeded, match="new values use it"):
        await check_unused(ringed.db, ringed.keys, "k1")
    ring = await use_new_key(ringed)
    with pytest.raises(KeyNeeded, match="values lie under it"):
        await check_unused(ringed.db, ring, "k1")
    await Rotation(ringed.db, ring, sleep=no_rest).run()
    await check_unused(ringed.db, ring, "k1")
    path = ringed.settings.key_ring
    write_key_file(path, read_key_file(path).without("k1"))
    os.utime(path, ns=(0, 2))
    await ringed.refresh(force=True)
    assert [*ringed.keys.secrets] == ["k2"]
    assert await found(ringed, "13800138001") == ["张1"]
