"""The parameters of a search as they come over HTTP, checked, and what they ask for.

The API and the page take the same ones: ``QueryParameters`` say *what* is searched, and every route that searches adds
its own. What is typed in ``q`` is never wrong; everything else may be, and the error then names the parameter.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from service.search.request import SearchRequest

MAX_DEPTH = 10_000
"""How deep ``page`` × ``limit`` may reach; from there on a ``cursor`` leads further."""
MAX_VALUES = 50
"""How many values one facet may be narrowed to."""
MAX_VALUE = 500
"""How long one value of a facet may be."""
MAX_CURSOR = 2_000
"""How long a cursor may be: those of ids with 200 characters of any kind are shorter."""
MAX_TYPED = 65_536
"""How long a query may be at all: no longer address reaches the service. The first 500 characters of it count."""
MAX_BUCKETS = 1_000
"""How many values of a facet may be asked for at once."""
MAX_ANALYSED = 5_000
"""How long a text may be that is to be analysed."""
MAX_SIMILAR = 50
"""How many similar articles may be asked for."""

_DATE = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
_YEAR = r"[0-9]{4}|none"


def _without_empty(value: object) -> object:
    # What is too long is too long with its empty fields, as the schema says.
    if not isinstance(value, list) or len(value) > MAX_VALUES:
        return value
    return [each for each in value if each != ""]


def _date(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(_DATE, value):
        raise ValueError("not a date; give YYYY, YYYY-MM or YYYY-MM-DD")
    return value


def _year(value: str) -> str:
    if not re.fullmatch(_YEAR, value):
        raise ValueError("not a year; give YYYY or none")
    return value


def _described(pattern: str) -> dict[str, Any]:
    # Said in the schema, but checked by ourselves, to say in words what is wrong. Empty fields count as absent.
    return {"pattern": f"^({pattern})?$"}


Typed = Annotated[str, Field(max_length=MAX_TYPED)]
Year = Annotated[int | None, Field(ge=1, le=9999)]
Date = Annotated[
    Annotated[str, Field(max_length=10, json_schema_extra=_described(_DATE))] | None,
    AfterValidator(_date),
]
Value = Annotated[str, Field(max_length=MAX_VALUE)]
Values = Annotated[list[Value], Field(max_length=MAX_VALUES), BeforeValidator(_without_empty)]
Years = Annotated[
    list[Annotated[str, AfterValidator(_year), Field(max_length=4, json_schema_extra=_described(_YEAR))]],
    Field(max_length=MAX_VALUES),
    BeforeValidator(_without_empty),
]
Sorting = Literal["relevance", "newest", "oldest"]
Folding = Literal["fold", "all"]


class Parameters(BaseModel):
    """The parameters of one route; on its own that of a route without any. Unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, values: Any) -> Any:
        # A form sends its empty fields too.
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values


class QueryParameters(Parameters):
    """What is searched: the query, its filters, and how its words are matched."""

    q: Typed = Field("", description="The query. Up to 500 characters and 64 words count.", examples=["防贫保险 魏县"])
    place: Values = Field(
        [],
        description="A place by path, name or six-digit code, or `none`; repeats.",
        examples=[["河北省/邯郸市/魏县"]],
    )
    programme: Values = Field(
        [], description="A programme type, or `none`; repeats.", examples=[["防返贫", "光伏扶贫"]]
    )
    year: Years = Field([], description="A year, or `none`; repeats.", examples=[["2018", "2019"]])
    year_from: Year = Field(None, description="First year of a range.", examples=[2016])
    year_to: Year = Field(None, description="Last year of a range.", examples=[2020])
    date_from: Date = Field(None, description="Published on this date or later: YYYY[-MM[-DD]].", examples=["2018-10"])
    date_to: Date = Field(
        None, description="Published on this date or earlier: YYYY[-MM[-DD]].", examples=["2018-10-31"]
    )
    source: Values = Field([], description="An outlet, or `none`; repeats.", examples=[["河北日报"]])
    match: Literal["auto", "all", "any"] = Field(
        "auto", description="Whether every word must be present; `auto` gives up on that where too few articles do."
    )

    synonyms: Literal["on", "off"] = Field(
        "on",
        description="Whether other expressions for the words are looked for too; quoted text is taken at its word.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
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
            synonyms=self.synonyms,
            **self._page(),
        )

    def _page(self) -> dict[str, Any]:
        """Which part of what is found is asked for, and in which order."""
        return {}


