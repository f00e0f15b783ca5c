"""The taxonomy and the dispatch catalogue as data."""

import shutil
from itertools import product
from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.routing.catalogue import NATURES, load_catalogue, load_categories

CONFIG = Path(__file__).parents[3] / "config"


def test_the_taxonomy_has_17_first_and_68_second_level_categories():
    categories = load_categories(CONFIG / "categories.toml")
    first = [category for category in categories.values() if category.parent is None]
    assert [category.code for category in first] == [f"{number:02}" for number in range(1, 18)]
    assert len(categories) - len(first) == 68
    assert all(category.name_zh and category.name_en for category in categories.values())


@pytest.mark.parametrize(
    ("code", "service_class"),
    [
        ("0101", "P3"),
        ("0407", "P1"),
        ("0401", "P2"),
        ("0901", "P1"),
        ("1201", "P4"),
        ("1403", "P4"),
        ("1402", "P3"),
        ("1703", "C"),
    ],
)
def test_classes_follow_the_rule_book(catalogue, code, service_class):
    assert catalogue.category(code).service_class == service_class


def test_conduct_is_sealed_and_a_petition(catalogue):
    conduct = [catalogue.category(code) for code in ("16", "1601", "1602", "1603")]
    assert all(category.sealed and category.track == "PETITION" for category in conduct)


def test_every_category_and_nature_is_handled_somewhere_in_every_place(catalogue, hohhot):
    places = ("150102001001", "150172401", "1501")
    for leaf, nature, place in product(catalogue.leaves, NATURES, places):
        handling = catalogue.handling(leaf.code, nature)
        assert hohhot.unit_for_function(handling.function, handling.tier, place), (leaf.code, nature, place)


def test_a_question_is_a_consultation_unless_the_matter_is_urgent_or_sealed(catalogue):
    assert catalogue.handling("0501", "consult").service_class == "C"
    assert catalogue.handling("0407", "consult").service_class == "P1"
    assert catalogue.handling("1601", "consult").service_class == "X"
    assert catalogue.handling("0903", "consult").service_class == "C"


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        ("catalogue.toml", '[0101]\ntier = "city"', '[0101]\ntier = "moon"', "0101.tier"),
        ("catalogue.toml", "[0101]", "[0199]", "0101"),
        ("catalogue.toml", "confident = 0.46", 'confident = "high"', "limits.confident"),
        ("catalogue.toml", "[0101]\n", "[0101]\ntone = 1\n", "0101"),
        ("catalogue.toml", "[natures.help]", "[natures.hlep]", "natures.hlep"),
        ("catalogue.toml", "[0101]\n", '[0101]\nwords.many = "甲"\n', "0101.words"),
        ("categories.toml", 'class = "P4"', 'class = "P9"', "12.class"),
        ("categories.toml", 'function = "resettlement"', 'function = "astronomy"', "0101.function"),
        ("categories.toml", "0101 = {", "0201 = {", "0201"),
    ],
)
def test_a_mistake_is_named_by_its_key(tmp_path, file, old, new, key):
    for name in ("catalogue.toml", "categories.toml"):
        shutil.copy(CONFIG / name, tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigMistake) as refused:
        load_catalogue(tmp_path / "catalogue.toml")
    assert refused.value.key == key
    assert refused.value.remedy
