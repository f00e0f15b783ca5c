"""What a petitioner sends in, and the checks that name the field and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from jiesu.errors import Invalid
from jiesu.petitioners.identity import checked_id_number, checked_phone
from jiesu.petitioners.models import PetitionerKind
from jiesu.petitioners.notices import Purpose
from jiesu.petitioners.representatives import MOST_REPRESENTATIVES
from jiesu.rules import Rules
from jiesu.tickets.guard import cleaned
from jiesu.tickets.words import Channel, Nature, Track

__all__ = ["LONGEST_TEXT", "SHORTEST_TEXT", "AppealForm", "PetitionerForm", "checked"]

SHORTEST_TEXT, LONGEST_TEXT = 5, 5000
LONGEST_TITLE, LONGEST_NAME = 100, 50
FEWEST_PEOPLE, MOST_PEOPLE = 2, 100_000


class TextLength(Invalid):
    zh = "请写 {shortest} 到 {longest} 个字，现在是 {length} 个字。"
    en = "Write between {shortest} and {longest} characters; these are {length}."


class UnknownPlace(Invalid):
    zh = "没有代码为“{place}”的地点。请从地点列表中选择，或留空由受理员确定。"
    en = "There is no place with the code “{place}”. Choose one from the list, or leave it out."


class UnknownCategory(Invalid):
    zh = "没有代码为“{category}”的类别。请从类别列表中选择，或留空由系统判断。"
    en = "There is no category with the code “{category}”. Choose one from the list, or leave it out."


class UnknownAccused(Invalid):
    zh = "没有代码为“{unit}”的单位。请从单位列表中选择，或在正文里写明。"
    en = "There is no unit with the code “{unit}”. Choose one from the list, or name it in the text."


class TooManyRepresentatives(Invalid):
    zh = "代表最多 {most} 人（《信访工作条例》第二十条），现在是 {count} 人。请推选代表，其他人不用填。"
    en = "At most {most} representatives speak for a group (Art. 20 of the Regulations on Petitioning); there are {count}."


class PeopleWrong(Invalid):
    zh = "请填写一起反映的人数，{fewest} 到 {most} 之间，连代表在内。"
    en = "Say how many people it is of, representatives included: from {fewest} to {most}."


class ConsentMissing(Invalid):
    zh = "填写这一项需要您单独同意。请在下面打勾，或把这一项清空。"
    en = "This field wants your separate consent. Tick the box below it, or leave the field empty."


class PetitionerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything here is optional: the least is collected."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    kind: PetitionerKind | None = None


class RepresentativeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One who speaks for the others."""

    name: str
    phone: str | None = None


class AppealForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An appeal as filed; `place`, `category` and `accused_unit` are codes."""

    text: Annotated[str, Meta(description="5 to 5,000 characters")]
    title: str | None = None
    category: str | None = None
    nature: Nature | None = None
    channel: Channel = Channel.WEB
    place: str | None = None
    petitioner: PetitionerForm = PetitionerForm()
    people: Annotated[int | None, Meta(description="of a collective appeal: how many people, 2 to 100,000")] = None
    representatives: Annotated[
        list[RepresentativeForm], Meta(description="who speaks for them: at most five (信访工作条例 Art. 20)")
    ] = []
    anonymous: bool = False
    confidential: bool = False
    accused_unit: str | None = None
    accused_officer: Annotated[str | None, Meta(description="name of the officer complained about")] = None
    track: Annotated[Track | None, Meta(description="PETITION: on the statutory track (信访), whatever the text")] = (
        None
    )
    confirmed_unclassified: Annotated[
        bool, Meta(description="a text that looks classified (422 LooksClassified) is sent to review all the same")
    ] = False
    consents: Annotated[
        list[Purpose] | None,
        Meta(
            description="optional fields whose use was agreed to, in the words of config/notices.toml; null: taken elsewhere"
        ),
    ] = None

    def optional_fields(self) -> list[Purpose]:
        """The fields that were filled in although nobody needs them."""
        return [purpose for purpose in Purpose if getattr(self.petitioner, purpose.value)]


def checked(form: AppealForm, rules: Rules) -> AppealForm:
    """The form with clean texts and national phone numbers, empty fields as None.

    Raises a subclass of Invalid naming the first field at fault.
    """
    text = _text(form.text, "text", SHORTEST_TEXT, LONGEST_TEXT)
    title = _optional(form.title, "title", LONGEST_TITLE)
    person = form.petitioner
    made = msgspec.structs.replace(
        form,
        text=text,
        title=title,
        category=_category(form.category or None, rules),
        place=_place(form.place or None, rules),
        accused_unit=_accused(form.accused_unit or None, rules),
        accused_officer=_optional(form.accused_officer, "accused_officer", LONGEST_NAME),
        petitioner=PetitionerForm() if form.anonymous else _person(person),
        people=_people(form),
        representatives=[] if form.anonymous else [*_representatives(form.representatives)],
    )
    for purpose in made.optional_fields():
        if form.consents is not None and purpose not in form.consents:
            raise ConsentMissing(f"petitioner.{purpose}")
    return made


def _people(form: AppealForm) -> int | None:
    if len(form.representatives) > MOST_REPRESENTATIVES:
        raise TooManyRepresentatives("representatives", most=MOST_REPRESENTATIVES, count=len(form.representatives))
    people = form.people
    if people is None and not form.representatives:
        return None
    if people is None or not max(FEWEST_PEOPLE, len(form.representatives)) <= people <= MOST_PEOPLE:
        raise PeopleWrong("people", fewest=max(FEWEST_PEOPLE, len(form.representatives)), most=MOST_PEOPLE)
    return people


def _representatives(given: list[RepresentativeForm]) -> Iterator[RepresentativeForm]:
    for place, one in enumerate(given):
        name = _text(one.name, f"representatives.{place}.name", 1, LONGEST_NAME)
        phone = (one.phone or "").strip()
        checked_ = checked_phone(phone, f"representatives.{place}.phone") if phone else None
        yield RepresentativeForm(name, checked_)


def _person(person: PetitionerForm) -> PetitionerForm:
    name = _optional(person.name, "petitioner.name", LONGEST_NAME)
    phone = (person.phone or "").strip()
    id_number = (person.id_number or "").strip()
    return PetitionerForm(
        name=name,
        phone=checked_phone(phone) if phone else None,
        id_number=checked_id_number(id_number) if id_number else None,
        kind=person.kind,
    )


def _text(raw: str, field: str, shortest: int, longest: int) -> str:
    text = cleaned(raw, field)
    if not shortest <= len(text) <= longest:
        raise TextLength(field, shortest=shortest, longest=longest, length=len(text))
    return text


def _optional(raw: str | None, field: str, longest: int) -> str | None:
    return _text(raw, field, 1, longest) if raw and raw.strip() else None


def _place(code: str | None, rules: Rules) -> str | None:
    if code is not None and rules.organisation.find_place(code) is None:
        raise UnknownPlace("place", place=code[:40])
    return code


def _category(code: str | None, rules: Rules) -> str | None:
    if code is not None and rules.catalogue.category(code) is None:
        raise UnknownCategory("category", category=code[:40])
    return code


def _accused(code: str | None, rules: Rules) -> str | None:
    if code is not None and rules.organisation.find_unit(code) is None:
        raise UnknownAccused("accused_unit", unit=code[:40])
    return code
