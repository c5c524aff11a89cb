"""What the API answers, field by field: the schemas of the OpenAPI description.

The routes return ready bytes and nothing is validated on the way out; the tests hold every answer against these models,
in both directions: no field that is not here, none missing.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from indexer.article import DateOrigin, Script
from service.search.completions import Kind
from service.search.engine import CountedFacet
from service.search.query import NoticeCode
from service.search.result import Matched

Range = Annotated[
    list[Annotated[int, Field(ge=0)]],
    Field(min_length=2, max_length=2, description="Start and end, half-open, in code points.", examples=[[4, 8]]),
]
Path = Annotated[str, Field(description="A division by its path.", examples=["河北省/邯郸市/魏县"])]
Code = Annotated[str, Field(description="Its code of GB/T 2260.", examples=["130434"])]
Programme = Annotated[str, Field(description="A programme type.", examples=["防返贫"])]
Count = Annotated[int, Field(ge=0)]
GenerationName = Annotated[str, Field(description="The generation that answered.", examples=["g00000042"])]


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class Notice(BaseModel):
    """What was made of a query, told to the user; never an error."""

    model_config = _example(
        code="place_recognised",
        message="「魏县」是地名，可以只看河北省邯郸市魏县的文章",
        start=5,
        end=7,
        href="q=%E9%98%B2%E8%B4%AB%E4%BF%9D%E9%99%A9&place=%E6%B2%B3%E5%8C%97%E7%9C%81",
    )
    code: NoticeCode
    message: str = Field(description="In Chinese, for people.")
    start: int | None = Field(description="Where in the query, in code points.")
    end: int | None
    href: str | None = Field(description="The query string of the search that the notice offers.")


class Suggestion(BaseModel):
    """Another query that may have been meant."""

    text: str = Field(examples=["魏县 精准扶贫"])
    marks: list[Range] = Field(description="The ranges of `text` that differ from what was typed.")


class Interpreted(BaseModel):
    """A query as it was understood."""

    text: str = Field(description="The query as typed.", examples=["防贫保险 魏县"])
    terms: list[str] = Field(description="The strings that are marked.", examples=[["防贫保险", "魏县"]])
    matched: Matched = Field(
        description="`all`: articles with every word; `widened`: with any of them; `browse`: everything; `none`."
    )
    notices: list[Notice]
    suggestion: Suggestion | None


class Place(BaseModel):
    """A division that an article is about."""

    path: Path
    code: Code


class Evidenced(Place):
    """A division that an article is about, and why."""

    confidence: float = Field(ge=0, le=1)
    evidence: list[Range] = Field(description="Ranges of the article's text that name it.")


class Family(BaseModel):
    """The reprints that an article belongs to."""

    id: str = Field(description="The id of the first of them.")
    size: int = Field(ge=1)


class Members(Family):
    """The reprints that an article belongs to, one by one."""

    first: str
    members: list[str] = Field(description="Their ids, in order of publication; those without a date last.")


class Snippet(BaseModel):
    """A piece of an article's text."""

    text: str = Field(examples=["魏县给容易返贫的人家买了防贫保险。"])
    marks: list[Range] = Field(description="Ranges of this text.")
    offset: Count = Field(description="Where it begins in the article's text.")


class _Described(BaseModel):
    id: str = Field(examples=["weixian-1"])
    score: float | None = Field(description="To be compared within one answer; null where nothing was searched.")
    title: str = Field(examples=["魏县推开防贫保险"])
    title_marks: list[Range]
    title_given: bool = Field(description="Whether the article had a title, or its first words stand for one.")
    file: str = Field(description="The file that it came from.", examples=["original/001.txt"])
    story: int = Field(description="Which story of that file it is, from 1.")
    source: str | None = Field(description="The outlet.", examples=["某市日报"])
    url: str | None
    published: str | None = Field(description="`YYYY`, `YYYY-MM` or `YYYY-MM-DD`.", examples=["2018-10-02"])
    year: int | None = Field(examples=[2018])
    date_from: DateOrigin = Field(description="Where the date was found.")
    script: Script
    programmes: list[Programme]
    snippets: list[Snippet]


class Hit(_Described):
    """One ranked article."""

    places: list[Place]
    family: Family


class Bucket(BaseModel):
    """A value of a facet, with the number of articles that selecting it alone would give."""

    model_config = _example(value="防返贫", label="防返贫", count=3, selected=False)
    value: str
    label: str
    count: Count
    selected: bool


