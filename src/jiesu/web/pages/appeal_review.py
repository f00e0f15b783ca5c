"""What is read back to a petitioner before anything is sent: the answers, what the text seems to be about, and a warning."""

from __future__ import annotations

import msgspec

from jiesu.desk.names import Named, category_named
from jiesu.kit.locale import Locale
from jiesu.routing.suggest import suggest
from jiesu.rules import Rules
from jiesu.secrecy.withhold import LooksClassified
from jiesu.web.pages.choices import PlaceChoice
from jiesu.web.pages.forms import Fields, FormProblem, problem_of

__all__ = ["Review", "review_of", "settled"]


class Review(msgspec.Struct, frozen=True):
    """`guess` is what the text seems to be about; `warning` what in it looks classified."""

    place: str | None
    accused: str | None
    guess: Named | None
    chosen: Named | None
    warning: FormProblem | None


def settled(fields: Fields) -> Fields:
    """A category chosen from the list goes before the one that was asked about."""
    return Fields(fields | {"category": fields["own_category"] or fields["category"], "own_category": ""})


def review_of(rules: Rules, fields: Fields, choice: PlaceChoice, locale: Locale) -> Review:
    """The answers in words, as far as codes stand for them."""
    organisation, guess = rules.organisation, suggest(rules.catalogue, fields["text"])
    accused = organisation.find_unit(fields["accused_unit"])
    found = rules.secrecy.findings([fields["text"]])
    return Review(
        place=organisation.full_place_name(choice.code) if choice.code else None,
        accused=(accused.name_en if locale == "en" else accused.name) if accused else None,
        guess=_named(rules, guess.code, locale) if guess else None,
        chosen=_named(rules, fields["category"], locale),
        warning=problem_of(LooksClassified("text", found), locale) if found else None,
    )


def _named(rules: Rules, code: str, locale: Locale) -> Named | None:
    """With its first level before it: `抚恤补助：停发错发`."""
    named, first = category_named(rules, code, locale), category_named(rules, code[:2], locale)
    if named is None or first is None or named.code == first.code:
        return named
    return Named(code, f"{first.name}{': ' if locale == 'en' else '：'}{named.name}")
