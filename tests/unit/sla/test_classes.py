"""The service classes as the rule book tables them, and what a wrong clocks.toml is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.sla.classes import FINAL, ClockKind, Limit, clocks_from, load_clocks
from jiesu.tickets.tries import Tries

CLOCKS = Path(__file__).parents[3] / "config" / "clocks.toml"
DAY = Limit(24, "hours")
NEWS = Limit(3, "working_days")
MONTH = Limit(30, "natural_days")
TABLE = {
    "P0": {"sign": Limit(10, "minutes"), "first_contact": Limit(30, "minutes"), "resolve": Limit(2, "hours")},
    "P1": {"sign": Limit(1, "hours"), "first_contact": Limit(2, "hours"), "resolve": DAY},
    "P2": {
        "sign": Limit(4, "working_hours"),
        "first_contact": DAY,
        "resolve": Limit(5, "working_days"),
        "inform": NEWS,
    },
    "P3": {
        "sign": Limit(4, "working_hours"),
        "first_contact": DAY,
        "resolve": Limit(10, "working_days"),
        "inform": NEWS,
    },
    "P4": {
        "sign": Limit(1, "working_days"),
        "first_contact": DAY,
        "plan": Limit(15, "natural_days"),
        "plan_review": MONTH,
        "inform": Limit(10, "working_days"),
    },
    "C": {"resolve": Limit(1, "working_days")},
    "X": {
        "first_contact": DAY,
        "notice": Limit(15, "natural_days"),
        "opinion": Limit(60, "natural_days"),
        "recheck": MONTH,
        "review": MONTH,
        "inform": Limit(10, "working_days"),
    },
}


@pytest.mark.parametrize("code", TABLE)
def test_a_class_has_exactly_the_limits_of_the_rule_book(policy, code):
    assert dict(policy.classes[code].limits) == TABLE[code]


@pytest.mark.parametrize(
    ("code", "petitioner", "unit"),
    [
        ("P2", ("first_contact", "resolve"), ("sign", "first_contact", "resolve", "inform")),
        ("P4", ("first_contact", "plan"), ("sign", "first_contact", "plan", "plan_review", "inform")),
        ("C", ("resolve",), ("resolve",)),
        ("X", ("first_contact", "notice", "opinion", "recheck", "review"), ("first_contact", "opinion", "inform")),
    ],
)
def test_each_clock_keeps_its_own_targets(policy, code, petitioner, unit):
    service_class = policy.classes[code]
    assert service_class.targets(ClockKind.PETITIONER) == petitioner
    assert service_class.targets(ClockKind.UNIT) == unit
    assert service_class.final in FINAL


@pytest.mark.parametrize(
    ("code", "most"),
    [("P0", Limit(2, "hours")), ("P2", Limit(5, "working_days")), ("P4", Limit(15, "natural_days")), ("X", MONTH)],
)
def test_an_extension_adds_at_most_the_original_limit_or_what_the_law_allows(policy, code, most):
    assert policy.classes[code].extension == most


def test_the_survey_and_the_ladder_are_read_as_written(policy):
    assert (policy.survey.attempts, policy.survey.over_days, policy.survey.link_days) == (3, 2, 7)
    assert policy.tries == Tries(3, timedelta(minutes=10))
    names = ["L1-50%", "L1-80%", "L1-50%-vulnerable", "L1-48h", "L1-24h", "L2", "L3", "L4"]
    assert [rung.name for rung in policy.ladder] == names
    assert policy.terms.urgent == {"P0", "P1"}
    assert policy.terms.acknowledge_within("P0") == Limit(30, "minutes")
    assert policy.terms.acknowledge_within("P2") == Limit(4, "working_hours")
    assert [(rule.what, rule.at, rule.level) for rule in policy.counts] == [
        ("rework", 3, 4),
        ("dissatisfied", 2, 3),
        ("units_passed", 3, 4),
    ]


def test_an_edition_from_before_counts_calls_however_soon_they_followed(policy):
    document = {key: value for key, value in policy.document.items() if key != "contact_apart"}
    assert clocks_from(document, CLOCKS).tries == Tries(3)


@pytest.mark.parametrize(
    ("written", "instead", "key", "remedy"),
    [
        ('resolve = "5 working days"', 'resolve = "5 weeks"', "classes.P2.limits.resolve", "write a number and one of"),
        ('resolve = "5 working days"', 'resolve = "0 working days"', "classes.P2.limits.resolve", "write a number"),
        ('opinion = "60 natural days"', 'opinion = "61 natural days"', "classes.X.limits.opinion", "the law allows"),
        ('notice = "15 natural days"', 'notice = "20 working days"', "classes.X.limits.notice", "the law allows"),
        (
            'extension = "30 natural days"',
            'extension = "31 natural days"',
            "classes.X.extension",
            "at most 30 natural days",
        ),
        ('extension = "30 natural days"', 'extension = "2 hours"', "classes.X.extension", "at most 30 natural days"),
        (
            'name_en = "ordinary"',
            'name_en = "x"\nextension = "6 working days"',
            "classes.P2.extension",
            "at most 5 working",
        ),
        ('recheck = "30 natural days"', 'recheck = "31 natural days"', "classes.X.limits.recheck", "the law allows"),
        ('plan = "15 natural days"\n', "", "classes.P4.limits", "exactly one of resolve, plan and opinion"),
        ("[classes.C]", "[classes.D]", "classes.C", "add the class"),
        ('name_en = "ordinary"', "name_en = 2", "classes.P2.name_en", "Expected `str`"),
        ("contact_attempts = 3", "contact_attempts = 0", "contact_attempts", "use at least 1"),
        ('"10 minutes"    # each', '"15 minutes"    # each', "contact_apart", "do not fit into the shortest limit"),
        ('"10 minutes"    # each', '"1 working hour"  # each', "contact_apart", "write minutes or hours"),
        ("\nattempts = 3", "\nattempts = 0", "survey.attempts", "use at least 1"),
        ("link_days = 7", "link_weeks = 1", "survey", "unknown field `link_weeks`"),
        ('after = "80 %"', 'after = "120 %"', "ladder.rung[1].after", "write it like one of"),
        ('after = "due"', 'after = "2 hours before"', "ladder.rung[5].kind", "is a warning"),
        ('name = "L3"', 'name = "L2"', "ladder.rung[6].name", "its own name"),
        ("level = 4\nafter", "level = 2\nafter", "ladder.rung[7].level", "lowest level first"),
        ('to = "root"', 'to = "mayor"', "ladder.rung[7].to", "Invalid enum value"),
        ('urgent = ["P0", "P1"]', 'urgent = ["P9"]', "ladder.terms.urgent", "use classes of the file"),
        (
            'acknowledge = "4 working hours"',
            'acknowledge = "soon"',
            "ladder.terms.acknowledge",
            "write a number and one of",
        ),
        ("age = 75", "age = 0", "ladder.terms.vulnerable.age", "give an age in years"),
        ("rework = { at = 3, level = 4 }", "rework = { at = 3, level = 9 }", "ladder.counts.rework.level", "level of"),
    ],
)
def test_a_mistake_names_key_and_remedy(tmp_path, written, instead, key, remedy):
    text = CLOCKS.read_text(encoding="utf-8")
    assert written in text
    path = tmp_path / "clocks.toml"
    path.write_text(text.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(ConfigMistake) as caught:
        load_clocks(path)
    assert caught.value.key == key
    assert remedy in caught.value.remedy
