"""Keys that rotate, values that cannot be changed unnoticed, hashes that find and tell nothing."""

from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from jiesu.kit.crypto import KeyRing, UnknownKey, fingerprint, token

FIRST, SECOND = bytes(32), bytes(range(32))
RING = KeyRing.single(FIRST)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_encrypted_is_read_again(text: str):
    assert RING.decrypt(RING.encrypt(text)) == text


def test_the_same_value_never_looks_the_same():
    assert RING.encrypt("13800138000") != RING.encrypt("13800138000")


def test_a_changed_value_is_refused():
    key_id, _, body = RING.encrypt("张建国").partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(InvalidTag):
        RING.decrypt(f"{key_id}:{base64.b64encode(raw).decode()}")


def test_after_a_rotation_old_values_are_read_and_new_ones_use_the_new_key():
    rotated = KeyRing({"k1": FIRST, "k2": SECOND}, "k2")
    assert rotated.decrypt(RING.encrypt("张建国")) == "张建国"
    assert rotated.encrypt("张建国").startswith("k2:")


def test_after_a_rotation_people_are_still_found_and_links_still_open():
    rotated = KeyRing({"k1": FIRST, "k2": SECOND}, "k2")
    assert rotated.search_hash("13800138000") == RING.search_hash("13800138000")
    assert rotated.link_token("survey", 7, 1) == RING.link_token("survey", 7, 1)


def test_a_value_under_a_key_that_is_gone_says_so():
    with pytest.raises(UnknownKey):
        KeyRing({"k2": SECOND}, "k2").decrypt(RING.encrypt("张建国"))


def test_a_value_cannot_be_moved_to_another_key():
    both = KeyRing({"k1": FIRST, "k2": FIRST}, "k1")
    with pytest.raises(InvalidTag):
        both.decrypt(both.encrypt("张建国").replace("k1:", "k2:", 1))


def test_hashes_depend_on_the_key_and_tell_nothing_of_the_value():
    assert RING.search_hash("13800138000") != KeyRing.single(SECOND).search_hash("13800138000")
    assert "138" not in RING.search_hash("13800138000")[:3]


def test_survey_links_differ_by_ticket_and_round():
    links = {RING.link_token("survey", ticket, round_) for ticket in range(20) for round_ in range(3)}
    assert len(links) == 60
    assert RING.link_token("survey", 1, 12) != RING.link_token("survey", 11, 2)


def test_secrets_do_not_show_in_a_repr():
    assert "\\x00" not in repr(RING)


def test_tokens_are_unguessable_and_their_fingerprints_stable():
    assert len({token() for _ in range(100)}) == 100
    assert fingerprint("abc") == fingerprint("abc") != fingerprint("abd")
