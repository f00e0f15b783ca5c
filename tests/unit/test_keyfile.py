"""The key ring file: what it must say, and who may read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.kit.crypto import KeyRing
from jiesu.kit.keyfile import KeyFile, read_key_file, write_key_file

SECRET = "5e" * 32


def test_the_first_file_says_what_the_single_secret_meant():
    single, ring = KeyRing.single(bytes.fromhex(SECRET)), KeyFile.first(SECRET).ring("aes-256-gcm")
    assert ring.decrypt(single.encrypt("张建国")) == "张建国"
    assert ring.search_hash("13800138000") == single.search_hash("13800138000")
    assert ring.code_hash("ABCD3467") == single.code_hash("ABCD3467")
    assert ring.link_token("survey", 1, 1) == single.link_token("survey", 1, 1)


def test_a_new_key_reads_but_does_not_write_until_it_is_used():
    grown = KeyFile.first(SECRET).with_new_key()
    assert ([*grown.keys], grown.current, grown.search) == (["k1", "k2"], "k1", "k1")
    used = grown.using("k2")
    assert (used.current, used.search, used.links) == ("k2", "k2", KeyFile.first(SECRET).links)
    assert [*used.without("k1").with_new_key().keys] == ["k2", "k3"]


def test_the_file_is_its_owners_alone_and_is_read_as_it_was_written(tmp_path: Path):
    path, file = tmp_path / "ring.json", KeyFile.first(SECRET).with_new_key()
    write_key_file(path, file)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key_file(path) == file
    assert SECRET not in repr(file)


TWO = f'"keys": {{"k1": "{SECRET}", "k2": "{"6f" * 32}"}}'


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("{", "key_ring"),
        (f'{{"current": "k3", {TWO}}}', "current"),
        (f'{{"current": "k2", {TWO}}}', "search"),
        (f'{{"current": "k2", "search": "k1", {TWO}}}', "links"),
        (f'{{"current": "k2", "search": "k9", {TWO}}}', "search"),
        ('{"current": "k1", "keys": {"k1": "short"}}', "keys"),
    ],
)
def test_a_file_that_leaves_open_which_key_does_what_is_refused(tmp_path: Path, content: str, key: str):
    path = tmp_path / "ring.json"
    path.write_text(content)
    with pytest.raises(ConfigMistake) as mistake:
        read_key_file(path)
    assert mistake.value.key.startswith(key)