class SearchParameters(QueryParameters):
    """What can be asked of ``/search``, of the page, and of the feed."""

    sort: Sorting = Field("relevance", description="The order of the hits.")
    reprints: Folding = Field(
        "fold", description="Of articles that are reprints of one another, one hit (`fold`) or `all`; all are counted."
    )
    limit: int = Field(10, ge=0, le=100, description="Hits on a page; 0 gives facets only.")
    page: int = Field(1, ge=1, le=MAX_DEPTH, description="Which page, from 1; page × limit reaches to 10,000.")
    cursor: str | None = Field(
        None,
        max_length=MAX_CURSOR,
        description="The `next_cursor` of the answer before; not together with `page`.",
    )
    place_open: Values = Field(
        [], description="Places whose children are wanted besides; repeats.", examples=[["河北省/邯郸市"]]
    )

    @model_validator(mode="after")
    def _within_reach(self) -> Self:
        if self.cursor is not None and "page" in self.model_fields_set:
            raise ValueError("page: not together with cursor")
        if self.page * self.limit > MAX_DEPTH:
            raise ValueError(f"page: page × limit reaches to {MAX_DEPTH:,}; go on with cursor=next_cursor")
        return self

    def _page(self) -> dict[str, Any]:
        return {
            "sort": self.sort,
            "reprints": self.reprints,
            "limit": self.limit,
            "page": self.page,
            "cursor": self.cursor,
            "place_open": tuple(self.place_open),
        }


class FacetParameters(QueryParameters):
    """What can be asked of ``/facets/{facet}``."""

    prefix: Value = Field("", description="Only values whose name begins so, at any level.", examples=["邯"])
    parent: Value = Field(
        "", description="Of places: only what lies right below this one; the provinces without it.", examples=["河北省"]
    )
    limit: int = Field(100, ge=1, le=MAX_BUCKETS, description="How many values at most.")


class ExportParameters(QueryParameters):
    """What can be asked of ``/export``."""

    sort: Sorting = Field("relevance", description="The order of the articles.")
    format: Literal["jsonl", "csv", "ris", "bibtex"] = Field(
        description="JSON lines, CSV for spreadsheets, RIS or BibTeX for reference managers.", examples=["csv"]
    )

    def _page(self) -> dict[str, Any]:
        return {"sort": self.sort}


class ArticleParameters(Parameters):
    """What can be asked of one article."""

    q: Typed = Field("", description="The query whose words are to be marked.", examples=["防贫保险"])
    synonyms: Literal["on", "off"] = Field("on", description="Whether other expressions for them are marked too.")


class SimilarParameters(Parameters):
    """What can be asked of the articles that resemble one."""

    limit: int = Field(10, ge=1, le=MAX_SIMILAR, description="How many at most.")


class SuggestParameters(Parameters):
    """What can be asked of the completions."""

    q: Typed = Field("", description="What has been typed so far, in characters or pinyin.", examples=["魏县 防"])


class AnalysisParameters(Parameters):
    """What can be asked of the analysis."""

    text: str = Field(
        "", max_length=MAX_ANALYSED, description="Any text.", examples=["魏县推开防贫保险，三百户领到了钱。"]
    )


PARAMETERS: tuple[str, ...] = tuple(SearchParameters.model_fields)
"""The names of all parameters of a search."""


def nearest_parameter(name: str, known: Iterable[str] = PARAMETERS) -> str | None:
    """The known parameter that a mistyped one most resembles, ``None`` when it resembles none.

    >>> nearest_parameter("plcae")
    'place'
    """
    close = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)
    return close[0] if close else None
