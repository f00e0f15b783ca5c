"""Every policy of an installation in one frozen struct, read once and passed down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from jiesu.kit.calendar import NO_EDITS, CalendarEdits, Calendars, WorkingCalendar, load_calendars
from jiesu.kit.crypto import KeyRing
from jiesu.notifications.order_wording import OrderWording, load_order_wording
from jiesu.notifications.quiet import QuietHours, load_quiet
from jiesu.notifications.wording import Wording, load_wording
from jiesu.outreach.policy import ContactPolicy, load_contact_policy
from jiesu.petitioners.notices import Notices, load_notices
from jiesu.petitions.phrasing import Phrasing, load_phrasing
from jiesu.routing.alike import AlikePolicy, load_alike
from jiesu.routing.catalogue import Catalogue, load_catalogue
from jiesu.secrecy.patterns import SecrecyPolicy, load_secrecy
from jiesu.sla.classes import ClockPolicy, load_clocks
from jiesu.statistics.rates import RatesPolicy, load_rates
from jiesu.statistics.report_policy import ReportPolicy, load_reports
from jiesu.surveys.reasons import Reasons, load_reasons
from jiesu.tickets.library import Library, load_library
from jiesu.tickets.replies import Replies, load_replies
from jiesu.units.organisation import Organisation

__all__ = ["Policies", "Rules", "load_policies"]


@dataclass(frozen=True)
class Policies:
    """What `config/` says, apart from the organisation, which lives in the database."""

    calendars: Calendars
    #: the clock policy of tickets registered from now on
    clocks: ClockPolicy
    catalogue: Catalogue
    rates: RatesPolicy
    wording: Wording
    secrecy: SecrecyPolicy
    notices: Notices
    orders: OrderWording
    documents: Phrasing
    #: clock policies that were in force before, by version
    past: Mapping[str, ClockPolicy] = field(default_factory=lambda: MappingProxyType({}), kw_only=True)
    #: what officers often write
    replies: Replies = field(default=Replies(()), kw_only=True)
    #: how often people are kept in touch with
    contact: ContactPolicy = field(default=ContactPolicy(), kw_only=True)
    #: laws and rules to cite
    library: Library = field(default=Library(), kw_only=True)
    #: when two appeals look like one matter
    alike: AlikePolicy = field(default=AlikePolicy(), kw_only=True)
    #: why people are not content, to choose from
    reasons: Reasons = field(default_factory=Reasons, kw_only=True)
    #: when reports are told of, and how long their lists are
    reports: ReportPolicy = field(default=ReportPolicy(), kw_only=True)
    #: when messages to petitioners wait for the morning
    quiet: QuietHours = field(default=QuietHours(), kw_only=True)

    @property
    def calendar(self) -> WorkingCalendar:
        """The network's calendar, by which the petitioner's clock runs."""
        return self.calendars.default

    def clocks_of(self, version: str) -> ClockPolicy:
        """The policy a ticket was registered under; today's where that version is not on record."""
        return self.clocks if version == self.clocks.version else self.past.get(version, self.clocks)


@dataclass(frozen=True)
class Rules(Policies):
    """What use cases above the single ticket work by."""

    organisation: Organisation
    keys: KeyRing
    #: What links in messages begin with, without a final slash.
    public_url: str

    @classmethod
    def of(cls, policies: Policies, organisation: Organisation, keys: KeyRing, public_url: str) -> Rules:
        """The policies with the organisation of the moment."""
        return cls(**vars(policies), organisation=organisation, keys=keys, public_url=public_url.rstrip("/"))


def load_policies(folder: Path, edits: CalendarEdits = NO_EDITS) -> Policies:
    """Read and check everything in `config/`, the administrator's calendar edits laid over it. Raises ConfigMistake."""
    clocks = load_clocks(folder / "clocks.toml")
    return Policies(
        calendars=load_calendars(folder / "calendar", edits),
        clocks=clocks,
        catalogue=load_catalogue(folder / "catalogue.toml"),
        rates=load_rates(folder / "rates.toml"),
        wording=load_wording(folder / "messages" / "petitioner.toml"),
        secrecy=load_secrecy(folder / "classified.toml"),
        notices=load_notices(folder / "notices.toml"),
        orders=load_order_wording(folder / "messages" / "orders.toml"),
        documents=load_phrasing(folder / "documents.toml"),
        replies=load_replies(folder / "replies.toml"),
        contact=load_contact_policy(folder / "contact.toml"),
        library=load_library(folder / "policies"),
        alike=load_alike(folder / "alike.toml"),
        reasons=load_reasons(folder / "survey.toml"),
        reports=load_reports(folder / "reports.toml"),
        quiet=load_quiet(folder / "messages" / "quiet.toml", clocks.classes),
    )
