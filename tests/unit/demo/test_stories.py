"""What simulated people bring, and how fast simulated units work."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from jiesu.demo.appeals import Storyteller
from jiesu.demo.pace import DUTY, on_duty, pace_of
from jiesu.demo.passing import CIVIC, QUESTIONS
from jiesu.demo.people import person
from jiesu.demo.texts import load_texts
from jiesu.kit.calendar import load_calendar
from jiesu.kit.clock import SHANGHAI
from jiesu.petitioners.identity import checked_id_number, checked_phone
from jiesu.routing.catalogue import load_catalogue
from jiesu.tickets.divert import DivertReason
from jiesu.tickets.words import Channel, Nature
from jiesu.units.importing import read_places, read_units
from jiesu.units.organisation import Organisation

CONFIG = Path(__file__).parents[3] / "config"
WORKDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
NIGHT = datetime(2026, 11, 1, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def teller():
    catalogue = load_catalogue(CONFIG / "catalogue.toml")
    hohhot = Organisation(read_places(CONFIG / "places.csv").items, read_units(CONFIG / "units.csv").items)
    texts = load_texts(CONFIG / "demo" / "complaints.toml", catalogue.categories)
    return Storyteller(7, texts, hohhot, load_calendar(CONFIG / "calendar"))


@pytest.fixture(scope="module")
def stories(teller):
    return [teller.story(number, WORKDAY) for number in range(1500)]


def test_more_than_sixty_different_texts_are_told(stories):
    assert len({story.source for story in stories}) >= 60


def test_every_channel_and_every_nature_occurs(stories):
    assert {story.form.channel for story in stories} == set(Channel)
    assert {story.form.nature for story in stories if story.form.nature} == set(Nature)


def test_a_few_are_anonymous_and_a_few_accuse_a_unit(stories):
    shares = Counter(story.form.anonymous for story in stories), Counter(bool(s.form.accused_unit) for s in stories)
    assert 0.02 < shares[0][True] / len(stories) < 0.07
    assert 0.01 < shares[1][True] / len(stories) < 0.06


def test_nobody_comes_to_the_counter_at_night(teller):
    channels = {teller.story(number, NIGHT).form.channel for number in range(300)}
    assert channels == {Channel.WEB, Channel.PHONE, Channel.OTHER_SYSTEM}


def test_the_same_number_tells_the_same_story(teller):
    assert teller.story(5, WORKDAY).form == teller.story(5, WORKDAY).form
    assert teller.story(5, WORKDAY).form != teller.story(6, WORKDAY).form


def test_invented_people_have_numbers_that_the_form_accepts():
    people = [person(7, number, "veteran") for number in range(300)]
    phones = [checked_phone(one.phone) for one in people if one.phone]
    numbers = [checked_id_number(one.id_number) for one in people if one.id_number]
    assert len(set(phones)) == len(phones) > 250
    assert len(numbers) > 50


def test_every_pointer_names_a_reason_that_exists():
    assert {said.reason for said in CIVIC} <= set(DivertReason)
    assert all(said.reply for said in (*QUESTIONS, *CIVIC))


def test_most_units_keep_their_deadlines_and_some_are_slow():
    habits = [pace_of(7, f"unit {number}").late for number in range(466)]
    assert 0.05 < sum(late > 0.2 for late in habits) / len(habits) < 0.2
    assert sorted(habits)[len(habits) // 2] < 0.05


def test_a_duty_officer_calls_by_daylight_and_never_before_the_moment():
    random = Random(1)
    for _ in range(500):
        start = NIGHT + timedelta(minutes=random.randrange(3000))
        when = on_duty(start, timedelta(minutes=random.randrange(1, 600)))
        assert when > start
        assert DUTY[0] <= when.astimezone(SHANGHAI).time() <= DUTY[1]
