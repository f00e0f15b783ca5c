"""Keeping a text that looks classified from everybody but its keeper, from the moment it arrives."""

from __future__ import annotations

from collections.abc import Sequence

from jiesu.accounts.roles import RIGHTS
from jiesu.accounts.staff import KEEPERS, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.locale import Locale
from jiesu.secrecy.models import Place, Withheld
from jiesu.secrecy.patterns import Finding, SecrecyPolicy
from jiesu.tickets.events import By, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.units.organisation import Organisation

__all__ = [
    "PLACEHOLDER",
    "PLACEHOLDER_TITLE",
    "LooksClassified",
    "TextWithheld",
    "is_keeper",
    "keeper_of",
    "suspicious",
    "withhold",
]

#: What everybody reads meanwhile, petitioner included.
PLACEHOLDER = "这段内容可能涉密，正在审查，审查完以前不显示。"
PLACEHOLDER_TITLE = "内容正在审查"


class LooksClassified(Invalid):
    """Nothing was kept; the sender may change the text or send it to review with `confirmed_unclassified`."""

    zh = (
        "这段话里有像涉密内容的字样：{found}。请改掉，不要写密级、部队番号和代号，写“原部队”就可以。"
        "确实不涉密，可以仍然提交：先由专人审查，办理期限照常计算。"
    )
    en = (
        "These words look classified: {found}. Leave out secrecy marks and unit designations; “my former unit” will do. "
        "If they are not classified you may send them all the same (confirmed_unclassified): one keeper reviews them first, "
        "and the deadlines run as always."
    )

    def __init__(self, field: str, found: Sequence[Finding]) -> None:
        super().__init__(field, found=found)

    def say(self, locale: str) -> str:
        """Only this answer repeats the words, to whoever wrote them."""
        reader: Locale = "en" if locale.startswith("en") else "zh"
        found = ("; " if reader == "en" else "、").join(finding.say(reader) for finding in self.params["found"][:5])
        return (self.en if reader == "en" else self.zh).format(found=found)


class TextWithheld(TicketEvent, frozen=True, kw_only=True):
    """`place` says where the text would have stood; the text itself is in no event."""

    place: str


def suspicious(policy: SecrecyPolicy, field: str, texts: Sequence[str | None], *, confirmed: bool) -> list[Finding]:
    """What looks classified, for the caller to withhold. Raises LooksClassified unless the sender confirmed."""
    found = policy.findings(texts)
    if found and not confirmed:
        raise LooksClassified(field, found)
    return found


def keeper_of(policy: SecrecyPolicy, organisation: Organisation, ticket: Ticket) -> str:
    """The unit that reviews: the keeper of a sealed report, else the one of the configuration unless it stands accused."""
    root = organisation.root
    if ticket.sealed_to is not None:
        return ticket.sealed_to
    known = organisation.find_unit(policy.keeper)
    keeper = root.code if known is None else known.code
    if ticket.accused_unit is None or not organisation.is_under(keeper, ticket.accused_unit):
        return keeper
    discipline = organisation.unit_for_function("discipline", "city", root.place)
    return root.code if discipline is None or discipline.code == ticket.accused_unit else discipline.code


def is_keeper(staff: Staff, unit: str) -> bool:
    """Whether this person reviews what that unit keeps."""
    return staff.unit == unit and bool(KEEPERS & RIGHTS[staff.role])


async def withhold(
    uow: UnitOfWork,
    ticket: Ticket,
    keeper: str,
    place: Place,
    text: str,
    found: Sequence[Finding],
    by: By,
    *,
    title: str | None = None,
    routing: str | None = None,
) -> None:
    """Put the text where only its keeper reads it. The caller puts PLACEHOLDER where it would have stood."""
    kinds = list(dict.fromkeys(finding.zh for finding in found))
    row = Withheld(
        ticket_id=ticket.id,
        place=place,
        keeper=keeper,
        title=title,
        text=text,
        routing=routing,
        kinds=kinds,
        created_at=uow.now,
    )
    uow.add(row)
    await uow.record(TextWithheld(ticket_id=ticket.id, by=by, place=place.value))
