"""The interface in three languages: every text of it is known in all, and says the same with the same values."""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import nodes
from markupsafe import Markup
from starlette.testclient import TestClient

from indexer.enrich.gazetteer import gazetteer
from indexer.enrich.programmes import PROGRAMMES
from service.pages import language, rendering
from service.pages.language import LANGUAGES, WORDS, Phrase, named, negotiated, say, translate
from service.search.query import Notice
from service.search.request import SearchRequest
from tests.conftest import ROOT

PAGES = ROOT / "service" / "pages"
TEMPLATES = sorted((PAGES / "templates").rglob("*.html"))
MODULES = sorted(path for path in PAGES.rglob("*.py") if path.name != "tiles.py")
"""All but the tile map, which is a table of names."""
TELLING = [ROOT / "service" / "search" / f"{name}.py" for name in ("compiler", "notices", "plan", "syntax")]
"""Where notices are made."""
HAN = re.compile(r"[㐀-鿿]")
PLACEHOLDER = re.compile(r"\{(\w*)")

SEAL = "扶"
"""The one character on the page that is a picture."""
DATA = {
    "language.py": set(language.LANGUAGE_NAMES.values()),
    "errors.py": set("改候缺止失"),
    "compiler.py": {"无"},
    "notices.py": {"一", "鿿"},
}
"""Chinese in modules that is not said to anybody, or said as it is in every language."""
EXAMPLE = re.compile("河北省/邯郸市/魏县|产业扶贫|防贫保险 魏县")
"""What can be typed, and is the same in every language."""
EXAMPLES = {"help.html"}
"""Templates with queries to try: what stands in a list of examples is typed, not said."""


def _table(name: str) -> list[tuple[str, str]]:
    lines = (WORDS / name).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
    assert all(len(row) == 2 and all(row) for row in rows), [row for row in rows if len(row) != 2]
    return [(row[0], row[1]) for row in rows]


ENGLISH = dict(_table("en.tsv"))


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def said_in(template: Path) -> Iterator[tuple[str, int, set[str]]]:
    """Every text that a template says: the text, its line, and the names of its values."""
    for call in _tree(template).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_":
            where = f"{template.name}:{call.lineno}"
            assert len(call.args) == 1, where
            [text] = call.args
            assert isinstance(text, nodes.Const), f"{where}: _() takes a text that is written out; say() takes a Phrase"
            assert call.dyn_kwargs is None, where
            yield str(text.value), call.lineno, {each.key for each in call.kwargs}


