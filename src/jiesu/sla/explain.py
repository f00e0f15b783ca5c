"""Why a deadline falls when it does, step by step, in words a clerk can check by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import SHANGHAI, aware_utc
from jiesu.sla.classes import ClockPolicy
from jiesu.sla.deadlines import Pause, PlannedDeadline, class_deadlines
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.steps import Moved, Step, beginning, ending, make_up_days, moved, paused, rolled, skips
from jiesu.sla.wording import Locale, humanise_due

__all__ = ["Explanation", "Moved", "Step", "UnknownClass", "command_view", "explain", "humanise_due"]


class UnknownClass(ValueError):
    """The policy has no service class of that code."""


class Explanation(Struct, frozen=True):
    """The same timeline for the command line, the API and the page."""

    calendar_version: str
    steps: tuple[Step, ...]

    def lines(self, locale: Locale = "zh") -> list[str]:
        return [step.en if locale == "en" else step.zh for step in self.steps]


def explain(
    planned: PlannedDeadline,
    calendar: WorkingCalendar,
    *,
    pauses: Sequence[Pause] = (),
    moves: Sequence[Moved] = (),
    policy_version: str = "",
    anew: bool = False,
) -> Explanation:
    """From when, by which rule and calendar; what was skipped, made up for or paused, in time order; what moved it; the end.

    `pauses` are those already reckoned into `planned.due_at`, in order, and the one that lasts, if any; `moves` are the
    extension and what a newly published calendar moved; `anew` says that it begins with the order to handle a petition anew.
    """
    along = [*skips(planned, calendar, pauses), *make_up_days(planned, calendar), *map(paused, pauses)]
    along.sort(key=lambda step: step.start or planned.start_at)
    steps = (
        *beginning(planned, calendar, policy_version, anew=anew),
        *along,
        *rolled(planned, calendar, pauses),
        *map(moved, moves),
        ending(planned, pauses),
    )
    return Explanation(calendar.version, steps)


def command_view(
    policy: ClockPolicy, calendar: WorkingCalendar, class_code: str, start: datetime, locale: Locale = "zh"
) -> dict[str, Any]:
    """What `jiesu deadline --json` prints: every target of the class from one start, times with +08:00.

    Raises UnknownClass.
    """
    service_class = policy.classes.get(class_code)
    if service_class is None:
        raise UnknownClass(f"There is no class {class_code}; use one of {', '.join(policy.classes)}.")
    by_target = {
        planned.target: planned
        for clock in (ClockKind.UNIT, ClockKind.PETITIONER)
        for planned in class_deadlines(service_class, clock, start, calendar, tuple(Target))
    }
    deadlines = [_deadline_view(by_target[target], policy, calendar, locale) for target in service_class.limits]
    return {"class": class_code, "from": aware_utc(start).astimezone(SHANGHAI).isoformat(), "deadlines": deadlines}


def _deadline_view(
    planned: PlannedDeadline, policy: ClockPolicy, calendar: WorkingCalendar, locale: Locale
) -> dict[str, Any]:
    return {
        "target": planned.target.value,
        "due_at": planned.due_at.astimezone(SHANGHAI).isoformat(),
        "provisional": planned.provisional,
        "explanation": explain(planned, calendar, policy_version=policy.version).lines(locale),
    }
