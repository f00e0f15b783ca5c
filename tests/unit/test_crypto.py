"""Keys that rotate, values that cannot be changed unnoticed, hashes that find and tell nothing."""

from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from jiesu.kit.ciphers import derive
from jiesu.kit.crypto import KeyRing, UnknownKey, fingerprint, looks_sealed, token

FIRST, SECOND = bytes(32), bytes(range(32))
RING = KeyRing.single(FIRST)
SM4_RING = KeyRing.single(FIRST, algorithm="sm4-gcm")


def ring(current: str) -> KeyRing:
    return KeyRing({"k1": FIRST, "k2": SECOND}, current, current, RING.links)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_encrypted_is_read_again(text: str):
    assert RING.decrypt(RING.encrypt(text)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_values_say_how_they_were_encrypted_so_both_ciphers_are_read_at_once(text: str):
    assert RING.decrypt(SM4_RING.encrypt(text)) == SM4_RING.decrypt(RING.encrypt(text)) == text


def test_a_value_cannot_be_moved_to_another_cipher():
    with pytest.raises(InvalidTag):
        RING.decrypt(RING.encrypt("张建国").replace(":aes:", ":sm4:", 1))


def test_values_from_before_ciphers_had_names_are_still_read():
    nonce, plain = bytes(12), "张建国".encode()
    body = base64.b64encode(nonce + AESGCM(derive(FIRST, "column")).encrypt(nonce, plain, b"k1")).decode()
    assert RING.decrypt(f"k1:{body}") == "张建国"


@pytest.mark.parametrize("text", ["已核实", "k1:已核实", "k1:aes:aGFsbG8=", "call: k1", ""])
def test_a_text_is_told_from_an_encrypted_value(text: str):
    assert not looks_sealed(text)
    assert looks_sealed(RING.encrypt(text))
    assert looks_sealed(SM4_RING.encrypt(text))


def test_the_same_value_never_looks_the_same():
    assert RING.encrypt("13800138000") != RING.encrypt("13800138000")


@pytest.mark.parametrize("keys", [RING, SM4_RING], ids=["aes", "sm4"])
def test_a_changed_value_is_refused(keys: KeyRing):
    mark, _, body = keys.encrypt("张建国").rpartition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(InvalidTag):
        keys.decrypt(f"{mark}:{base64.b64encode(raw).decode()}")


def test_after_a_rotation_old_values_are_read_and_new_ones_use_the_new_key():
    rotated = ring("k2")
    assert rotated.decrypt(RING.encrypt("张建国")) == "张建国"
    assert rotated.encrypt("张建国").startswith("k2:")


def test_after_a_rotation_people_are_still_found_and_links_still_open():
    rotated = ring("k2")
    assert rotated.search_hash("13800138000") != RING.search_hash("13800138000")
    assert {rotated.search_hash("13800138000"), RING.search_hash("13800138000")} == {
        *rotated.search_hashes("13800138000")
    }
    assert rotated.code_hash("ABCD3467") == RING.code_hash("ABCD3467")
    assert rotated.link_token("survey", 7, 1) == RING.link_token("survey", 7, 1)


def test_a_value_under_a_key_that_is_gone_says_so():
    with pytest.raises(UnknownKey):
        KeyRing.single(SECOND, "k2").decrypt(RING.encrypt("张建国"))


def test_a_value_cannot_be_moved_to_another_key():
    both = KeyRing({"k1": FIRST, "k2": FIRST}, "k1", "k1", RING.links)
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
