"""What a listener of the live stream is told: only what the person may see, and of very much only that it was much."""

from __future__ import annotations

from dataclasses import replace

from jiesu.accounts.roles import Role
from jiesu.web.live import MOST, Change, Listener
from tests.unit.test_rights import person


def change(id_: int = 1, **more: object) -> Change:
    plain = {"lead_unit": "station", "desk_unit": "county", "accused_unit": None, "sealed_to": None, "co_units": []}
    return Change(
        id=id_, number=f"N{id_}", version=2, status="in_progress", barred_accounts=[], confidential=False,
        **({"kind": "ticket"} | plain | more),  # type: ignore[arg-type]
    )  # fmt: skip


def listener(unit: str = "station") -> Listener:
    return Listener("s", person(Role.OFFICER, unit))


def test_what_the_person_may_not_see_is_not_told():
    ear = listener()
    ear.add([change(1), change(2, lead_unit="other", desk_unit="other"), change(3, accused_unit="county")])
    ear.add([change(4, sealed_to="county")])
    assert [event["number"] for event in ear.take(ear.staff)] == ["N1"]


def test_what_was_gathered_is_asked_anew_of_the_post_as_it_is_when_told():
    ear = listener()
    ear.add([change(1)])
    assert ear.take(person(Role.OFFICER, "other")) == []


def test_another_post_has_to_look_again():
    ear = listener()
    assert ear.take(replace(ear.staff, id=2)) == [{"kind": "refresh"}]
    assert ear.take(ear.staff) == []


def test_many_changes_of_one_ticket_are_told_once_and_very_many_not_at_all():
    ear = listener()
    ear.add([change(1), change(1)])
    assert len(ear.take(ear.staff)) == 1
    ear.add(change(id_) for id_ in range(MOST + 1))
    assert ear.take(ear.staff) == [{"kind": "refresh"}]
    assert ear.take(ear.staff) == []


def test_the_post_that_has_the_ticket_is_told_so():
    assert change().told_to(person(Role.OFFICER, "station"))["mine"]
    assert not change().told_to(person(Role.UNIT_HEAD, "county"))["mine"]
