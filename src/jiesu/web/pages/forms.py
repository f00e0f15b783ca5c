"""Forms: the fields as they came, the appeal they make, and the mistake to show beside a field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from litestar import Request

from jiesu.errors import DomainError, Invalid
from jiesu.intake.form import AppealForm
from jiesu.kit.locale import Locale
from jiesu.petitioners.notices import Purpose
from jiesu.petitioners.representatives import MOST_REPRESENTATIVES
from jiesu.tickets.words import Channel
from jiesu.web.problems import STATUS

__all__ = [
    "SEVERAL",
    "Fields",
    "FormProblem",
    "Incomplete",
    "appeal_of",
    "fields_of",
    "incomplete",
    "problem_of",
    "texts_of",
]

#: Of these names several may be sent: their codes stand in one text, with commas.
SEVERAL = frozenset({"reasons"})

_NAMED = re.compile(r"missing required field `([^`]+)`| - at `\$\.([^`]+)`")


class Fields(dict[str, str]):
    """Submitted texts by name; what was not sent reads as empty."""

    def __missing__(self, name: str) -> str:
        return ""


class Incomplete(Invalid):
    zh = "这一项还没有选，请选择后再提交。"
    en = "Choose one of these, then send again."


class FormProblem(msgspec.Struct, frozen=True):
    """One mistake: the field's name as in the form (None: the whole form), what to do, and the HTTP status."""

    field: str | None
    text: str
    status: int
    code: str = ""


def problem_of(error: DomainError, locale: Locale) -> FormProblem:
    """The refusal as a form shows it."""
    return FormProblem(error.field, error.say(locale), STATUS[error.kind], error.code)


def incomplete(error: msgspec.ValidationError) -> Incomplete:
    """A choice that was not made, or one that the form does not offer."""
    match = _NAMED.search(str(error))
    return Incomplete(match[1] or match[2] if match else None)


def texts_of(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Texts by name; of a repeated name the last (but see SEVERAL), of a file nothing."""
    texts: dict[str, str] = {}
    for name, value in pairs:
        if isinstance(value, str):
            texts[name] = f"{texts[name]},{value}" if name in SEVERAL and texts.get(name) else value
    return texts


async def fields_of(request: Request[Any, Any, Any]) -> Fields:
    """The submitted texts by name."""
    return Fields(texts_of((await request.form()).multi_items()))


def _people(fields: Mapping[str, str]) -> int | None:
    """What is no number is none that could be right, and is refused as such."""
    typed = fields.get("people", "").strip()
    return None if not typed else int(typed) if typed.isascii() and typed.isdecimal() else 0


def _speakers(fields: Mapping[str, str]) -> Iterator[dict[str, str | None]]:
    for no in range(1, MOST_REPRESENTATIVES + 1):
        name, phone = (fields.get(f"speaker-{no}-{what}", "").strip() for what in ("name", "phone"))
        if name or phone:
            yield {"name": name, "phone": phone or None}


def appeal_of(fields: Mapping[str, str], place: str | None, channel: Channel) -> AppealForm:
    """The appeal as the API takes it. Raises Incomplete."""
    optional = ("title", "category", "nature", "accused_unit", "accused_officer", "track")
    person = ("name", "phone", "id_number", "kind")
    raw: dict[str, Any] = {
        "text": fields.get("text", ""),
        "place": place,
        "channel": channel,
        "anonymous": "anonymous" in fields,
        "confidential": "confidential" in fields,
        "people": _people(fields),
        "representatives": list(_speakers(fields)),
        "consents": [purpose.value for purpose in Purpose if f"consent.{purpose}" in fields],
        "confirmed_unclassified": "confirmed_unclassified" in fields,
        "petitioner": {name: fields.get(f"petitioner.{name}") or None for name in person},
    } | {name: fields.get(name) or None for name in optional}
    try:
        return msgspec.convert(raw, AppealForm)
    except msgspec.ValidationError as error:
        raise incomplete(error) from error
