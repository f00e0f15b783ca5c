"""Checking who somebody says they are, and finding the person again."""

from __future__ import annotations

import re

import phonenumbers
from sqlalchemy import select
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.crypto import KeyRing
from jiesu.petitioners.models import Petitioner, PetitionerKind

__all__ = ["BadIdNumber", "BadPhone", "checked_id_number", "checked_phone", "find_or_add"]


#: Region, date of birth, sequence, check digit.
ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")


class BadPhone(Invalid):
    zh = "电话号码不正确。请填写11位手机号，或带区号的座机号，例如 0471-1234567。"
    en = "The phone number is not valid. Give an 11-digit mobile number or a landline with its area code."


class BadIdNumber(Invalid):
    zh = "身份证号不正确（校验位不符）。请对照身份证再核对一遍；也可以不填。"
    en = "The resident ID number is not valid (check digit). Compare it with the card, or leave it out."


def checked_phone(raw: str, field: str = "petitioner.phone") -> str:
    """Digits of a Chinese number, national form. Raises BadPhone."""
    try:
        number = phonenumbers.parse(raw, "CN")
    except phonenumbers.NumberParseException as error:
        raise BadPhone(field) from error
    if number.country_code != 86 or not phonenumbers.is_valid_number(number):
        raise BadPhone(field)
    national = phonenumbers.national_significant_number(number)
    return national if len(national) == 11 and national.startswith("1") else f"0{national}"


def checked_id_number(raw: str, field: str = "petitioner.id_number") -> str:
    """Eighteen characters with a date of birth and a right check digit (GB 11643, mod 11-2). Raises BadIdNumber.

    Not `ric.validate`: it also wants the county's code to have existed in the year of birth, but numbers were first
    given out in 1984, by the codes of that day, so that it refuses nearly everybody born before.
    """
    number = ric.compact(raw.upper())
    if not ID_NUMBER.fullmatch(number):
        raise BadIdNumber(field)
    try:
        ric.get_birth_date(number)
    except ValidationError as error:
        raise BadIdNumber(field) from error
    if str(ric.calc_check_digit(number)) != number[-1]:
        raise BadIdNumber(field)
    return number


async def find_or_add(
    uow: UnitOfWork,
    keys: KeyRing,
    *,
    name: str | None,
    phone: str | None,
    id_number: str | None,
    kind: PetitionerKind | None,
) -> Petitioner:
    """The person with the same phone, name and ID number; otherwise a new row."""
    known = await _find(uow, keys, name, phone, id_number)
    if known is not None:
        return known
    person = Petitioner(
        name=name,
        phone=phone,
        phone_hash=keys.search_hash(phone) if phone else None,
        id_number=id_number,
        id_hash=keys.search_hash(id_number) if id_number else None,
        kind=kind,
        created_at=uow.now,
    )
    uow.add(person)
    await uow.settle(person)
    return person


async def _find(
    uow: UnitOfWork, keys: KeyRing, name: str | None, phone: str | None, id_number: str | None
) -> Petitioner | None:
    """Somebody who is the same in every particular given: never a guess from a shared family telephone."""
    if phone is None:
        return None
    same_phone = select(Petitioner).where(Petitioner.phone_hash.in_(keys.search_hashes(phone))).order_by(Petitioner.id)
    for person in await uow.session.scalars(same_phone):
        if person.name == name and person.id_number == id_number:
            return person
    return None
