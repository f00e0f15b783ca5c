"""What relay and workers would do, done now and in order, through the actors' own entry."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select

import workers.access
import workers.attachments
import workers.checkpoints
import workers.clocks
import workers.documents
import workers.listings
import workers.messages
import workers.outreach
import workers.prepared
import workers.proactive
import workers.questions
import workers.rates
import workers.reports
import workers.surveys  # noqa: F401  (each registers its handlers)
from jiesu.db import claims
from jiesu.db.jobs import DeadLetter, Job
from jiesu.kernel import Kernel
from workers.actor import perform

__all__ = ["Jobs"]


class Jobs:
    """The jobs of one database at the test's moment."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    async def pending(self, ticket_id: int | None = None, kind: str | None = None) -> Sequence[Job]:
        """Jobs not done yet, soonest first; of one ticket or kind, or all."""
        query = select(Job).order_by(Job.run_at, Job.id)
        query = query if ticket_id is None else query.where(Job.ticket_id == ticket_id)
        query = query if kind is None else query.where(Job.kind == kind)
        async with self._kernel.db.begin() as uow:
            return (await uow.session.scalars(query)).all()

    async def dead(self) -> Sequence[DeadLetter]:
        """Jobs that were given up."""
        async with self._kernel.db.begin() as uow:
            return (await uow.session.scalars(select(DeadLetter).order_by(DeadLetter.id))).all()

    async def run_due(self) -> int:
        """Do what is due, and what that makes due, until nothing is; returns how many jobs were handed over.

        A job that fails and is postponed is not tried again until the clock moves.
        """
        done = 0
        while due := await self._due():
            for kind, batch in groupby(due, key=attrgetter("kind")):
                await perform(self._kernel, kind, [job.id for job in batch])
            done += len(due)
        return done

    async def _due(self) -> Sequence[Job]:
        async with self._kernel.db.begin() as uow:
            return await claims.claim_due(uow.session, uow.now, limit=500)
