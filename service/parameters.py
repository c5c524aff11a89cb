"""The parameters of a search as they come over HTTP, checked, and what they ask for.

The API and the page take the same ones. What is typed in ``q`` is never wrong; everything else may be, and the
error then names the parameter.
"""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from service.search.request import SearchRequest

MAX_DEPTH = 10_000
"""How deep ``page`` × ``limit`` may reach; from there on a ``cursor`` leads further."""
MAX_VALUES = 50
"""How many values one facet may be narrowed to."""
MAX_CURSOR = 2_000
"""How long a cursor may be: those of ids with 200 characters of any kind are shorter."""


def _without_empty(value: object) -> object:
    return [each for each in value if each != ""] if isinstance(value, list) else value


def _date(value: str | None) -> str | None:
    if value is not None and not _DATE.fullmatch(value):
        raise ValueError("not a date; give YYYY, YYYY-MM or YYYY-MM-DD")
    return value


def _year(value: str) -> str:
    if not _YEAR.fullmatch(value):
        raise ValueError("not a year; give YYYY or none")
    return value


_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_YEAR = re.compile(r"[0-9]{4}|none")

Year = Annotated[int | None, Field(ge=1, le=9999)]
Date = Annotated[str | None, AfterValidator(_date)]
Values = Annotated[list[str], Field(max_length=MAX_VALUES), BeforeValidator(_without_empty)]
Years = Annotated[
    list[Annotated[str, AfterValidator(_year)]], Field(max_length=MAX_VALUES), BeforeValidator(_without_empty)
]


class SearchParameters(BaseModel):
    """What can be asked of ``/search``, and of the page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field("", description="The query. Up to 500 characters and 64 words count.")
    place: Values = Field([], description="A place by path, name or six-digit code, or `none`; repeats.")
    programme: Values = Field([], description="A programme type, or `none`; repeats.")
    year: Years = Field([], description="A year, or `none`; repeats.")
    year_from: Year = Field(None, description="First year of a range.")
    year_to: Year = Field(None, description="Last year of a range.")
    date_from: Date = Field(None, description="Published on this date or later: YYYY[-MM[-DD]].")
    date_to: Date = Field(None, description="Published on this date or earlier: YYYY[-MM[-DD]].")
    source: Values = Field([], description="An outlet; repeats.")
    match: Literal["auto", "all", "any"] = Field("auto", description="Whether every word must be present.")
    sort: Literal["relevance", "newest", "oldest"] = Field("relevance", description="The order of the hits.")
    limit: int = Field(10, ge=0, le=100, description="Hits on a page; 0 gives facets only.")
    page: int = Field(1, ge=1, description="Which page, from 1; page × limit reaches to 10,000.")
    cursor: str | None = Field(None, max_length=MAX_CURSOR, description="The `next_cursor` of the answer before.")
    place_open: Values = Field([], description="Places whose children are wanted besides; repeats.")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, values: Any) -> Any:
        # A form sends its empty fields too.
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.cursor is not None and "page" in self.model_fields_set:
            raise ValueError("page: not together with cursor")
        if self.page * self.limit > MAX_DEPTH:
            raise ValueError(f"page: page × limit reaches to {MAX_DEPTH:,}; go on with cursor=next_cursor")
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise ValueError("year_to: before year_from")
        if self.date_from is not None and self.date_to is not None and self.date_from > self.date_to.ljust(10, "~"):
            raise ValueError("date_to: before date_from")
        return self

    def request(self) -> SearchRequest:
        """The search that is asked for."""
        return SearchRequest(
            text=self.q,
            places=tuple(self.place),
            programmes=tuple(self.programme),
            years=tuple(self.year),
            sources=tuple(self.source),
            year_from=self.year_from,
            year_to=self.year_to,
            date_from=self.date_from,
            date_to=self.date_to,
            match=self.match,
            sort=self.sort,
            limit=self.limit,
            page=self.page,
            cursor=self.cursor,
            place_open=tuple(self.place_open),
        )


PARAMETERS: tuple[str, ...] = tuple(SearchParameters.model_fields)
"""The names of all parameters of a search."""


def nearest_parameter(name: str) -> str | None:
    """The known parameter that a mistyped one most resembles, ``None`` when it resembles none.

    >>> nearest_parameter("plcae")
    'place'
    """
    close = difflib.get_close_matches(name.lower(), PARAMETERS, n=1, cutoff=0.5)
    return close[0] if close else None
