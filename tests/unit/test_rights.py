"""Who may see and do what: subtree, accused line, sealed reports, and posts."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from jiesu.accounts.roles import RIGHTS, Right, Role
from jiesu.accounts.staff import NotYours, Staff
from jiesu.errors import Missing

#: city ← county ← station; other is a second county
ABOVE = {"city": (), "county": ("city",), "station": ("county", "city"), "other": ("city",)}


@dataclass
class Case:
    lead_unit: str | None = "station"
    desk_unit: str = "county"
    accused_unit: str | None = None
    sealed_to: str | None = None
    barred_accounts: tuple[int, ...] = ()
    confidential: bool = False
    co_units: tuple[str, ...] = ()


def person(role: Role, unit: str) -> Staff:
    subtree = frozenset(code for code, above in ABOVE.items() if unit in (code, *above))
    return Staff(1, "u", "某人", role, unit, unit, subtree, frozenset({unit, *ABOVE[unit]}), account_id=1)


@pytest.mark.parametrize("unit", ["station", "county", "city"])
def test_the_lead_unit_and_those_above_see_a_ticket(unit: str):
    assert person(Role.UNIT_HEAD, unit).may_see(Case())


def test_a_unit_beside_does_not_see_it_nor_learn_that_it_exists():
    staff = person(Role.UNIT_HEAD, "other")
    assert not staff.may_see(Case())
    with pytest.raises(Missing):
        staff.require(Right.APPROVE, Case())


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR])
def test_administration_security_and_audit_see_no_petition(role: Role):
    assert RIGHTS[role] <= {Right.ADMINISTER, Right.AUDIT, Right.GUARD}
    assert not person(role, "city").may_see(Case())
    assert not person(role, "city").may_see(Case(sealed_to="city"))


def test_administration_is_the_administrators_alone_and_opens_no_ticket():
    assert [role for role in Role if Right.ADMINISTER in RIGHTS[role]] == [Role.ADMINISTRATOR]
    assert not person(Role.ADMINISTRATOR, "city").may(Right.ADMINISTER, Case())


def test_only_the_lead_unit_itself_handles():
    assert person(Role.OFFICER, "station").may(Right.HANDLE, Case())
    assert not person(Role.OFFICER, "county").may(Right.HANDLE, Case())
    with pytest.raises(NotYours):
        person(Role.OFFICER, "county").require(Right.HANDLE, Case())


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.UNIT_HEAD, Role.SUPERVISOR, Role.CALLBACK, Role.INTAKE])
def test_who_only_helps_and_who_is_above_them_reads_and_has_no_say(role: Role):
    case = Case(lead_unit="station", desk_unit="county", co_units=("other",))
    helper = person(role, "other")
    assert helper.may_see(case)
    assert [right for right in Right if helper.may(right, case)] == [Right.READ]
    assert helper.helps(case) == (role is Role.UNIT_HEAD)
    assert not helper.may_know_who(Case(desk_unit="county", co_units=("other",), confidential=True))


def test_an_officer_does_not_approve_and_a_head_above_may():
    assert not person(Role.OFFICER, "station").may(Right.APPROVE, Case())
    assert person(Role.UNIT_HEAD, "station").may(Right.APPROVE, Case())
    assert person(Role.UNIT_HEAD, "county").may(Right.APPROVE, Case())


@pytest.mark.parametrize(("unit", "sees"), [("station", False), ("county", False), ("city", True)])
def test_the_accused_unit_and_all_under_it_see_nothing(unit: str, sees: bool):
    case = Case(lead_unit=None, accused_unit="county")
    assert all(person(role, unit).may_see(case) == sees for role in (Role.OFFICER, Role.UNIT_HEAD))


@pytest.mark.parametrize("role", Role)
def test_a_sealed_report_opens_to_the_keepers_of_its_unit_alone(role: Role):
    case = Case(lead_unit="station", sealed_to="station")
    keeps = role in (Role.DISPATCHER, Role.OFFICER, Role.UNIT_HEAD)
    assert person(role, "station").may_see(case) == keeps
    assert not person(role, "city").may_see(case)
    assert not person(role, "county").may_see(case)
