"""What is owed beside the two clocks: judging an objection, a co-handler's task, the reply to a supervision order."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from jiesu.kit.config import ConfigMistake, convert
from jiesu.sla.limits import Limit, parse_limit

__all__ = ["PETITION_OBJECTION", "Beside", "read_beside"]

#: 信访工作条例 Art. 23: a unit objects to a petition that was transferred to it within this; no policy says otherwise
PETITION_OBJECTION = Limit(5, "working_days")


class Beside(Struct, frozen=True):
    """How long each takes, and how tickets are returned (退单)."""

    #: an objection is raised within this after dispatch; a ticket has at most so many
    objection: Limit
    objections: int
    #: classes that are handled on while the objection is judged
    not_returned: frozenset[str]
    judge: Limit
    judge_urgent: Limit
    #: a co-handler's task, where the desk does not say how long
    task: str
    task_urgent: str
    #: the reply to a supervision order or a leader's instruction, likewise
    order: str
    order_urgent: str
    #: days that a listing (挂账) lasts at most, and days between two reviews where the unit names none
    listing_days: int
    listing_review: int
    #: days without an answer after which the petitioner is asked again, and the desk told, again and again
    info_reminder: int

    def order_words(self, service_class: str) -> str:
        """How long a unit has to answer an order."""
        return self.order_urgent if service_class in self.not_returned else self.order

    def task_words(self, service_class: str) -> str:
        """How long a co-handler has, as policies write limits."""
        return self.task_urgent if service_class in self.not_returned else self.task

    def judge_within(self, service_class: str) -> Limit:
        """How long the dispatcher has for an objection."""
        return self.judge_urgent if service_class in self.not_returned else self.judge


class Written(Struct, forbid_unknown_fields=True):
    objection: str = "1 working day"
    objections: int = 2
    not_returned: tuple[str, ...] = ("P0", "P1")
    judge: str = "4 working hours"
    judge_urgent: str = "30 minutes"
    task: str = "3 working days"
    task_urgent: str = "2 hours"
    order: str = "3 working days"
    order_urgent: str = "4 hours"
    listing_days: int = 365
    listing_review: int = 30
    info_reminder: int = 3


def read_beside(raw: Mapping[str, object], path: Path, classes: frozenset[str]) -> Beside:
    """`[beside]`, by default what domain.md has. Raises ConfigMistake."""
    written = convert(raw, Written, path, "beside")
    for unknown in set(written.not_returned) - classes:
        known = ", ".join(sorted(classes))
        raise ConfigMistake(path, "beside.not_returned", unknown, f"use classes of the file: {known}.")
    for name in ("objections", "listing_days", "listing_review", "info_reminder"):
        if getattr(written, name) < 1:
            raise ConfigMistake(path, f"beside.{name}", getattr(written, name), "use at least 1.")
    for name in ("task", "task_urgent", "order", "order_urgent"):
        _limit(getattr(written, name), path, f"beside.{name}")
    return Beside(
        task=written.task,
        task_urgent=written.task_urgent,
        order=written.order,
        order_urgent=written.order_urgent,
        listing_days=written.listing_days,
        listing_review=written.listing_review,
        info_reminder=written.info_reminder,
        objection=_limit(written.objection, path, "beside.objection"),
        objections=written.objections,
        not_returned=frozenset(written.not_returned),
        judge=_limit(written.judge, path, "beside.judge"),
        judge_urgent=_limit(written.judge_urgent, path, "beside.judge_urgent"),
    )


def _limit(text: str, path: Path, key: str) -> Limit:
    try:
        return parse_limit(text)
    except ValueError as problem:
        raise ConfigMistake(path, key, text, str(problem)) from problem
