"""The largest group of texts that say nearly the same."""

from __future__ import annotations

import pytest

from jiesu.routing.alike import largest_group


@pytest.mark.parametrize(
    ("texts", "least", "group"),
    [
        ([], 0.5, []),
        (["ab"], 0.5, [0]),
        (["abcd", "wxyz", "abce", "wxyq", "abcf"], 0.5, [0, 2, 4]),
        (["wxyz", "wxyq", "abcd", "abce"], 0.5, [0, 1]),
        (["abcd", "abce"], 0.76, [0]),
        (["abcd", "abce"], 0.75, [0, 1]),
        (["", ""], 0.5, [0]),
        (["abcd", "cdef", "efgh"], 0.5, [0, 1, 2]),
    ],
)
def test_the_most_that_are_alike_to_one_of_them(texts, least, group):
    assert largest_group([frozenset(text) for text in texts], least) == group
