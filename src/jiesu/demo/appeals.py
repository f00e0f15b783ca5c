"""What people bring: a text with its place, channel, category and person, weighted as in life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from random import Random

from jiesu.demo.case import Case
from jiesu.demo.passing import CIVIC, QUESTIONS, Passing
from jiesu.demo.people import person
from jiesu.demo.texts import ComplaintText
from jiesu.intake.form import AppealForm, PetitionerForm
from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import aware_utc
from jiesu.tickets.words import Channel, Nature
from jiesu.units.organisation import Organisation, Place

__all__ = ["HALVES", "Storyteller", "first_sentence"]

CHANNELS = {
    "web": Channel.WEB,
    "phone": Channel.PHONE,
    "visit": Channel.VISIT,
    "letter": Channel.LETTER,
    "reception": Channel.LEADER_RECEPTION,
    "system": Channel.OTHER_SYSTEM,
}
#: Channels that need somebody at the counter.
COUNTER = frozenset({Channel.VISIT, Channel.LETTER, Channel.LEADER_RECEPTION})
#: How many people live where, roughly: by kind of place.
PEOPLE = {"居委会": 6.0, "村委会": 1.0, "街道": 20.0, "镇": 8.0, "乡": 4.0}
QUESTION, CIVIC_MATTER, SHORT = 0.06, 0.07, 0.16
#: How many are told by somebody who told an earlier one.
COMES_AGAIN = 0.2
#: Stories never touch each other, so that every second one may be played by another process.
HALVES = 2


@dataclass(frozen=True)
class Storyteller:
    """Makes stories. The same `number` makes the same story for a seed, whatever the moment, but for its channel."""

    seed: int
    texts: Sequence[ComplaintText]
    organisation: Organisation
    calendar: WorkingCalendar

    @cached_property
    def places(self) -> tuple[tuple[Place, ...], list[float]]:
        """Places below the counties with their weights."""
        known = tuple(place for place in self.organisation.places.values() if place.kind in PEOPLE)
        return known, [PEOPLE[place.kind] for place in known]

    def story(self, number: int, when: datetime) -> Case:
        """The story of a moment."""
        random = Random(f"{self.seed}:story:{number}")  # noqa: S311 - a play, no secret
        places, weights = self.places
        place = random.choices(places, weights)[0]
        earlier = number - HALVES * random.randrange(1, 60)
        teller = earlier if random.random() < COMES_AGAIN and earlier >= 0 else number
        lot = random.random()
        if lot < QUESTION + CIVIC_MATTER:
            return self.passing(random, QUESTIONS if lot < QUESTION else CIVIC, place, when, teller)
        text = random.choice(self.texts)
        return self.complaint(random, text, place, when, teller)

    def passing(self, random: Random, kind: Sequence[Passing], place: Place, when: datetime, teller: int) -> Case:
        """A question or a civic matter, told by the person with the number `teller`."""
        said = random.choice(kind)
        channel = self._channel(random, ("web", "phone", "phone", "visit", "system"), when)
        who = person(self.seed, teller, "veteran")
        nature = Nature.CONSULT if kind is QUESTIONS else None
        form = AppealForm(text=said.text, channel=channel, place=place.code, petitioner=who, nature=nature)
        return Case(random, form, said.text[:12], passing=said)

    def complaint(self, random: Random, text: ComplaintText, place: Place, when: datetime, teller: int) -> Case:
        """A complaint from `complaints.toml`, of which some people say no more than the first sentence."""
        words = text.filled(random, place.name)
        short = random.random() < SHORT
        anonymous = random.random() < (0.3 if text.nature == "report" else 0.03)
        chosen = random.random() < (0.15 if short else 0.5)
        form = AppealForm(
            text=first_sentence(words) if short else words,
            title=text.title if random.random() < 0.6 else None,
            category=text.category if chosen else None,
            nature=Nature(text.nature) if random.random() < 0.6 else None,
            channel=self._channel(random, text.channels, when),
            place=place.code if random.random() < 0.93 else None,
            petitioner=PetitionerForm() if anonymous else person(self.seed, teller, text.petitioner),
            anonymous=anonymous,
            confidential=not anonymous and random.random() < 0.03,
            accused_unit=self._accused(random, text, place),
        )
        return Case(random, form, text.title)

    def _channel(self, random: Random, names: Sequence[str], when: datetime) -> Channel:
        channel = CHANNELS[random.choice(names)]
        if random.random() < 0.06:
            channel = Channel.OTHER_SYSTEM
        closed = not self.calendar.is_office_time(aware_utc(when))
        return Channel.WEB if closed and channel in COUNTER else channel

    def _accused(self, random: Random, text: ComplaintText, place: Place) -> str | None:
        """Conduct is usually somebody's: the station people go to; now and then a complaint names its county."""
        lot = random.random()
        if text.category.startswith("16") and lot < 0.5:
            return self.organisation.centre_for(place.code, "township").code
        if text.nature == "complaint" and lot < 0.02:
            return self.organisation.centre_for(place.code, "county").code
        return None


def first_sentence(words: str) -> str:
    """What is left when somebody says no more than that."""
    return f"{words.split('。')[0][:120]}。"
