"""What auditors read: the security trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.audit.security import SecurityEntry, newest
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Forbidden
from jiesu.kit.clock import SHANGHAI

__all__ = ["AuditController", "NotAnAuditor"]


class NotAnAuditor(Forbidden):
    zh = "只有审计员可以查看。请联系审计员。"
    en = "Only auditors may read this. Ask your auditor."


class SecurityEntryView(msgspec.Struct, frozen=True):
    """One entry: `account` is whom it is about, `by` who did it to them, `detail` what else the entry holds."""

    seq: int
    at: datetime
    kind: str
    account: str | None
    by: str | None
    address: str | None
    detail: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, entry: SecurityEntry) -> SecurityEntryView:
        detail = dict(entry.data)
        account, by, address = (detail.pop(key, None) for key in ("account", "by", "address"))
        return cls(entry.seq, entry.at.astimezone(SHANGHAI), entry.kind, account, by, address, detail, entry.hash)


class SecurityPage(msgspec.Struct, frozen=True):
    """The newest first; ask again with `next_cursor` for the rest."""

    entries: list[SecurityEntryView]
    next_cursor: str | None


class AuditController(Controller):
    path = "/audit"
    tags = ("audit",)

    @get("/security", operation_id="SecurityTrail")
    async def security_trail(
        self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork], cursor: FromQuery[str] = ""
    ) -> SecurityPage:
        """Sign-ins, locks, second factors, passwords and rights (安全日志)."""
        if not staff.has(Right.AUDIT):
            raise NotAnAuditor
        page = await newest(uow, cursor=cursor)
        return SecurityPage([SecurityEntryView.of(entry) for entry in page.entries], page.next_cursor)
