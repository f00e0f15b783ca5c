"""What a clock measures and for how long: the two clocks, their targets, and limits such as "4 working hours"."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct

__all__ = [
    "AT_ONCE", "BY_STEP", "FINAL", "ON_REQUEST", "PERSONAL", "RECURRING", "ClockKind", "Limit", "Target", "Unit", "parse_limit", "stops",
]  # fmt: skip

Unit = Literal["minutes", "hours", "working_hours", "working_days", "natural_days"]


class ClockKind(StrEnum):
    """The petitioner's clock starts at registration and never resets; the unit's restarts at each dispatch.

    Beside them: what a desk, a co-handler or a unit under a supervision order owes. These are business among colleagues.
    """

    PETITIONER = "petitioner"
    UNIT = "unit"
    DESK = "desk"
    CO_HANDLER = "co_handler"
    ORDER = "order"


class Target(StrEnum):
    """What must have happened by a deadline."""

    SIGN = "sign"
    FIRST_CONTACT = "first_contact"
    RESOLVE = "resolve"
    NOTICE = "notice"
    PLAN = "plan"
    OPINION = "opinion"
    #: 复查, 复核: asked for after the opinion, decided by the next-higher organ (信访工作条例 Art. 35, 36)
    RECHECK = "recheck"
    REVIEW = "review"
    #: a plan that was told is looked at again
    PLAN_REVIEW = "plan_review"
    #: the petitioner hears how things stand (KeepInLoop)
    INFORM = "inform"
    #: an objection (退单) is judged
    JUDGE = "judge"
    #: a co-handler (协办) gives its result
    TASK = "task"
    #: a supervision order (督办单) is answered
    REPLY = "reply"


#: reaching one of these ends the unit's work; every class has exactly one
FINAL = frozenset({Target.RESOLVE, Target.PLAN, Target.OPINION})
#: begin again each time they are met, as long as the unit has the ticket in hand
RECURRING = frozenset({Target.PLAN_REVIEW, Target.INFORM})
#: begin when asked for, not with registration or dispatch
ON_REQUEST = frozenset({Target.RECHECK, Target.REVIEW})
#: begin with a step that says how long, on a clock of their own; no class has a limit for them
BY_STEP = frozenset({Target.JUDGE, Target.TASK, Target.REPLY})
#: begin with their clock
AT_ONCE = frozenset(Target) - RECURRING - ON_REQUEST - BY_STEP
#: owed to a person: nobody is, on an anonymous ticket
PERSONAL = frozenset({Target.FIRST_CONTACT, Target.INFORM})
#: what a pause stops, by its reason; what is not named here stops everything
STOPPED_BY: Mapping[str, frozenset[Target]] = MappingProxyType({"hearing": frozenset({Target.REVIEW})})


def stops(reason: str, target: Target) -> bool:
    """Whether a pause stops the target: a hearing (听证, Art. 36) only the review it is held for."""
    return target in STOPPED_BY.get(reason, frozenset(Target))


class Limit(Struct, frozen=True):
    """A length of time; hours and minutes are natural unless they say working."""

    amount: int
    unit: Unit

    @property
    def counts_days(self) -> bool:
        """True for limits that end at a close of office, False for those measured in hours or minutes."""
        return self.unit in ("working_days", "natural_days")

    @property
    def counts_work(self) -> bool:
        return self.unit in ("working_hours", "working_days")

    @property
    def length(self) -> timedelta:
        """The length of a limit in minutes or hours. Raises ValueError for one in days, which has none."""
        if self.counts_days:
            raise ValueError(f"{self.amount} {self.unit} have no length in hours; they end at a close of office.")
        return timedelta(minutes=self.amount) if self.unit == "minutes" else timedelta(hours=self.amount)


def parse_limit(text: str) -> Limit:
    """A limit as configuration writes it: "10 minutes", "1 working day". Raises ValueError naming the units."""
    match = re.fullmatch(r"([1-9]\d{0,3}) ([a-z]+(?: [a-z]+)?)", text)
    unit = match and f"{match[2].removesuffix('s').replace(' ', '_')}s"
    for known in get_args(Unit):
        if match and unit == known:
            return Limit(int(match[1]), known)
    units = ", ".join(known.replace("_", " ") for known in get_args(Unit))
    raise ValueError(f'write a number and one of {units}, for example "4 working hours".')
