"""What an answer means."""

from __future__ import annotations

import pytest

from jiesu.surveys.policy import wants_rework
from jiesu.surveys.words import Satisfaction, Solved


@pytest.mark.parametrize("satisfied", [None, *Satisfaction])
@pytest.mark.parametrize("solved", [None, *Solved])
def test_unsolved_or_dissatisfied_goes_back_and_nothing_else_does(solved, satisfied):
    assert wants_rework(solved, satisfied) == (solved == "no" or satisfied == "no")
