"""`jiesu config check`: every file in `config/`, every mistake it finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jiesu.custody.policy import load_retention
from jiesu.demo.texts import load_texts
from jiesu.intake.import_mapping import load_mapping
from jiesu.kit.calendar import Calendars, load_calendars
from jiesu.kit.config import ConfigMistake
from jiesu.notifications.order_wording import load_order_wording
from jiesu.notifications.quiet import QuietHours, load_quiet
from jiesu.notifications.wording import load_wording
from jiesu.outreach.policy import load_contact_policy
from jiesu.petitioners.notices import load_notices
from jiesu.petitions.phrasing import load_phrasing
from jiesu.routing.alike import load_alike
from jiesu.routing.catalogue import load_catalogue
from jiesu.routing.categories import load_categories
from jiesu.secrecy.patterns import SecrecyPolicy, load_secrecy
from jiesu.settings import load_settings
from jiesu.sla.classes import load_clocks
from jiesu.statistics.rates import load_rates
from jiesu.statistics.report_policy import load_reports
from jiesu.surveys.reasons import load_reasons
from jiesu.tickets.library import Library, load_library
from jiesu.tickets.replies import Replies, load_replies
from jiesu.units.importing import check, read_places, read_units

__all__ = ["mistakes"]


def mistakes(folder: Path) -> list[ConfigMistake]:
    """The first mistake of each file, and all of the organisation's; empty when everything is in order."""
    texts = folder / "demo" / "complaints.toml"
    readers: list[Callable[[], object]] = [
        lambda: load_settings(config_dir=folder),
        lambda: _calendars(folder),
        lambda: load_clocks(folder / "clocks.toml"),
        lambda: load_catalogue(folder / "catalogue.toml"),
        lambda: load_alike(folder / "alike.toml"),
        lambda: load_rates(folder / "rates.toml"),
        lambda: load_reasons(folder / "survey.toml"),
        lambda: load_reports(folder / "reports.toml"),
        lambda: load_retention(folder / "retention.toml"),
        lambda: load_wording(folder / "messages" / "petitioner.toml"),
        lambda: _quiet(folder),
        lambda: load_order_wording(folder / "messages" / "orders.toml"),
        lambda: load_notices(folder / "notices.toml"),
        lambda: load_phrasing(folder / "documents.toml"),
        lambda: _replies(folder),
        lambda: load_contact_policy(folder / "contact.toml"),
        lambda: _library(folder),
        lambda: _secrecy(folder),
        lambda: load_texts(texts, load_categories(folder / "categories.toml")),
    ]
    readers += [lambda path=path: load_mapping(path) for path in sorted((folder / "import").glob("*.toml"))]  # type: ignore[misc]
    found = []
    for read in readers:
        try:
            read()
        except ConfigMistake as mistake:
            found.append(mistake)
    try:
        found += check(read_places(folder / "places.csv"), read_units(folder / "units.csv"))
    except ConfigMistake as mistake:
        found.append(mistake)
    return found


def _secrecy(folder: Path) -> SecrecyPolicy:
    """The patterns, provided that their keeper is a unit of `units.csv`."""
    policy, path = load_secrecy(folder / "classified.toml"), folder / "classified.toml"
    if policy.keeper not in {unit.code for unit in read_units(folder / "units.csv").items}:
        raise ConfigMistake(path, "keeper", policy.keeper, "there is no such unit; use a code of units.csv.")
    return policy


def _quiet(folder: Path) -> QuietHours:
    return load_quiet(folder / "messages" / "quiet.toml", load_clocks(folder / "clocks.toml").classes)


def _replies(folder: Path) -> Replies:
    """The templates, provided that their categories are known ones."""
    replies, path = load_replies(folder / "replies.toml"), folder / "replies.toml"
    known = load_categories(folder / "categories.toml")
    for reply in replies.all:
        for category in reply.categories:
            if category not in known:
                remedy = "there is no such category; use a code of categories.toml."
                raise ConfigMistake(path, f"{reply.code}.categories", category, remedy)
    return replies


def _library(folder: Path) -> Library:
    """The policy library, provided that its categories are known ones."""
    library, known = load_library(folder / "policies"), load_categories(folder / "categories.toml")
    for article in library.articles:
        for category in article.categories:
            if category not in known:
                path = folder / "policies" / f"{article.policy.code}.toml"
                remedy = "there is no such category; use a code of categories.toml."
                raise ConfigMistake(path, f"articles.{article.key}.categories", category, remedy)
    return library


def _calendars(folder: Path) -> Calendars:
    """The calendars, provided that only units of `units.csv` keep hours of their own."""
    calendars = load_calendars(folder / "calendar")
    known = {unit.code for unit in read_units(folder / "units.csv").items} if calendars.own else set()
    for code in calendars.own:
        if code not in known:
            raise ConfigMistake(
                folder / "calendar" / "units.toml", "units", code, "there is no such unit; use a code of units.csv."
            )
    return calendars