class YearBucket(BaseModel):
    """A year, with the number of articles that selecting it alone would give."""

    model_config = _example(value=2018, label="2018", count=3, selected=False)
    value: int
    label: str
    count: Count
    selected: bool


class PlaceBucket(Bucket):
    """A division, with the number of articles that selecting it alone would give."""

    model_config = _example(
        value="河北省/邯郸市", label="邯郸市", count=3, selected=False, has_children=True, children=[]
    )
    has_children: bool
    children: list[PlaceBucket]


class Places(BaseModel):
    """The places of what was found: all provinces, and what is open below them."""

    buckets: list[PlaceBucket]
    missing: Count = Field(description="Articles without any; `place=none` selects them.")


class Programmes(BaseModel):
    """The programme types of what was found."""

    buckets: list[Bucket]
    missing: Count


class Years(BaseModel):
    """The years of what was found, earliest first."""

    buckets: list[YearBucket]
    missing: Count


class Facets(BaseModel):
    """Counts under the filters of the other facets."""

    place: Places
    programme: Programmes
    year: Years


class SearchAnswer(BaseModel):
    """Ranked hits with snippets, facets and notices."""

    query: Interpreted
    total: Count
    folded: Count = Field(
        description="How many of `total` are among the hits of no page, since another of their family is."
    )
    page: int | None = Field(ge=1, description="Which page this is; null where a `cursor` led here.")
    limit: int = Field(ge=0)
    next_cursor: str | None = Field(description="The `cursor` of the next page, null on the last.")
    hits: list[Hit]
    facets: Facets
    generation: GenerationName
    took_ms: float = Field(description="How long the search took, in milliseconds.")


class Citations(BaseModel):
    """The article as a reference."""

    model_config = _example(
        gbt7714="佚名. 魏县推开防贫保险[N]. 某市日报, 2018-10-02.",
        bibtex="@article{weixian-1,\n  title = {{魏县推开防贫保险}},\n  journal = {某市日报},\n}\n",
        ris="TY  - NEWS\nTI  - 魏县推开防贫保险\nT2  - 某市日报\nER  - \n",
    )
    gbt7714: str
    bibtex: str
    ris: str


class ArticleAnswer(_Described):
    """One article with its text and what led to its facets."""

    places: list[Evidenced]
    family: Members
    text: str | None = Field(description="The whole text; null where the archive withholds it.")
    marks: list[Range] = Field(description="Ranges of the text where words of `q` stand.")
    published_evidence: list[Range]
    programmes_evidence: dict[str, list[Range]] = Field(examples=[{"防返贫": [[11, 15]]}])
    programmes_confidence: dict[str, float] = Field(examples=[{"防返贫": 0.93}])
    citations: Citations


class SimilarAnswer(BaseModel):
    """The articles that resemble one, best first."""

    hits: list[Hit]
    generation: GenerationName


class Completion(BaseModel):
    """One way to complete what is being typed."""

    model_config = _example(kind="place", text="防贫保险 魏县", start=5, value="河北省/邯郸市/魏县", count=3)
    kind: Kind
    text: str = Field(description="The whole query, completed.")
    start: Count = Field(description="Where the completed word begins in it.")
    value: str | None = Field(description="Of a place or programme: the value of its facet.")
    count: Count = Field(description="How many articles have it.")


class SuggestAnswer(BaseModel):
    """Completions of what is being typed, of one kind after another: words, places, programmes.

    Places or programmes that pinyin names whole come before the words.
    """

    query: str
    items: list[Completion] = Field(max_length=8)
    generation: GenerationName


class ListedBucket(BaseModel):
    """A value of a facet, with the number of articles that selecting it alone would give."""

    model_config = _example(value="河北省/邯郸市", label="邯郸市", count=3, selected=False, has_children=True)
    value: str | int
    label: str
    count: Count
    selected: bool
    has_children: bool | None = Field(None, description="Of places only.")


class FacetAnswer(BaseModel):
    """Values of one facet under a search."""

    facet: CountedFacet
    buckets: list[ListedBucket]
    missing: Count = Field(description="Articles without any value.")
    values: Count = Field(description="How many values there are, shown or not.")
    generation: GenerationName


class Token(BaseModel):
    """A term of the index, and where it stands in the text."""

    model_config = _example(term="防贫保险", start=4, end=8)
    term: str
    start: Count
    end: Count


class Gram(BaseModel):
    """A character or a pair of them: where it stands in the text, and its position among all that has one."""

    model_config = _example(term="防贫", position=8, start=4, end=6)
    term: str
    position: Count
    start: Count
    end: Count