def told_in(module: Path) -> Iterator[tuple[str, int]]:
    """Every Chinese text in a module that is not documentation."""
    tree = ast.parse(module.read_text("utf-8"))
    documentation = {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
        if isinstance(statement, ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            written = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            assert not HAN.search(written), (
                f"{module.name}:{node.lineno}: {written}: values go in by name, as in Phrase"
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            text = node.value
            if HAN.search(text) and text not in DATA.get(module.name, ()) and not text.startswith(("\\", "(?")):
                yield text, node.lineno


def _tree(template: Path) -> nodes.Template:
    return rendering._environment().parse(template.read_text("utf-8"), filename=str(template))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_say_every_word_in_the_reader_s_language(template: Path) -> None:
    said = list(said_in(template))
    for text, line, names in said:
        assert text in ENGLISH, f"{template.name}:{line}: no English for {text}"
        assert names == placeholders(text), f"{template.name}:{line}: {text} is given {sorted(names)}"
    texts = {text for text, _, _ in said}
    for constant in _tree(template).find_all(nodes.Const) if template.name not in EXAMPLES else ():
        if isinstance(constant.value, str) and HAN.search(constant.value):
            assert constant.value in texts, f"{template.name}:{constant.lineno}: not said through _(): {constant.value}"
    for data in _tree(template).find_all(nodes.TemplateData):
        rest = data.data.replace(SEAL, "")
        assert not HAN.search(rest), f"{template.name}:{data.lineno}: not said through _(): {rest.strip()[:80]}"


@pytest.mark.parametrize("module", [*MODULES, *TELLING], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_modules_say_is_known(module: Path) -> None:
    for text, line in told_in(module):
        assert text in ENGLISH, f"{module.name}:{line}: no English for {text}"


def test_the_words_are_those_that_are_said() -> None:
    said = {text for template in TEMPLATES for text, _, _ in said_in(template)}
    said |= {text for module in (*MODULES, *TELLING) for text, _ in told_in(module)}
    assert sorted(set(ENGLISH) - said) == [], "nobody says this"
    rows = _table("en.tsv")
    assert rows == sorted(rows)
    assert len(rows) == len(ENGLISH)


@pytest.mark.parametrize("text", sorted(ENGLISH))
def test_the_languages_agree(text: str) -> None:
    english = ENGLISH[text]
    assert placeholders(english) == placeholders(text)
    assert sorted(re.findall(r"</?\w+", english)) == sorted(re.findall(r"</?\w+", text))
    assert not HAN.search(EXAMPLE.sub("", english))
    assert not re.search(r"[，。；：？！（）「」]", english)
    values = dict.fromkeys(placeholders(text), 2)
    for each in LANGUAGES:
        said = translate(each, text, **values)
        assert said
        assert not set("{}|") & set(said), said
    assert not re.search(r"[这们为没过时还个说]", translate("zh-Hant", text, **values))


def test_english_counts() -> None:
    assert str(translate("en", "共 {total} 篇", total=1)) == "1 article"
    assert str(translate("en", "共 {total} 篇", total="1,234")) == "1,234 articles"


@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_values_are_escaped(value: str, into: language.Language) -> None:
    said = translate(into, "检索「{words}」", words=value)
    assert not re.search(r"[<>\"']", said)
    assert said.unescape()[len("检索「") :].startswith(value) or into == "en"


@given(st.text(st.sampled_from("<>&\"'{}魏县x!0."), max_size=12), st.sampled_from(LANGUAGES))
def test_a_text_of_somebody_else_is_never_taken_for_ours(text: str, into: language.Language) -> None:
    name = Markup(named(into, text).removeprefix('<span lang="zh-Hans">').removesuffix("</span>"))  # noqa: S704 - it was escaped
    for said in (translate(into, text), say(into, Notice("cut", text)), name):
        assert not re.search(r"[<>\"']", said)
        assert len(said.unescape()) == len(text)


def test_half_characters_are_shown_as_they_are() -> None:
    assert str(named("zh-Hant", "魏\ud800")) == "魏\ud800"


def test_every_notice_of_a_search_is_said(client: TestClient) -> None:
    queries = (
        "茶叶 保险 光伏 驻村",
        "“茶叶",
        "魏县 茶叶",
        "产业扶贫 茶叶",
        "的",
        "!!",
        "發電",
        "年份:去年",
        "茶 " * 70,
    )
    for query in (*queries, "茶*", "(" * 20 + "茶"):
        notices = client.get("/api/v1/search", params={"q": query}).json()["query"]["notices"]
        searched = client.app.state.live.current.search(SearchRequest(query))  # type: ignore[attr-defined]
        assert [notice["message"] for notice in notices] == [notice.message for notice in searched.notices]
        for notice in searched.notices:
            assert notice.text in ENGLISH, notice
            assert str(say("zh-Hans", notice).unescape()) == notice.message
            words = str(notice.values.get("words", ""))
            assert words in say("en", notice).unescape()


def test_names() -> None:
    rows = dict(_table("names.tsv"))
    provinces = {division.path for division in gazetteer().divisions if division.level == 1}
    assert set(PROGRAMMES) <= set(rows)
    assert set(rows) <= set(PROGRAMMES) | provinces
    assert not any(HAN.search(english) for english in rows.values())
    assert str(named("zh-Hans", "魏县")) == "魏县"
    assert str(named("en", "魏县")) == '<span lang="zh-Hans">魏县</span>'
    assert named("en", "河北省").striptags() == "Hebei 河北省"
    assert str(named("zh-Hant", "石家庄市")) == "石家莊市"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "zh-Hans"),
        ("*", "zh-Hans"),
        ("fr,de;q=0.9", "zh-Hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("ZH-HANT-CN", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-MO", "zh-Hant"),
        ("en-US,en;q=0.9", "en"),
        ("de, en;q=0.4, zh-CN;q=0.6", "zh-Hans"),
        ("en;q=0, zh-HK;q=0.1", "zh-Hant"),
        ("en;q=high, zh-HK;q=0.1", "zh-Hant"),
        ("english", "zh-Hans"),
        ("zh;q=0.5,en;q=0.5", "zh-Hans"),
        ("," * 5_000 + "en", "zh-Hans"),
    ],
)
def test_the_language_that_is_asked_for(header: str, expected: str) -> None:
    assert negotiated(header) == expected


@given(st.text(max_size=200))
def test_any_header_has_a_language(header: str) -> None:
    assert negotiated(header) in LANGUAGES


@pytest.mark.parametrize("path", ["/", "/?q=茶叶", "/articles/weixian-1", "/nothing", "/?year=x"])
def test_pages_are_in_the_language_asked_for(client: TestClient, path: str) -> None:
    plain = client.get(path)
    tags = {plain.headers.get("etag")}
    for header, into in (("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("en", "en")):
        answer = client.get(path, headers={"Accept-Language": header})
        assert f'<html lang="{into}"' in answer.text
        assert {name.strip() for name in answer.headers["vary"].split(",")} >= {"Cookie", "Accept-Language"}
        tags.add(answer.headers.get("etag"))
        chosen = client.get(path, headers={"Accept-Language": header, "Cookie": "fupin=language=en"})
        assert '<html lang="en"' in chosen.text
    assert len(tags) == (3 if plain.status_code == 200 else 1), "each language has its own tag"


class Attributes(HTMLParser):
    """Every attribute of a page, its name and its value together."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all += [f"{name}={value}" for name, value in attrs]


@pytest.mark.parametrize("into", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    ["/", "/?q=茶叶&place=河北省&programme=光伏扶贫", "/?programme=产业扶贫&year=2020", "/articles/pingshan-1?q=光伏"],
)
def test_names_bring_no_elements_into_attributes(client: TestClient, path: str, into: language.Language) -> None:
    html = client.get(path, headers={"Accept-Language": into}).text
    attributes = Attributes(html).all
    assert attributes
    assert not [each for each in attributes if re.search(r"[<>]|^[^=]*[\"'「」]", each)]
    assert "&lt;span" not in html


def test_examples() -> None:
    assert doctest.testmod(language).failed == 0


def test_a_phrase_says_its_values() -> None:
    inner = Phrase("{programme}", {"programme": "产业扶贫"})
    assert str(say("zh-Hant", Phrase("去掉「{choice}」", {"choice": inner}))) == "去掉「產業扶貧」"
    assert "Industry <span" in say("en", Phrase("去掉「{choice}」", {"choice": inner}))
    assert str(say("en", Phrase("检索「{words}」", {"words": "茶"}))) == "Search for “茶”"
