"""What another clock policy would do to the tickets that are open: asked before it is put in force, changing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.kit.calendar import Calendars
from jiesu.sla.classes import ClockPolicy
from jiesu.sla.clocks import limit_of
from jiesu.sla.deadlines import Pause as Span
from jiesu.sla.deadlines import due_after_pauses
from jiesu.sla.limits import BY_STEP
from jiesu.sla.models import ClockState, Deadline, Extension, ExtensionState
from jiesu.sla.rungs import Rung
from jiesu.sla.spans import Spans

__all__ = ["Effect", "LadderChange", "compare_ladders", "effects_on_open"]

CHUNK = 1000


class Effect(msgspec.Struct):
    """Running deadlines of one class, clock and target: how many would end earlier, later, the same, or not be kept at all.

    `at_once` of the earlier ones would be late the moment the policy holds.
    """

    service_class: str
    clock: str
    target: str
    earlier: int = 0
    at_once: int = 0
    later: int = 0
    same: int = 0
    dropped: int = 0


class LadderChange(msgspec.Struct, frozen=True):
    """A rung that the other policy adds, removes or changes."""

    rung: str
    change: str


def compare_ladders(old: Sequence[Rung], new: Sequence[Rung]) -> list[LadderChange]:
    """By name, in the order of the new ladder, what is removed last."""
    before, after = ({rung.name: rung for rung in ladder} for ladder in (old, new))
    changed = [
        LadderChange(name, "changed" if name in before else "added")
        for name, rung in after.items()
        if before.get(name) != rung
    ]
    return changed + [LadderChange(name, "removed") for name in before if name not in after]


async def effects_on_open(
    session: AsyncSession, now: datetime, policy: ClockPolicy, calendars: Calendars
) -> list[Effect]:
    """What would become of every running deadline, in the order of classes and clocks. Reads in chunks, locks nothing.

    Dates that were extended by a decision stand whatever the policy says; they count as the same.
    """
    effects: dict[tuple[str, str, str], Effect] = {}
    extended = set(await session.scalars(select(Extension.ticket_id).where(Extension.state == ExtensionState.GRANTED)))
    last = 0
    while rows := await _running_after(session, last):
        spans = await Spans.of(session, {row.ticket_id for row in rows})
        for row in rows:
            key = (row.service_class, str(row.clock), str(row.target))
            effect = effects.setdefault(key, Effect(*key))
            _count(effect, row, spans.of_deadline(row), now, policy, calendars, stands=row.ticket_id in extended)
        last = rows[-1].id
    return [effects[key] for key in sorted(effects)]


async def _running_after(session: AsyncSession, last: int) -> Sequence[Deadline]:
    running = select(Deadline).where(Deadline.state == ClockState.RUNNING, Deadline.id > last)
    return (await session.scalars(running.order_by(Deadline.id).limit(CHUNK))).all()


def _count(
    effect: Effect,
    row: Deadline,
    spans: Sequence[Span],
    now: datetime,
    policy: ClockPolicy,
    calendars: Calendars,
    *,
    stands: bool,
) -> None:
    if row.target in BY_STEP:
        effect.same += 1
        return
    service_class = policy.classes.get(row.service_class)
    limit = service_class.limits.get(row.target) if service_class else None
    if limit is None:
        effect.dropped += 1
        return
    same = stands or limit == limit_of(row)
    due_at = row.due_at if same else due_after_pauses(limit, row.start_at, spans, calendars.of(row.unit)).due_at
    if due_at == row.due_at:
        effect.same += 1
    elif due_at > row.due_at:
        effect.later += 1
    else:
        effect.earlier += 1
        effect.at_once += due_at <= now < row.due_at
