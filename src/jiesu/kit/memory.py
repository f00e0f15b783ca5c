"""What a long-lived process keeps for good is looked through no more when garbage is collected."""

from __future__ import annotations

import gc

__all__ = ["keep_for_good"]


def keep_for_good() -> None:
    """Call once, when all that is needed has been made: modules, mappings, rules, the organisation.

    A full collection would go through all of it again, some hundred milliseconds in which the process answers nobody. What was frozen
    and is needed no more is still freed, unless it is a cycle.
    """
    gc.collect()
    gc.freeze()
