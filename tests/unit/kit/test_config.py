"""A mistake in a configuration file names its file, key, value and remedy."""

import msgspec
import pytest

from jiesu.kit.config import ConfigMistake, convert, read_toml


class Post(msgspec.Struct, forbid_unknown_fields=True):
    phones: list[int]


class Office(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    post: Post


def test_what_is_written_is_read(tmp_path):
    (tmp_path / "office.toml").write_text('name = "呼和浩特"\n[post]\nphones = [1]\n', encoding="utf-8")
    office = convert(read_toml(tmp_path / "office.toml"), Office, "office.toml")
    assert office == Office("呼和浩特", Post([1]))


def test_a_wrong_value_deep_inside_is_pointed_at():
    with pytest.raises(ConfigMistake) as caught:
        convert({"name": "a", "post": {"phones": [1, "two"]}}, Office, "office.toml", "offices.north")
    mistake = caught.value
    assert (mistake.file, mistake.key, mistake.value) == ("office.toml", "offices.north.post.phones[1]", "two")
    assert str(mistake) == "office.toml: offices.north.post.phones[1] is 'two': Expected `int`, got `str`."


def test_an_unknown_key_is_a_mistake_not_a_silence():
    with pytest.raises(ConfigMistake, match="unknown field `fax`"):
        convert({"name": "a", "post": {"phones": [], "fax": 1}}, Office, "office.toml")


@pytest.mark.parametrize(
    ("content", "remedy"),
    [(b"name = ", "not valid TOML"), (b"name = '\xff'", "save the file as UTF-8"), (None, "cannot be read")],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, content, remedy):
    path = tmp_path / "office.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigMistake, match=remedy) as caught:
        read_toml(path)
    assert caught.value.file == str(path)
