"""One petitioner's story, as far as it has gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from jiesu.demo.passing import Passing
from jiesu.intake.form import AppealForm
from jiesu.petitioners.models import Petitioner
from jiesu.sla.models import Deadline
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status

__all__ = ["Case"]


@dataclass(eq=False)
class Case:
    """One petitioner's story. Its chances are its own, so that stories do not disturb each other."""

    random: Random
    form: AppealForm
    #: The title in `complaints.toml`, for counting how many different ones were told.
    source: str
    passing: Passing | None = None
    #: Where the story stops, to be continued by whoever tries the demo.
    hold: Status | None = None
    number: str = ""
    code: str = ""
    reopened: bool = False
    #: Whether more time was asked for; the deadline for which news are planned.
    asked: bool = False
    news_for: Deadline | None = field(default=None, repr=False)
    #: Counts planned acts: only the newest is performed.
    turn: int = 0
    next_at: datetime | None = None
    _ticket: Ticket | None = field(default=None, repr=False)
    #: Held so that the session need not read the person again for each message.
    _person: Petitioner | None = field(default=None, repr=False)

    @property
    def ticket(self) -> Ticket:
        """The ticket, from filing on."""
        if self._ticket is None:
            raise RuntimeError("This story has not begun.")
        return self._ticket

    def begin(self, ticket: Ticket, code: str, person: Petitioner | None) -> None:
        """The appeal is filed."""
        self._ticket, self._person = ticket, person
        self.number, self.code = ticket.number, code
