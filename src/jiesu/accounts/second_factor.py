"""The second factor: time-based codes (RFC 6238) from a telephone, and recovery codes for when it is lost."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime
from typing import NamedTuple

import pyotp

from jiesu.accounts.events import RecoveryCodeUsed, SecondFactorEnrolled
from jiesu.accounts.models import Account
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.kit.crypto import KeyRing
from jiesu.kit.numbers import ALPHABET

__all__ = ["Enrolment", "NotForDemo", "SecondFactorThere", "WrongCode", "begin", "code_is_good", "confirm", "forget"]

STEP = 30
RECOVERY_CODES, RECOVERY_LENGTH = 10, 12
ISSUER = "接诉 Jiesu"


class SecondFactorThere(Conflict):
    zh = "动态码已经启用。换手机或丢了手机，请联系管理员重置。"
    en = "The second factor is set up already. For a new or lost telephone ask your administrator to reset it."


class NotForDemo(Conflict):
    zh = "演示账号人人都能登录，不设动态码。请用管理员新建的账号试用。"
    en = "Demo accounts are everybody's and have no second factor. Try it with an account that an administrator added."


class WrongCode(Invalid):
    zh = "动态码不正确或已经过期。请输入手机上现在显示的六位数字；手机的时间要准。"
    en = "The code is wrong or over. Enter the six digits that your telephone shows now; its clock must be right."


class Enrolment(NamedTuple):
    """What the telephone needs: the secret in Base32, and the same as an address for a QR code."""

    secret: str
    uri: str


def begin(account: Account) -> Enrolment:
    """Give the account a secret; it counts only once `confirm` has seen a code of it.

    May be repeated until then: the same secret. Raises SecondFactorThere, NotForDemo.
    """
    if account.demo:
        raise NotForDemo
    if account.second_factor_at is not None:
        raise SecondFactorThere
    account.totp_secret = account.totp_secret or pyotp.random_base32()
    uri = pyotp.TOTP(account.totp_secret).provisioning_uri(name=account.username, issuer_name=ISSUER)
    return Enrolment(account.totp_secret, uri)


async def confirm(uow: UnitOfWork, keys: KeyRing, account: Account, code: str) -> list[str]:
    """Switch the second factor on; returns the recovery codes, which are shown this once.

    All other sessions end. Raises SecondFactorThere, NotForDemo, WrongCode.
    """
    begin(account)
    if not _take_step(account, _digits(code), uow.now):
        raise WrongCode("otp")
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    account.recovery_codes = [_hash(keys, account, code) for code in codes]
    account.second_factor_at = uow.now
    account.generation += 1
    await uow.record(SecondFactorEnrolled(account=account.username))
    return ["-".join(code[i : i + 4] for i in range(0, RECOVERY_LENGTH, 4)) for code in codes]


async def code_is_good(uow: UnitOfWork, keys: KeyRing, account: Account, code: str) -> bool:
    """Whether it is a code of now, or a recovery code; either is good once. The caller holds the account's lock."""
    if account.second_factor_at is None:
        return True
    given = _digits(code)
    if _take_step(account, given, uow.now):
        return True
    hashed = _hash(keys, account, given)
    if hashed not in account.recovery_codes:
        return False
    account.recovery_codes = [kept for kept in account.recovery_codes if kept != hashed]
    await uow.record(RecoveryCodeUsed(account=account.username, left=len(account.recovery_codes)))
    return True


def forget(account: Account) -> None:
    """As if there had never been one; sessions end."""
    account.totp_secret = account.second_factor_at = account.totp_step = None
    account.recovery_codes = []
    account.generation += 1


def _take_step(account: Account, code: str, now: datetime) -> bool:
    """Accept a code of this step or a neighbour, later than any accepted before; all are compared, in constant time."""
    if account.totp_secret is None:
        return False
    totp = pyotp.TOTP(account.totp_secret, interval=STEP)
    current = int(now.timestamp()) // STEP
    steps = range(current - 1, current + 2)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    fresh = [step for step in found if account.totp_step is None or step > account.totp_step]
    if fresh:
        account.totp_step = fresh[0]
    return bool(fresh)


def _digits(code: str) -> str:
    """As it was meant, however it was typed."""
    return re.sub(r"[\s-]", "", code).upper()


def _hash(keys: KeyRing, account: Account, code: str) -> str:
    return keys.code_hash(f"recovery:{account.id}:{code}")
