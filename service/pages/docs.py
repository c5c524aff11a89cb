"""The page that documents the API, made from its own description: every operation, what it takes, what it answers."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.addresses import base_of
from service.pages.rendering import View
from service.parameters import Parameters

router = APIRouter(include_in_schema=False)

Schema = Mapping[str, Any]

_MODEL = "#/components/schemas/"
_ANSWER = "#/components/responses/"
_DEEPEST = 6
_EVERYWHERE = ("400", "414", "422", "429", "503")
"""Statuses that are told once for all operations."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is: ``text`` says it, ``model`` names the model that it is made of."""

    text: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an operation, or a field of a model."""

    name: str
    kind: Kind
    required: bool
    description: str
    limits: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    where: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent along: its media types, and the fields of what it is made of, if it is made of any."""

    media_types: tuple[str, ...]
    description: str
    model: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that an operation may answer with."""

    status: str
    description: str
    media_types: tuple[str, ...]
    model: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, with a line to try it and an example of what it answers."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: Body | None
    answers: tuple[Answer, ...]
    line: str
    example: str


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one tag."""

    name: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One schema that answers and bodies are made of."""

    name: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of error."""

    code: str
    status: int
    title: str
    advice: str


@router.get("/docs")
def docs(request: Request, parameters: Annotated[Parameters, Query()]) -> Response:
    """The documentation."""
    return HTMLResponse(docs_page(View.of(request), request.app.openapi(), base_of(request)))


def docs_page(view: View, description: Schema, base: str) -> str:
    """The documentation as HTML, of an API that is described so and reached at ``base``."""
    return view.render(
        "docs.html",
        about=description["info"]["description"],
        version=description["info"]["version"],
        sections=sections(description, base),
        models=models(description),
        problems=[Problem(code, **kind) for code, kind in description["x-problem-codes"].items()],
        everywhere=_EVERYWHERE,
        code=code,
    )


def sections(description: Schema, base: str) -> list[Section]:
    """All operations, tag by tag, in the order in which they are described."""
    made: dict[str, list[Operation]] = {tag["name"]: [] for tag in description["tags"]}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            made[operation["tags"][0]].append(_operation(description, base, path, method, operation))
    about = {tag["name"]: tag["description"] for tag in description["tags"]}
    return [Section(name, about[name], tuple(operations)) for name, operations in made.items() if operations]


def models(description: Schema) -> list[Model]:
    """All schemas of objects, by name."""
    return [
        Model(name, schema.get("description", ""), tuple(_fields(schema)))
        for name, schema in description["components"]["schemas"].items()
        if schema.get("properties")
    ]


def code(text: str) -> list[tuple[str, bool]]:
    """Cut a text at its back-quotes: each piece with whether it is code.

    >>> code("Send `q`.")
    [('Send ', False), ('q', True), ('.', False)]
    """
    return [(piece, at % 2 == 1) for at, piece in enumerate(text.split("`")) if piece]


def _operation(description: Schema, base: str, path: str, method: str, operation: Schema) -> Operation:
    given = operation.get("parameters", ())
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        parameters=tuple(
            _field(each["name"], each["schema"], each.get("required", False), each["in"], each.get("description", ""))
            for each in given
        ),
        body=_body(description, operation),
        answers=tuple(
            _answer(description, status, answer)
            for status, answer in operation["responses"].items()
            if status not in _EVERYWHERE
        ),
        line=_line(base + path, method, operation),
        example=_example(description, operation),
    )


def _body(description: Schema, operation: Schema) -> Body | None:
    sent = operation.get("requestBody")
    if sent is None:
        return None
    model = next((name for media in sent["content"].values() if (name := _kind(media["schema"]).model)), None)
    fields = () if model is None else tuple(_fields(description["components"]["schemas"][model]))
    return Body(tuple(sent["content"]), sent.get("description", ""), model, fields)


def _answer(description: Schema, status: str, answer: Schema) -> Answer:
    if "$ref" in answer:
        answer = description["components"]["responses"][answer["$ref"].removeprefix(_ANSWER)]
    content = answer.get("content", {})
    named = [_kind(media.get("schema", {})).model for media in content.values()]
    return Answer(status, answer.get("description", ""), tuple(content), next(filter(None, named), None))


