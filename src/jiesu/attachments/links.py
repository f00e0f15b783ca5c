"""Links that open one file for a few minutes, to whoever holds them: no cookie is asked for or sent there."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidTag

from jiesu.attachments.models import Attachment, Scan
from jiesu.attachments.refusals import FileNotFound, StillScanning
from jiesu.db.uow import UnitOfWork
from jiesu.kit.crypto import KeyRing, UnknownKey

__all__ = ["file_link", "linked_file", "servable"]

LIFE = timedelta(minutes=5)


class _Link(msgspec.Struct, frozen=True):
    attachment: int
    until: datetime


def file_link(keys: KeyRing, attachment_id: int, now: datetime) -> str:
    """The path of a file from now on; nobody can read, guess or prolong it."""
    sealed = keys.encrypt(msgspec.json.encode(_Link(attachment_id, now + LIFE)).decode())
    return f"/files/{base64.urlsafe_b64encode(sealed.encode()).decode().rstrip('=')}"


async def linked_file(uow: UnitOfWork, keys: KeyRing, token: str) -> Attachment:
    """The file behind a link. Raises FileNotFound, also for an old link, and StillScanning."""
    link = _opened(keys, token)
    if link is None or link.until <= uow.now:
        raise FileNotFound("link")
    return servable(await uow.session.get(Attachment, link.attachment))


def servable(row: Attachment | None) -> Attachment:
    """The file, when there is one that may be handed out. Raises FileNotFound, StillScanning."""
    if row is None or row.scan is Scan.INFECTED:
        raise FileNotFound("link")
    if row.scan is Scan.WAITING:
        raise StillScanning("link")
    return row


def _opened(keys: KeyRing, token: str) -> _Link | None:
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        return msgspec.json.decode(keys.decrypt(sealed), type=_Link)
    except (ValueError, InvalidTag, UnknownKey, msgspec.MsgspecError):
        return None
