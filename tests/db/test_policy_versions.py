"""A ticket keeps the policy it began with; a changed policy wants a new version, and can be tried before it holds."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from jiesu.kernel import Kernel
from jiesu.kit.config import ConfigMistake
from jiesu.sla.classes import ClockPolicy, clocks_from
from jiesu.sla.compare import Effect, compare_ladders, effects_on_open
from jiesu.sla.models import Deadline, Edition
from tests.builders.gateway import RecordingGateway
from tests.builders.make import Make


def changed(clocks: ClockPolicy, version: str, **limits: str) -> ClockPolicy:
    """The policy with other limits for P2, under a version."""
    document = copy.deepcopy(msgspec.to_builtins(clocks.document))
    document["version"] = version
    document["classes"]["P2"]["limits"] |= limits
    return clocks_from(document, Path("clocks.toml"))


def another(kernel: Kernel, clocks: ClockPolicy) -> Kernel:
    """A second process of the same installation, started after clocks.toml was changed."""
    policies = replace(kernel._policies, clocks=clocks)
    return Kernel(kernel.settings, clock=kernel.clock, policies=policies, gateway=RecordingGateway())


async def resolve(kernel: Kernel, made) -> Deadline:
    query = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.target == "resolve")
    async with kernel.db.begin() as uow:
        return (await uow.session.scalars(query.where(Deadline.clock == "petitioner").order_by(Deadline.id))).all()[-1]


async def test_tickets_registered_from_then_on_follow_the_new_version_and_others_keep_theirs(committed_kernel):
    kernel = committed_kernel
    old = await Make(kernel).ticket("registered")
    after = another(kernel, changed(kernel.rules.clocks, "2027-1", resolve="3 working days"))
    try:
        await after.open()
        new = await Make(after).ticket("registered")
        old_row, new_row = await resolve(after, old), await resolve(after, new)
        assert (old_row.policy_version, old_row.amount) == (kernel.rules.clocks.version, 5)
        assert (new_row.policy_version, new_row.amount) == ("2027-1", 3)
        # handled by the new process: the old ticket's unit still has the five days of its version
        await Make(after).dispatch(old, "VS-150102001")
        query = select(Deadline).where(Deadline.ticket_id == old.id, Deadline.clock == "unit")
        async with after.db.begin() as uow:
            units = {row.target: row.amount for row in await uow.session.scalars(query)}
        assert units["resolve"] == 5
    finally:
        await after.close()


async def test_a_version_that_was_in_force_cannot_say_something_else(committed_kernel):
    kernel = committed_kernel
    same = another(kernel, changed(kernel.rules.clocks, kernel.rules.clocks.version, resolve="3 working days"))
    try:
        with pytest.raises(ConfigMistake) as caught:
            await same.open()
        assert caught.value.key == "version"
        assert "give the changed policy a new version" in str(caught.value)
    finally:
        await same.close()


async def test_every_version_ever_in_force_is_kept_whole(kernel, uow):
    [edition] = await uow.session.scalars(select(Edition).where(Edition.kind == "clocks"))
    again = clocks_from(edition.document, Path("clocks.toml"))
    assert again.ladder == kernel.rules.clocks.ladder
    assert again.classes == kernel.rules.clocks.classes


async def test_what_a_change_would_do_to_open_tickets_is_told_and_changes_nothing(make, kernel, uow, clock):
    for _ in range(3):
        await make.ticket("registered")
    await make.ticket("closed")
    clock.advance(timedelta(days=3))
    before = dict((await uow.session.execute(select(Deadline.id, Deadline.due_at))).all())
    stricter = changed(kernel.rules.clocks, "x", resolve="2 working days", first_contact="90 hours")
    effects = await effects_on_open(uow.session, clock.now(), stricter, kernel.rules.calendars)
    assert effects == [
        Effect("P2", "petitioner", "first_contact", later=3),
        Effect("P2", "petitioner", "resolve", earlier=3, at_once=3),
    ]
    assert dict((await uow.session.execute(select(Deadline.id, Deadline.due_at))).all()) == before


async def test_the_same_policy_changes_nothing(make, kernel, uow, clock):
    await make.ticket("dispatched")
    effects = await effects_on_open(uow.session, clock.now(), kernel.rules.clocks, kernel.rules.calendars)
    assert effects
    assert {(each.earlier, each.later, each.dropped) for each in effects} == {(0, 0, 0)}


def test_rungs_added_changed_and_removed_are_named(policies):
    ladder = policies.clocks.ladder
    louder = msgspec.structs.replace(ladder[0], level=1, wants_ack=True)
    newcomer = msgspec.structs.replace(ladder[-1], name="L5", level=5)
    found = compare_ladders(ladder, [louder, *ladder[2:], newcomer])
    assert [(each.rung, each.change) for each in found] == [
        (ladder[0].name, "changed"),
        ("L5", "added"),
        (ladder[1].name, "removed"),
    ]
