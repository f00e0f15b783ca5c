"""Filing in short steps: which question comes next, which answers are carried along, what is read back before sending."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from jiesu.errors import DomainError
from jiesu.intake.form import checked
from jiesu.petitioners.notices import Purpose
from jiesu.rules import Rules
from jiesu.secrecy.withhold import LooksClassified
from jiesu.tickets.words import Channel
from jiesu.web.pages.choices import PlaceChoice
from jiesu.web.pages.forms import Fields, appeal_of

__all__ = ["STEPS", "carried", "next_step", "step_of"]

#: The steps in order, each with the fields it asks for. Everything else that was answered is carried in hidden fields.
STEPS: Mapping[str, tuple[str, ...]] = {
    "what": ("text",),
    "where": ("district", "township", "village", "place"),
    "who": (
        *(f"petitioner.{name}" for name in ("phone", "name", "id_number", "kind")),
        *(f"consent.{purpose}" for purpose in Purpose),
        *("confidential", "anonymous", "accused_unit", "accused_officer"),
    ),
    "review": ("category", "own_category", "confirmed_unclassified"),
}
ORDER = tuple(STEPS)


def step_of(error: DomainError) -> str:
    """Where a mistake is mended; what is wrong with the whole, and a text that looks classified, is shown before sending."""
    if isinstance(error, LooksClassified):
        return "review"
    return next((step for step, names in STEPS.items() if error.field in names), "review")


def next_step(rules: Rules, fields: Fields, choice: PlaceChoice) -> tuple[str, DomainError | None]:
    """The step to show after the button that was pressed, and the mistake that keeps the petitioner at it.

    Who changes an answer from the review (`reviewed`) goes straight back to it.
    """
    now = fields["step"] if fields["step"] in STEPS else ORDER[0]
    pressed = fields["do"]
    if pressed.removeprefix("see-") in STEPS:
        return pressed.removeprefix("see-"), None
    if pressed == "back":
        return ORDER[max(0, ORDER.index(now) - 1)], None
    if pressed != "next":
        return now, None
    wrong = _mistake(rules, fields, choice)
    if wrong is not None and ORDER.index(step_of(wrong)) <= ORDER.index(now):
        return step_of(wrong), wrong
    return (ORDER[-1] if "reviewed" in fields else ORDER[min(ORDER.index(now) + 1, len(ORDER) - 1)]), None


def carried(fields: Mapping[str, str], choice: PlaceChoice, step: str) -> dict[str, str]:
    """The answers of the other steps, for hidden fields; the place as its levels."""
    place = {"district": choice.district, "township": choice.township, "village": choice.village}
    answers = {**fields, **place, "place": ""}
    names = chain.from_iterable(names for other, names in STEPS.items() if other != step)
    return {name: answers[name] for name in names if answers.get(name)}


def _mistake(rules: Rules, fields: Fields, choice: PlaceChoice) -> DomainError | None:
    """The first one in the order of the form."""
    try:
        checked(appeal_of(fields, choice.code, Channel.WEB), rules)
    except DomainError as error:
        return error
    return None
