"""Who acts: the demo staff, found by post."""

from __future__ import annotations

from collections.abc import Mapping

from jiesu.accounts.posts import everybody
from jiesu.accounts.roles import Role
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.models import Ticket
from jiesu.units.organisation import Organisation

__all__ = ["Cast"]


class Cast:
    """The people of the network by unit and role; the one with the lowest key where a post has several."""

    def __init__(self, posts: Mapping[tuple[str, Role], Staff], organisation: Organisation) -> None:
        self._posts = posts
        self._organisation = organisation

    @classmethod
    async def load(cls, uow: UnitOfWork, organisation: Organisation) -> Cast:
        """Everybody who may sign in."""
        posts: dict[tuple[str, Role], Staff] = {}
        for staff in await everybody(uow, organisation):
            posts.setdefault((staff.unit, staff.role), staff)
        return cls(posts, organisation)

    def post(self, unit: str, role: Role) -> Staff:
        """Who holds a role at a unit. Raises KeyError for an empty post."""
        return self._posts[unit, role]

    def officer(self, ticket: Ticket) -> Staff:
        """承办人 of the responsible unit."""
        return self._posts[ticket.lead_unit or "", Role.OFFICER]

    def head(self, ticket: Ticket) -> Staff:
        """负责人 of the responsible unit."""
        return self._posts[ticket.lead_unit or "", Role.UNIT_HEAD]

    def clerk(self, ticket: Ticket) -> Staff:
        """受理员 at the ticket's desk."""
        return self.clerk_at(ticket.desk_unit)

    def clerk_at(self, unit: str) -> Staff:
        """受理员 of a centre."""
        return self._posts[unit, Role.INTAKE]

    def dispatcher(self, ticket: Ticket, unit: str | None = None) -> Staff:
        """派单员 of the keeper of a sealed ticket, else of its desk, or of the city where `unit` is beyond the desk."""
        if ticket.sealed_to is not None:
            keeper = self._posts.get((ticket.sealed_to, Role.DISPATCHER))
            return keeper or self._posts[ticket.sealed_to, Role.UNIT_HEAD]
        desk = self._posts[ticket.desk_unit, Role.DISPATCHER]
        if unit is None or unit in desk.subtree:
            return desk
        return self._posts[self._organisation.root.code, Role.DISPATCHER]

    def superior(self, ticket: Ticket) -> Staff:
        """Who orders rework: the unit above; the keeper itself for a sealed ticket."""
        if ticket.sealed_to is not None:
            return self.dispatcher(ticket)
        above = self._organisation.parent(ticket.lead_unit or "")
        return self.supervisor(above.code if above else ticket.lead_unit or "")

    def supervisor(self, unit: str) -> Staff:
        """督办员 of a unit; its head where there is none."""
        return self._posts.get((unit, Role.SUPERVISOR)) or self._posts[unit, Role.UNIT_HEAD]