def _line(address: str, method: str, operation: Schema) -> str:
    """A line for a shell: what must be given and what says most, with the values of the description's examples."""
    given = {each["name"]: each for each in operation.get("parameters", ())}
    for name, each in given.items():
        if each["in"] == "path":
            value = _sample(each["schema"], {}, 0) if "examples" in each["schema"] or "enum" in each["schema"] else name
            address = address.replace(f"{{{name}}}", quote(str(each.get("example", value)), safe=""))
    if method != "get":
        parts = ["curl", "-X", method.upper(), "-H", "X-API-Key: …"]
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            sample = media["example"]
            body = sample if isinstance(sample, str) else orjson.dumps(sample).decode()
            parts += ["-H", f"Content-Type: {kind}", "--data-binary", body]
            break
        return shlex.join([*parts, address])
    asked: list[str] = []
    for name, each in given.items():
        if (
            each["in"] == "query"
            and (each.get("required") or name in ("q", "prefix", "text"))
            and "examples" in each["schema"]
        ):
            asked += ["--data-urlencode", f"{name}={each['schema']['examples'][0]}"]
    return shlex.join(["curl", *(["-G"] if asked else []), *asked, address])


def _example(description: Schema, operation: Schema) -> str:
    """An answer made of the examples of its fields; empty where it is no JSON."""
    for status, answer in operation["responses"].items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if status.startswith("2") and schema:
            made = _sample(schema, description["components"]["schemas"], 0)
            return orjson.dumps(made, option=orjson.OPT_INDENT_2).decode()
    return ""


def _sample(schema: Schema, known: Mapping[str, Schema], depth: int) -> Any:
    """A value that a schema allows, from its examples where it has any."""
    if "$ref" in schema:
        schema = known.get(schema["$ref"].removeprefix(_MODEL), {})
    for name in ("examples", "enum"):
        if schema.get(name):
            return schema[name][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("anyOf"):
        options = [option for option in schema["anyOf"] if option.get("type") != "null"]
        return _sample(options[0], known, depth) if len(options) == len(schema["anyOf"]) else None
    if schema.get("type") == "object":
        return {name: _sample(each, known, depth + 1) for name, each in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [_sample(schema["items"], known, depth + 1)] if depth < _DEEPEST and "items" in schema else []
    return {"string": "…", "integer": schema.get("minimum", 0), "number": 1.0, "boolean": True}.get(
        schema.get("type", "")
    )


def _fields(schema: Schema) -> Iterable[Field]:
    required = schema.get("required", ())
    for name, each in schema["properties"].items():
        yield _field(name, each, name in required, "", each.get("description", ""))


def _field(name: str, schema: Schema, required: bool, where: str, description: str) -> Field:
    inner = schema.get("items", schema) if schema.get("type") == "array" else schema
    limits = [f"{sign} {schema[bound]:g}" for bound, sign in (("minimum", "≥"), ("maximum", "≤")) if bound in schema]
    if "maxLength" in inner:
        limits.append(f"≤ {inner['maxLength']:,} characters")
    if "maxItems" in schema and where:
        limits.append(f"≤ {schema['maxItems']:,} values")
    if "default" in schema:
        limits.append(f"default {schema['default']}")
    choices = tuple(str(choice) for choice in inner.get("enum", ()) if choice != "")
    sample = next(iter(schema.get("examples", ())), "")
    example = sample if isinstance(sample, str) else orjson.dumps(sample).decode()
    return Field(name, _kind(schema), required, description, tuple(limits), choices, where, example)


def _kind(schema: Schema) -> Kind:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_MODEL)
        return Kind(name, name)
    if "anyOf" in schema:
        kinds = [_kind(option) for option in schema["anyOf"]]
        return Kind(" | ".join(kind.text for kind in kinds), next((kind.model for kind in kinds if kind.model), None))
    type_ = schema.get("type", "any")
    if isinstance(type_, list):
        return Kind(" | ".join(_kind({**schema, "type": each}).text for each in type_))
    if type_ == "array":
        item = _kind(schema.get("items", {}))
        return Kind(f"({item.text})[]" if " | " in item.text else f"{item.text}[]", item.model)
    if type_ == "object" and isinstance(schema.get("additionalProperties"), dict):
        item = _kind(schema["additionalProperties"])
        return Kind(f"map of {item.text}", item.model)
    return Kind(type_)
