"""The signed-in member of staff and the one question: may this person do this to this ticket?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jiesu.accounts.roles import RIGHTS, Right, Role
from jiesu.db.scope import Viewer
from jiesu.errors import Forbidden, Missing

__all__ = ["KEEPERS", "NotYours", "Scoped", "Staff", "TicketNotFound"]

#: Whoever has one of these at the unit a ticket is sealed to may open it.
KEEPERS = frozenset({Right.HANDLE, Right.APPROVE, Right.DISPATCH})


class TicketNotFound(Missing):
    """There is none, or none that this person may know of: the answer is the same to the letter."""

    zh = "没有找到这张工单。请核对工单编号（以 HH 开头）和查询码。"
    en = "No such ticket. Check the ticket number (it begins with HH) and the query code."


class NotYours(Forbidden):
    zh = "您的岗位不能对这张工单办理这一步。请交给承办单位相应岗位的同事处理。"
    en = "Your post cannot take this step on this ticket. Leave it to the post of the unit in charge."


class Scoped(Protocol):
    """What rights are decided on: any row that says whose it is."""

    @property
    def lead_unit(self) -> str | None: ...
    @property
    def desk_unit(self) -> str: ...
    @property
    def accused_unit(self) -> str | None: ...
    @property
    def sealed_to(self) -> str | None: ...
    @property
    def barred_accounts(self) -> Sequence[int]: ...
    @property
    def confidential(self) -> bool: ...
    @property
    def co_units(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Staff:
    """One person in one post.

    `subtree` holds the codes of the post's unit and all below it; `lineage` those of the unit and all above it; `elsewhere`
    what the lineages of the person's other posts add to that.
    """

    id: int
    username: str
    name: str
    role: Role
    unit: str
    unit_name: str
    subtree: frozenset[str] = field(repr=False)
    lineage: frozenset[str] = field(repr=False)
    account_id: int
    #: Keys of the other posts that the same person holds.
    other_posts: frozenset[int] = field(default=frozenset(), repr=False)
    elsewhere: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def viewer(self) -> Viewer:
        """The same for the row policies."""
        keeps = bool(KEEPERS & RIGHTS[self.role])
        return Viewer(self.unit, self.account_id, self.has(Right.READ), keeps, self.elsewhere)

    def is_me(self, staff_id: int | None) -> bool:
        """Whether the post of that key is held by this person, be it another than the acting one."""
        return staff_id == self.id or staff_id in self.other_posts

    def has(self, right: Right) -> bool:
        """Whether the role carries the right at all."""
        return right in RIGHTS[self.role]

    def kept_from(self, ticket: Scoped) -> bool:
        """Whether the person, whatever their post, must not know of it: accused, recused, or of an accused line elsewhere."""
        if self.account_id in ticket.barred_accounts:
            return True
        return ticket.accused_unit is not None and ticket.accused_unit in self.elsewhere

    def may_see(self, ticket: Scoped) -> bool:
        """Whether the ticket exists for this person: in the subtree, not accused, not sealed away (Art. 30, 46).

        In the subtree is what a unit of it leads, dispatches or helps with.

        A sealed ticket belongs to the keepers of its one unit alone, whoever else is above or below. Whom it may accuse, who
        recused themselves, and who holds a post in an accused line do not see the ticket from any post.
        """
        if self.kept_from(ticket):
            return False
        if ticket.sealed_to is not None:
            return ticket.sealed_to == self.unit and bool(KEEPERS & RIGHTS[self.role])
        if ticket.accused_unit is not None and ticket.accused_unit in self.lineage:
            return False
        mine = self._has_charge(ticket) or not self.subtree.isdisjoint(ticket.co_units)
        return mine and self.has(Right.READ)

    def may(self, right: Right, ticket: Scoped) -> bool:
        """Whether the person may do it to this ticket now.

        Handling belongs to the lead unit itself; approval and supervision to it and its superiors; dispatch to the desk, and
        to the superiors of a lead unit.
        """
        if not (self.has(right) and self.may_see(ticket)):
            return False
        if right is Right.HANDLE:
            return ticket.lead_unit == self.unit
        if right is Right.APPROVE:
            return ticket.lead_unit in self.subtree
        return right is Right.READ or ticket.sealed_to is not None or self._has_charge(ticket)

    def _has_charge(self, ticket: Scoped) -> bool:
        """Whether a unit of the subtree leads or dispatches it; who only helps, and who is above them, has no say."""
        return ticket.lead_unit in self.subtree or ticket.desk_unit in self.subtree

    def helps(self, ticket: Scoped) -> bool:
        """Whether the person handles tickets at a co-handling unit (协办)."""
        return self.unit in ticket.co_units and self.has(Right.HANDLE) and self.may_see(ticket)

    def may_know_who(self, ticket: Scoped) -> bool:
        """Whether they may learn whose ticket it is.

        Of a confidential one that is for whoever handles it, calls back, or has yet to send it to a unit; not for superiors.
        """
        if not ticket.confidential:
            return self.may_see(ticket)
        rights = {Right.HANDLE, Right.CALL_BACK} | (
            {Right.REGISTER, Right.DISPATCH} if ticket.lead_unit is None else set()
        )
        return any(self.may(right, ticket) for right in rights)

    def see(self, ticket: Scoped) -> None:
        """Raises TicketNotFound, never Forbidden: whether a hidden ticket exists is not told."""
        if not self.may_see(ticket):
            raise TicketNotFound("number")

    def require(self, right: Right, ticket: Scoped) -> None:
        """Raises TicketNotFound when the ticket is not theirs to see, NotYours when they may see but not do it."""
        self.see(ticket)
        if not self.may(right, ticket):
            raise NotYours
