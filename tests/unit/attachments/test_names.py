"""Names lead nowhere, hide nothing and end as the content says."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.attachments.names import LONGEST, neutral


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("退役证.jpg", "退役证.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Windows\\x.exe", "x.pdf"),
        ("photo.jpg.exe", "photo.pdf"),
        ("发票\u202efdp.exe", "发票fdp.pdf"),
        ("a\0b\r\nc.pdf", "abc.pdf"),
        ('"><script>.pdf', "script.pdf"),
        ("con.pdf", "文件.pdf"),
        ("", "文件.pdf"),
        ("....", "文件.pdf"),
        ("张" * 300 + ".jpg", "张" * (LONGEST - 4) + ".pdf"),
    ],
)
def test_a_name_is_neutralised(raw, name):
    assert neutral(raw, ".pdf") == name


@given(st.text(st.characters(), max_size=300))
def test_no_name_leads_out_of_a_folder_or_holds_what_is_not_seen(raw):
    name = neutral(raw, ".pdf")
    assert name.endswith(".pdf")
    assert 4 < len(name) <= LONGEST
    assert not set(name) & set('/\\<>:"|?*\0\r\n')
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in name)
