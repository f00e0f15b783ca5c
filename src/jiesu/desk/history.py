"""The history of a ticket in sentences: for staff the whole, for petitioners what concerns them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec

from jiesu.audit.trail import Told, history
from jiesu.audit.trail_keys import ERASED
from jiesu.db.uow import UnitOfWork
from jiesu.desk.history_words import GONE, PETITIONER, STAFF, UNKNOWN, Data, Table, say
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.wording import moment_words
from jiesu.tickets.models import Ticket

__all__ = ["HistoryLine", "Run", "for_petitioner", "for_staff", "runs"]

#: Fields that hold moments, units.
MOMENTS = ("old", "new", "until", "due", "next_at")
UNITS = ("unit", "decider", "former", "stand_in", "told", "judge", "proposed_unit", "giver", "sender")
#: Kinds of what petitioner and office said to each other, and of what the clocks set off.
MESSAGES = frozenset({
    "TicketRegistered", "InfoRequested", "Supplemented", "FilesAttached", "TicketAnswered", "TicketDiverted",
    "PetitionerContacted", "PetitionerInformed", "PlanTold", "ResultApproved", "SurveyAnswered", "SurveyCorrected", "SurveyResent", "TicketReopened",
    "TicketWithdrawn", "PetitionAccepted", "AcceptanceRefused", "DocumentIssued", "DocumentServed", "RecheckAsked",
    "RecheckDecided", "HearingHeld",
})  # fmt: skip
LADDER = frozenset({"Escalated", "EscalationAcknowledged", "AckOverdue"})


class HistoryLine(msgspec.Struct, frozen=True):
    """Who did what, when; `detail` is a free text that goes with it."""

    at: datetime
    kind: str
    who: str
    what: str
    detail: str | None = None

    @property
    def group(self) -> str:
        """`message` for what passed between petitioner and office, `ladder` for what the clocks did, else `step`."""
        return "message" if self.kind in MESSAGES else "ladder" if self.kind in LADDER else "step"


class Run(msgspec.Struct, frozen=True):
    """Lines that stand together; many of the ladder are folded away."""

    lines: list[HistoryLine]
    folded: bool


def runs(lines: Sequence[HistoryLine]) -> list[Run]:
    """The lines in their order, those of the ladder gathered where they follow each other."""
    found = [list(together) for _, together in groupby(lines, key=lambda line: line.group == "ladder")]
    return [Run(some, folded=some[0].group == "ladder" and len(some) > 1) for some in found]


class Blanks(dict[str, Any]):
    """What fills the braces of a sentence; what an event does not carry is left empty."""

    def __missing__(self, name: str) -> str:
        return ""


async def for_staff(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[HistoryLine]:
    """Everything, oldest first; also events that have no words yet."""
    return [
        _line(entry, rules, locale, STAFF, who=_who(entry.data, locale)) or _unknown(entry, locale)
        for entry in await history(uow.session, ticket.id)
    ]


async def for_petitioner(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[HistoryLine]:
    """What the petitioner has a right to know, oldest first; colleagues' names and remarks are left out."""
    entries = await history(uow.session, ticket.id)
    return [line for entry in entries if (line := _line(entry, rules, locale, PETITIONER))]


def _line(entry: Told, rules: Rules, locale: Locale, table: Table, *, who: str = "") -> HistoryLine | None:
    data = {**entry.data, "told_at": entry.at}
    what = say(table, entry.kind, data, english=locale == "en")
    if what is None:
        return None
    field = table[entry.kind][1]
    silent = table is PETITIONER and _by(entry.data) == "system"  # what the ladder notes is written for colleagues
    return HistoryLine(
        at=entry.at.astimezone(SHANGHAI),
        kind=entry.kind,
        who=who,
        what=what.format_map(_blanks(data, rules, locale)),
        detail=_detail(entry.data.get(field), locale) if field and not silent else None,
    )


def _detail(text: Any, locale: Locale) -> str | None:
    return GONE[locale == "en"] if text == ERASED else text


def _unknown(entry: Told, locale: Locale) -> HistoryLine:
    what = UNKNOWN[locale == "en"].format(kind=entry.kind)
    return HistoryLine(entry.at.astimezone(SHANGHAI), entry.kind, "", what)


def _blanks(data: Data, rules: Rules, locale: Locale) -> Blanks:
    blanks = Blanks(data)
    for name in UNITS:
        unit = rules.organisation.find_unit(str(data.get(name) or ""))
        blanks[name] = (unit.name_en if locale == "en" else unit.name) if unit else ""
    for name in MOMENTS:
        blanks[name] = _moment(data.get(name), locale, data["told_at"])
    category = rules.catalogue.category(str(data.get("category") or ""))
    blanks["category"] = (category.name_en if locale == "en" else category.name_zh) if category else ""
    return blanks


def _moment(text: object, locale: Locale, told_at: datetime) -> str:
    """With its year where that is another than the line's."""
    try:
        moment = datetime.fromisoformat(str(text)).astimezone(SHANGHAI)
    except ValueError:
        return ""
    return moment_words(moment, locale, year=moment.year != told_at.astimezone(SHANGHAI).year)


def _who(data: Data, locale: Locale) -> str:
    kind = _by(data)
    if kind == "staff":
        return str(data["by"].get("name") or "")
    return {"petitioner": ("诉求人", "Petitioner"), "system": ("系统", "System")}.get(kind, ("", ""))[locale == "en"]


def _by(data: Data) -> str:
    return str((data.get("by") or {}).get("kind") or "")
