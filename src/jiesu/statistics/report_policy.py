"""When reports are told of, how long their lists are, and whether units are ranked, read from `config/reports.toml`."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["League", "Monthly", "ReportPolicy", "Snails", "Topics", "Weekly", "load_reports"]

Tier = Literal["city", "county", "township", "village"]


class Weekly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On which weekday (1 is Monday) and when the week before is told of."""

    weekday: Annotated[int, Meta(ge=1, le=7)]
    at: time


class Monthly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On which day and when the month before is told of; the 28th at most, which every month has."""

    day: Annotated[int, Meta(ge=1, le=28)]
    at: time


class League(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether units are given places."""

    ranking: bool = True


class Snails(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the list of who was among the `last` of their tier in each of so many `months` is shown."""

    shown: bool = False
    months: Annotated[int, Meta(ge=2, le=12)] = 3
    last: Annotated[int, Meta(ge=1, le=50)] = 3


class Topics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a hot topic: at least so many of one kind from one place in so many `days`; `most` are shown.

    Of its newest `look_at`, those that share `alike` of their pairs of characters say nearly the same.
    """

    days: Annotated[int, Meta(ge=1, le=90)] = 14
    least: Annotated[int, Meta(ge=2, le=1000)] = 4
    most: Annotated[int, Meta(ge=1, le=100)] = 20
    look_at: Annotated[int, Meta(ge=2, le=200)] = 50
    alike: Annotated[float, Meta(gt=0, le=1)] = 0.5


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    told: tuple[Tier, ...]
    most: Annotated[int, Meta(ge=1, le=50)]
    weekly: Weekly
    monthly: Monthly
    league: League
    snails: Snails
    topics: Topics


class ReportPolicy(msgspec.Struct, frozen=True):
    """`told`: tiers whose supervisors get a notice; `most`: lines of each list; `template`: the Word file that reports are put in."""

    told: tuple[Tier, ...] = ()
    most: int = 8
    weekly: Weekly = Weekly(1, time(8, 30))
    monthly: Monthly = Monthly(1, time(8, 30))
    template: Path = Path("report.docx")
    league: League = League()
    snails: Snails = Snails()
    topics: Topics = Topics()


def load_reports(path: Path) -> ReportPolicy:
    """Raises ConfigMistake, also while the Word template is missing."""
    written = convert(read_toml(path), _Written, path)
    template = path.parent / "documents" / "report.docx"
    if not template.is_file():
        raise ConfigMistake(template, "", None, "put the template in place (python bench/document_templates.py).")
    lists = written.league, written.snails, written.topics
    return ReportPolicy(written.told, written.most, written.weekly, written.monthly, template, *lists)
