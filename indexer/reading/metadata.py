"""What is stated about a document: the fields of a JSON line or a table's row, checked one by one."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from indexer.article import Metadata
from indexer.reading.characters import one_line
from indexer.reading.unreadable import Unreadable

FIELDS: Final = ("id", "title", "date", "year", "source", "url", "places", "programmes")
"""The fields that are read beside ``text``; all others are ignored."""

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_URL: Final = re.compile(r"https?://[^\s<>\"\ud800-\udfff]+", re.IGNORECASE)
_SCHEME: Final = re.compile("https?://", re.IGNORECASE)
_NOT_IN_URLS: Final = re.compile(r"[\s<>\"\ud800-\udfff]")
_YEARS: Final = range(1900, 2101)
_ID_LENGTH: Final = 200
_NOT_IN_IDS: Final = re.compile(r"[/\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WRITTEN_DATE: Final = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:[-/.年]\s?(\d{1,2})(?:[-/.月]\s?(\d{1,2})(?!\d))?|(\d{2})(\d{2})(?!\d))", re.ASCII
)

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SENT_DATE: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}}) ({'|'.join(_MONTHS)})[a-z]* (\d{{4}})(?!\d)", re.ASCII | re.IGNORECASE
)
"""As mail and servers write it: Mon, 01 Oct 2018 08:30:00 GMT."""


def checked(fields: Mapping[str, object]) -> Metadata:
    """Check the fields of one document and return them; absent, empty and null fields are not said.

    An empty list *is* said: the document has no places, or no programmes. A place may be a path, a name or a code.

    >>> checked({"title": "花海带动乡村旅游", "date": "2019-04", "year": "2019"})
    Metadata(id=None, title='花海带动乡村旅游', date='2019-04', year=2019, source=None, url=None, places=None, programmes=None)

    Raises ``Unreadable``, naming the field, its value and what would be right.
    """  # noqa: E501
    date = _date(fields.get("date"))
    year = _year(fields.get("year"))
    if date is not None and year is not None and not date.startswith(f"{year:04d}"):
        raise Unreadable(f"year: {year} is not the year of the date {date}")
    places = _list("places", fields.get("places"))
    programmes = _list("programmes", fields.get("programmes"))
    return Metadata(
        id=_id(fields.get("id")),
        title=_line("title", fields.get("title")),
        date=date,
        year=year,
        source=_line("source", fields.get("source")),
        url=_url(fields.get("url")),
        places=None if places is None else tuple(dict.fromkeys(map(_place, places))),
        programmes=None if programmes is None else tuple(dict.fromkeys(map(_programme, programmes))),
    )


def full_date(year: int, month: int | None = None, day: int | None = None) -> str | None:
    """Write a date as ``YYYY[-MM[-DD]]``, or return ``None`` where there is no such day in 1900 to 2100."""
    try:
        datetime.date(year, month or 1, day or 1)
    except ValueError:
        return None
    if year not in _YEARS or (month is None and day is not None):
        return None
    return "-".join(f"{part:0{width}d}" for part, width in ((year, 4), (month, 2), (day, 2)) if part is not None)


def date_in(text: str) -> str | None:
    """Return the first date that is written out in a short text, to the day or the month; ``None`` without one.

    >>> date_in("时间：2018年10月1日 20:50 来源：本站")
    '2018-10-01'
    """
    for found in _WRITTEN_DATE.finditer(text):
        year, month, day, packed_month, packed_day = found.groups()
        month, day = month or packed_month, day or packed_day
        date = full_date(int(year), int(month), int(day) if day else None)
        if date is not None:
            return date
    if (sent := _SENT_DATE.search(text)) is not None:
        return full_date(int(sent[3]), _MONTHS.index(sent[2].lower()) + 1, int(sent[1]))
    return None


def is_web_address(text: str) -> bool:
    """Whether this is an address that a page may link to: http or https and nothing else."""
    return _URL.fullmatch(text) is not None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _text(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{name}: {_shown(value)} is not a text")
    return value


def _line(name: str, value: object) -> str | None:
    text = _text(name, value)
    return (one_line(text) or None) if text is not None else None


def _id(value: object) -> str | None:
    # Bool is a kind of int in Python, but nobody's idea of an id.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _text("id", value)
    if text is None or not text.strip():
        return None
    text = text.strip()
    if len(text) > _ID_LENGTH:
        raise Unreadable(f"id: {len(text)} characters long; at most {_ID_LENGTH} are allowed")
    if _NOT_IN_IDS.search(text):
        raise Unreadable(f"id: {_shown(text)} holds a slash or a control character")
    if text in (".", ".."):
        raise Unreadable(f"id: {_shown(text)} means a folder in an address")
    return text


def _date(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _text("date", value)
    if text is None or not text.strip():
        return None
    date = _stated(text.strip())
    if date is None:
        raise Unreadable(f"date: {_shown(text)} is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return date


@lru_cache(maxsize=64)  # many lines that follow one another are of one day
def _stated(text: str) -> str | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    return full_date(year or 0, month, day)


def _year(value: object) -> int | None:
    if isinstance(value, str):
        if not value.strip():
            return None
        value = int(value) if re.fullmatch(r"\s*\d{4}\s*", value, re.ASCII) else value
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value not in _YEARS:
        raise Unreadable(f"year: {_shown(value)} is not a year from {_YEARS.start} to {_YEARS.stop - 1}")
    return value


def _url(value: object) -> str | None:
    text = _text("url", value)
    if text is None or not text.strip():
        return None
    text = text.strip()
    if is_web_address(text):
        return text
    wrong = _NOT_IN_URLS.search(text)
    if wrong and _SCHEME.match(text):
        raise Unreadable(f"url: {_shown(text)} holds {wrong[0]!r}, which an address may not; write it percent-encoded")
    raise Unreadable(f"url: {_shown(text)} is not an address that begins with http:// or https://")


def _list(name: str, value: object) -> list[str] | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str):
        value = re.split("[;；]", value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list):
        raise Unreadable(f"{name}: {_shown(value)} is not a list")
    items: list[str] = []
    for item in value:
        if isinstance(item, int) and not isinstance(item, bool):
            item = str(item)
        if not isinstance(item, str):
            raise Unreadable(f"{name}: {_shown(item)} is not a text")
        if item.strip():
            items.append(item.strip())
    return items


def _place(name: str) -> str:
    # The gazetteer is loaded only where somebody states a place.
    from indexer.enrich.places import resolve

    division = resolve(name)
    if division is None:
        raise Unreadable(
            f"places: {_shown(name)} is not known or means several places; write its path, such as 河北省/邯郸市/魏县"
        )
    return division.path


def _programme(name: str) -> str:
    from indexer.enrich.programmes import PROGRAMMES

    if name in PROGRAMMES:
        return name
    nearest = difflib.get_close_matches(name, PROGRAMMES, n=1, cutoff=0.0)
    raise Unreadable(f"programmes: {_shown(name)} is not a programme type; the nearest is {nearest[0]}")