class NamedPlace(Place):
    """A place that a query names."""

    range: Range
    words: str


class NamedProgramme(BaseModel):
    """A programme type that a query names."""

    value: Programme
    range: Range
    words: str


class Named(BaseModel):
    """What a query of this text would be recognised to name."""

    places: list[NamedPlace]
    programmes: list[NamedProgramme]


class SeenDate(BaseModel):
    """When an article of this text was published, as far as it can be told."""

    date: str | None
    year: int | None
    date_from: DateOrigin
    evidence: list[Range]
    words: list[str]


class SeenPlace(Evidenced):
    """A place that an article of this text would be about."""

    words: list[str]


class SeenProgramme(BaseModel):
    """A programme type that an article of this text would describe."""

    value: Programme
    confidence: float
    evidence: list[Range]
    words: list[str]


class Understood(BaseModel):
    """What would be said of the text as an article."""

    title: str
    title_given: bool
    text: str
    script: Script
    source: str | None
    published: SeenDate
    places: list[SeenPlace]
    programmes: list[SeenProgramme]


class AnalysisAnswer(BaseModel):
    """How a text is folded and cut, and what is seen in it."""

    text: str
    folded: str = Field(description="Width, case and script alike; as many code points as the text.")
    analyzer: str = Field(description="The fingerprint of lexicon and segmenter.")
    words: list[Token]
    cut: list[Token] = Field(description="The words of a query of this text.")
    grams: list[Gram]
    query: Named
    articles: list[Understood]


class Coverage(BaseModel):
    """How many articles lack something."""

    without_place: Count
    without_programme: Count
    without_year: Count


class StatusAnswer(BaseModel):
    """What is being searched, and with what."""

    model_config = _example(
        generation="g00000042",
        fallback=None,
        created="2026-11-22T01:02:03+00:00",
        articles=74509,
        format=2,
        analyzer="3f6c0a5e9d1b",
        roots=["original"],
        coverage={"without_place": 812, "without_programme": 1034, "without_year": 96},
        index_bytes=541000000,
        version="0.1.0",
    )
    generation: GenerationName
    fallback: str | None = Field(description="Why the live generation is not the one that answers, if so.")
    created: str = Field(description="When it was published, UTC.")
    articles: Count
    format: int
    analyzer: str
    roots: list[str] = Field(description="Last names of the paths that were indexed.")
    coverage: Coverage
    index_bytes: Count
    version: str = Field(description="Of the service.")


class Fault(BaseModel):
    """What is wrong with one parameter, or with one field of an article that was sent."""

    model_config = _example(parameter="plcae", message="unknown parameter; did you mean place?", nearest="place")
    parameter: str = Field(description="Its name; `body` where what was sent is no article at all.")
    message: str
    nearest: str | None = Field(None, description="Of an unknown one: the nearest that there is.")


class RefusedLine(BaseModel):
    """A line that was not taken."""

    model_config = _example(line=2, reason="text: missing; every line needs it")
    line: int = Field(ge=1)
    reason: str


class Written(BaseModel):
    """An article was written."""

    model_config = _example(id="wei-1", journal=7)
    id: str
    journal: int = Field(description="Its sequence in the journal.")


class LinesWritten(BaseModel):
    """What was taken of many lines, and what was refused."""

    model_config = _example(
        accepted=1, ids=["wei-1"], refused=[{"line": 2, "reason": "text: missing; every line needs it"}], journal=7
    )
    accepted: Count
    ids: list[str] = Field(description="Of what was taken, in the order of the lines.")
    refused: list[RefusedLine]
    journal: int = Field(description="The sequence of the last of them in the journal.")


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = _example(
        type="/docs#problem-invalid_parameter",
        title="A parameter is wrong or unknown",
        status=422,
        code="invalid_parameter",
        detail="plcae: unknown parameter; did you mean place?",
        instance="0198c0de2f6a",
        errors=[{"parameter": "plcae", "message": "unknown parameter; did you mean place?", "nearest": "place"}],
    )
    type: str = Field(description="Where the kind of error is explained; relative to the service.")
    title: str
    status: int = Field(ge=400, le=599)
    code: str = Field(description="The stable name of the kind.", pattern="^[a-z_]+$")
    detail: str = Field(description="What was wrong, and what to do.")
    instance: str | None = Field(None, description="The id of the request, for who looks into the logs.")
    errors: list[Fault] | None = Field(None, description="The parameters or fields that are wrong.")
    refused: list[RefusedLine] | None = Field(None, description="Of `nothing_accepted`: every line, and why.")
