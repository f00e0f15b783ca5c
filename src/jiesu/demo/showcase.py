"""Stories that rest where a visitor's role has something to do: one county, two of its stations, city divisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import msgspec

from jiesu.demo.appeals import Storyteller, first_sentence
from jiesu.demo.case import Case
from jiesu.demo.passing import CIVIC, QUESTIONS
from jiesu.demo.people import person
from jiesu.demo.texts import ComplaintText
from jiesu.intake.form import AppealForm
from jiesu.routing.policy import Appeal, Routing, route
from jiesu.rules import Rules
from jiesu.tickets.words import Status
from jiesu.units.organisation import Place, Unit

__all__ = ["showcase"]

#: How much office time before the end a story that rests in a status begins.
WITHIN = {
    Status.IN_PROGRESS: 1.5,
    Status.UNDER_REVIEW: 2.0,
    Status.AWAITING_SURVEY: 3.0,
    Status.REWORK: 4.0,
}
#: Late ones began so many office hours ago: some days past an ordinary limit of five working days.
LATE = 43.0
#: Too short-lived, or too grave, to be left lying.
FLEETING = frozenset({"P0", "P1", "C"})
AT_DESK = (Status.REGISTERED, Status.NEED_INFO, Status.ANSWERED, Status.DIVERTED, Status.WITHDRAWN)
IN_UNIT = (Status.DISPATCHED, *WITHIN)


@dataclass(frozen=True)
class _Scene:
    hold: Status
    unit: Unit
    place: Place
    late: bool = False


def showcase(teller: Storyteller, rules: Rules, end: datetime, most: int) -> list[tuple[datetime, Case]]:
    """At most `most` stories with the moments they begin; every status comes before any comes twice."""
    director = _Director(teller, rules, end)
    return [director.scene(number, scene) for number, scene in enumerate(_scenes(rules)) if number < most]


def _scenes(rules: Rules) -> Iterator[_Scene]:
    organisation = rules.organisation
    county = _first(rules, "centre", "county")
    town = _first(rules, "station", "township", county.code)
    village = _first(rules, "station", "village", town.code)
    place = organisation.place(village.place)
    city = [unit for unit in sorted(organisation.units.values(), key=lambda u: u.code) if unit.kind == "division"]
    units = [county, town, village, *(u for u in city if u.functions & {"benefits", "resettlement", "discipline"})]
    for hold in (*AT_DESK, *IN_UNIT):
        yield _Scene(hold, county, place)
    yield _Scene(Status.IN_PROGRESS, village, place, late=True)
    for unit in units[1:]:
        for hold in IN_UNIT:
            yield _Scene(hold, unit, place)
    for unit in (county, town):
        yield _Scene(Status.IN_PROGRESS, unit, place, late=True)
    for hold in (*AT_DESK[:2], *AT_DESK[:2]):
        yield _Scene(hold, county, place)
        yield _Scene(hold, organisation.root, organisation.place(organisation.root.place))


def _first(rules: Rules, kind: str, tier: str, under: str | None = None) -> Unit:
    found = (unit for unit in rules.organisation.units.values() if unit.kind == kind and unit.tier == tier)
    return min((u for u in found if under is None or u.parent == under), key=lambda unit: unit.code)


class _Director:
    """Finds for each scene a text that the router itself would bring there."""

    def __init__(self, teller: Storyteller, rules: Rules, end: datetime) -> None:
        self._teller, self._rules, self._end = teller, rules, end
        self._routed: dict[str, list[tuple[AppealForm, Routing]]] = {}

    def scene(self, number: int, scene: _Scene) -> tuple[datetime, Case]:
        random = Random(f"{self._teller.seed}:scene:{number}")  # noqa: S311 - a play, no secret
        when = self._begins(random, scene)
        said = {Status.ANSWERED: QUESTIONS, Status.DIVERTED: CIVIC}.get(scene.hold)
        if said is not None:
            case = self._teller.passing(random, said, scene.place, when, number)
        else:
            form = random.choice(self._forms(scene))
            who = person(self._teller.seed, number, "veteran")
            case = Case(random, msgspec.structs.replace(form, petitioner=who), form.title or form.text[:12])
        case.hold = scene.hold
        return when, case

    def _begins(self, random: Random, scene: _Scene) -> datetime:
        hours = LATE + random.uniform(0, 9) if scene.late else WITHIN.get(scene.hold)
        if hours is None:
            return self._end - timedelta(hours=random.uniform(1, 3))
        return self._rules.calendar.add_working_time(self._end, -timedelta(hours=hours))

    def _forms(self, scene: _Scene) -> list[AppealForm]:
        """What the router is sure of for a unit; for the desk, what it leaves open."""
        at_desk = scene.hold in AT_DESK
        place = scene.place.code if scene.place.level != "city" else None
        found = self._all(place, sure=not at_desk)
        if at_desk:
            return [form for form, routing in found if not (routing.confident or routing.sealed)]
        return [
            form for form, routing in found if routing.unit == scene.unit.code and routing.service_class not in FLEETING
        ]

    def _all(self, place: str | None, *, sure: bool) -> list[tuple[AppealForm, Routing]]:
        key = f"{place} {sure}"
        if key not in self._routed:
            forms = [self._form(text, place, sure=sure) for text in self._teller.texts]
            self._routed[key] = [(form, self._route(form)) for form in forms]
        return self._routed[key]

    def _form(self, text: ComplaintText, place: str | None, *, sure: bool) -> AppealForm:
        """With title and category, or without them and cut to the first sentence."""
        random = Random(f"{self._teller.seed}:{text.title}")  # noqa: S311 - a play, no secret
        name = self._rules.organisation.place(place).name if place else "本市"
        words = text.filled(random, name)
        if sure:
            return AppealForm(text=words, title=text.title, category=text.category, place=place)
        return AppealForm(text=first_sentence(words), place=place)

    def _route(self, form: AppealForm) -> Routing:
        appeal = Appeal(text=form.text, title=form.title or "", category=form.category, place=form.place)
        return route(appeal, self._rules.catalogue, self._rules.organisation)
