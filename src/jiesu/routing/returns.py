"""The rules of objections (退单): why one is made, who judges it, and when it may not be made."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from jiesu.errors import Conflict
from jiesu.units.organisation import Organisation

__all__ = [
    "REASONS",
    "AcceptedStays",
    "AlreadyObjected",
    "DesignatedHere",
    "ObjectionReason",
    "ObjectionWindowClosed",
    "ReturnedTooOften",
    "SealedStays",
    "SignFirst",
    "SignPetitionFirst",
    "SignedAlready",
    "judge_of",
    "reason_of",
]


class ObjectionReason(StrEnum):
    """Why a unit thinks that the ticket is not its own."""

    NOT_OUR_PLACE = "not_our_place"
    NOT_OUR_DUTY = "not_our_duty"
    HIGHER_LEVEL = "higher_level"
    DUPLICATE = "duplicate"
    INTEREST = "interest"
    OTHER = "other"


#: How people read them.
REASONS: dict[ObjectionReason, tuple[str, str]] = {
    ObjectionReason.NOT_OUR_PLACE: ("不属于本辖区", "not in its district"),
    ObjectionReason.NOT_OUR_DUTY: ("不属于本单位职责", "not its duty"),
    ObjectionReason.HIGHER_LEVEL: ("应由上级单位办理", "a matter for a higher unit"),
    ObjectionReason.DUPLICATE: ("与另一张工单重复", "the same as another ticket"),
    ObjectionReason.INTEREST: ("与反映事项有利害关系", "it has an interest in the matter"),
    ObjectionReason.OTHER: ("其他原因", "another reason"),
}


class ObjectionWindowClosed(Conflict):
    zh = "退单要在{until}前提出，现在已经过了。请签收办理；确有困难的，请与派单单位联系。"
    en = "An objection had to be made by {until}. Sign and handle it, or speak to the desk that sent it."


class SignFirst(Conflict):
    """P0 and P1 are not returned: who has one handles it while the desk judges (domain.md §4)."""

    zh = "{service_class} 级工单不能退单。请先签收、马上办理，办理中再提出异议。"
    en = "A ticket of class {service_class} is not returned. Sign and act at once; object while handling it."


class SignPetitionFirst(Conflict):
    """A petition stays with the unit until the sender agrees (信访工作条例 Art. 23)."""

    zh = "信访事项请先签收，5个工作日内提出异议；转送单位同意以前，仍由您单位办理。"
    en = "Sign for a petition first and object within five working days; until the sender agrees your unit handles it."


class AcceptedStays(Conflict):
    zh = "这件信访事项已经受理，不能再提异议。请继续办理。"
    en = "This petition was accepted, so there is no objection any more. Go on handling it."


class SignedAlready(Conflict):
    zh = "已经签收的工单不能退单。请继续办理，或请派单单位调整。"
    en = "A ticket that was signed for is not returned. Go on handling it."


class AlreadyObjected(Conflict):
    zh = "{unit}已经对这张工单退过一次单，不能再退，也不能再普通派给它。请“指定承办”。"
    en = "{unit} objected to this ticket once already. Designate it, or choose another unit."


class ReturnedTooOften(Conflict):
    zh = "这张工单已经退过 {count} 次，不能再退。请派单单位指定承办单位。"
    en = "This ticket was returned {count} times. From now on the desk designates who handles it."


class DesignatedHere(Conflict):
    zh = "这张工单是指定由您单位办理的，不能退单。请签收办理。"
    en = "Your unit was designated for this ticket, so it cannot object. Sign and handle it."


class SealedStays(Conflict):
    zh = "密件不能退单。需要转办的，请由有权打开的单位直接派单。"
    en = "A sealed report is not returned. Whoever keeps it sends it on."


def reason_of(text: str) -> tuple[ObjectionReason, str]:
    """The code, and words of one's own where it is none of the codes."""
    if text in list(ObjectionReason):
        return ObjectionReason(text), ""
    return ObjectionReason.OTHER, text


def judge_of(organisation: Organisation, *, desk: str, units: Sequence[str], accused: str | None) -> str:
    """Whose dispatcher judges: the lowest unit from the desk up that stands above all units that refused.

    So two units of different counties meet at their common superior (信访工作条例 Art. 24), and nobody judges their own
    objection. Never the accused unit nor one under it; at the top, where nobody is above, the top itself.
    """
    line = (desk, *organisation.ancestors(desk))
    fit = [
        unit
        for unit in line
        if all(unit != refused and organisation.is_under(refused, unit) for refused in units)
        and not (accused is not None and organisation.is_under(unit, accused))
    ]
    return next(iter(fit), line[-1])
