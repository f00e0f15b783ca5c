"""What auditors read: the security trail, both trails by filters, their export, and who was pressed about an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.audit.security import SecurityEntry, newest
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.audit_export import export, note_export
from jiesu.desk.auditing import AuditPage, Filters, PressedPage, auditor_only, lines, pressed
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.sessions import client_address

__all__ = ["AuditController", "csv_of"]

Text = Annotated[str, msgspec.Meta(max_length=64)]


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


class ExportWanted(msgspec.Struct, forbid_unknown_fields=True):
    """As the filters of `GET /audit/entries`; all are optional."""

    since: Text = ""
    until: Text = ""
    kind: Text = ""
    account: Text = ""
    number: Text = ""


async def csv_of(
    request: Request[Any, Any, Any],
    state: State,
    uow: UnitOfWork,
    rules: Rules,
    staff: Staff,
    filters: Filters,
    locale: Locale,
) -> Stream:
    """The export as an answer. It is on record, and committed, before its first line goes out."""
    await note_export(uow, staff, filters, client_address(request))
    async with uow.scoped(Scope.SYSTEM):
        await lines(
            uow.session, rules, staff, filters, locale, size=1
        )  # a wrong day is refused before anything is sent
    name = f"audit-{uow.now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    rows = export(state.kernel.db, rules, staff, filters, uow.now, locale)
    return Stream(rows, media_type="text/csv", headers=headers, status_code=HTTP_200_OK)


class AuditController(Controller):
    path = "/audit"
    tags = ("audit",)

    @get("/security", operation_id="SecurityTrail")
    async def security_trail(
        self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork], cursor: FromQuery[str] = ""
    ) -> SecurityPage:
        """Sign-ins, locks, second factors, passwords and rights (安全日志)."""
        auditor_only(staff)
        page = await newest(uow, cursor=cursor)
        return SecurityPage([SecurityEntryView.of(entry) for entry in page.entries], page.next_cursor)

    @get("/entries", operation_id="AuditEntries")
    async def entries(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        since: FromQuery[str] = "",
        until: FromQuery[str] = "",
        kind: FromQuery[str] = "",
        account: FromQuery[str] = "",
        number: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> AuditPage:
        """Both trails, by days, kind, account and ticket (审计日志). No petition content, and no petitioner by name."""
        filters = Filters(since, until, kind, account, number)
        async with uow.scoped(Scope.SYSTEM):
            return await lines(uow.session, rules, staff, filters, locale, cursor=cursor)

    @post("/export", operation_id="ExportTrail", media_type="text/csv", status_code=HTTP_200_OK)
    async def export(
        self,
        data: JSONBody[ExportWanted],
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        state: State,
    ) -> Stream:
        """The same as CSV, each line marked with who took it and when (导出). The export is an entry of the trail itself."""
        filters = Filters(**msgspec.structs.asdict(data))
        return await csv_of(request, state, uow, rules, staff, filters, locale)

    @get("/pressed", operation_id="PressedAnswers")
    async def pressed(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str] = "",
    ) -> PressedPage:
        """Petitioners who said that somebody pressed them about their answer (评价受到施压)."""
        async with uow.scoped(Scope.SYSTEM):
            return await pressed(uow.session, rules, staff, locale, cursor=cursor)
