from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.reading.characters import one_line, tidy
from indexer.reading.encodings import common_characters, declared, decode, detect
from indexer.reading.unreadable import Unreadable

HANS = "全县一百二十个贫困村修通了水泥路，村民把山货卖到了城里，二〇一九年人均收入超过八千元。"
HANT = "全縣一百二十個貧困村修通了水泥路，村民把山貨賣到了城裡，二〇一九年人均收入超過八千元。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_simplified_text_is_read_in_every_encoding(encoding: str) -> None:
    assert decode(HANS.encode(encoding)) == HANS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5hkscs", "utf-16"])
def test_traditional_text_is_read_in_every_encoding(encoding: str) -> None:
    text = HANT.replace("〇", "零")
    assert decode(text.encode(encoding)) == text


def test_utf_16_is_read_in_both_byte_orders() -> None:
    assert decode(codecs.BOM_UTF16_BE + HANS.encode("utf-16-be")) == HANS
    assert decode(codecs.BOM_UTF16_LE + HANS.encode("utf-16-le")) == HANS


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16"])
@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_file_cut_in_mid_character_is_read(encoding: str, cut: int) -> None:
    text = HANT.replace("〇", "零")
    assert decode(text.encode(encoding)[:-cut]).startswith(text[:-4])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
@pytest.mark.parametrize("at", [1, 31, 64])
def test_a_bad_byte_costs_its_neighbours_only(encoding: str, at: int) -> None:
    text = HANT.replace("〇", "零") * 2
    data = bytearray(text.encode(encoding))
    data[at] = 0xFF
    read = decode(bytes(data))
    assert read.endswith(text[-30:])
    assert "\ufffd" in read


def test_a_declared_charset_decides_what_is_close_and_nothing_else() -> None:
    assert declared(" GB2312 ") == "gb18030"
    assert declared("iso-8859-1") is None
    assert detect(HANS.encode("gb18030"), hint="big5hkscs") == "gb18030"
    # Two bytes that are a character in both: only the declaration can tell.
    close = "一".encode("big5hkscs") + b"\xff"
    assert {detect(close, hint="gb18030"), detect(close, hint="big5hkscs")} == {"gb18030", "big5hkscs"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01\x02\x03" * 50, "NUL"),
        (HANS.encode("utf-16-le"), "NUL"),
        (b"%PDF-1.4 text", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (bytes(range(1, 32)) * 20, "no sense"),
        (bytes(range(0x80, 0x100)) * 20, "no sense"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        decode(data)


def test_other_languages_are_read_where_the_encoding_is_certain() -> None:
    text = "농촌 마을에 새 길이 열렸다. " * 5
    assert decode(text.encode()) == text


def test_the_common_characters_hold_both_scripts() -> None:
    assert set("的一是县国这國縣這") <= common_characters()
    assert "#" not in common_characters()


def test_tidying_keeps_what_can_be_read() -> None:
    assert tidy("甲\r\n乙\r丙\x85丁\u2028戊") == "甲\n乙\n丙\n丁\n戊"
    assert tidy("扶\u200b贫\ufeff车\x00间\t\ud83d") == "扶贫车 间\t\ufffd"
    assert tidy("魏县　“防贫保险”𠮷😀\u200d😀") == "魏县　“防贫保险”𠮷😀\u200d😀"
    assert one_line("  兰考\n脱贫　摘帽 ") == "兰考 脱贫 摘帽"


@given(st.text())
def test_tidy_text_stays_as_it_is_and_can_be_written(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert once.encode("utf-8").decode("utf-8") == once
    assert not any(ord(character) < 32 and character not in "\n\t" for character in once)


@given(st.text(alphabet=st.sampled_from(HANS + HANT + "abc 123，。"), min_size=1), st.sampled_from(["utf-8", "utf-16"]))
def test_unicode_encodings_give_back_every_text(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        text = decode(data)
    except Unreadable:
        return
    assert text == tidy(text)
