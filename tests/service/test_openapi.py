"""The description of the API: it is the one that was reviewed, and what the service does is what it says.

``FUPIN_RENEW=1`` writes the reviewed description anew, to be looked at before it is kept. ``FUPIN_EXAMPLES`` is how
many requests are made up at random for each operation, besides those that follow from its description
(``make api-fuzz``).
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from service.app import create_app
from service.settings import load

SNAPSHOT = Path(__file__).with_name("openapi.json")
EXAMPLES = int(os.environ.get("FUPIN_EXAMPLES", "1"))
KEY = "the-key-of-the-tests"
CONFIG: dict[str, Any] = {
    "headers": {"X-API-Key": KEY},
    "continue-on-failure": True,
    "generation": {"max-examples": EXAMPLES, "deterministic": EXAMPLES < 50, "database": "none", "no-shrink": True},
    "phases": {"stateful": {"enabled": False}},
    # That a place is known, a range goes forwards, a cursor is one of ours: no schema says it.
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "410", "422"]},
        "negative_data_rejection": {"expected-statuses": ["4xx"]},
    },
}


@schemathesis.serializer(
    "application/x-ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines"
)
def json_lines(context: Any, value: Any) -> bytes:
    """A body of JSON lines as it is made up: text, or whatever else."""
    return (value if isinstance(value, str) else json.dumps(value, default=str)).encode("utf-8", "replace")


def no_address_says_so(message: str, address: str) -> bool:
    """Whether what is said to be against the schema cannot be seen in an address: one value for a list, an empty field.

    >>> no_address_says_so(" - violates `type` at /properties/source (was array, became boolean)", "/?source=false")
    True
    """
    against = re.findall(r"violates .* at /properties/(\w+)(.*)", message)
    given = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return bool(against) and all(
        "was array, became" in how or {value for name, value in given if name == parameter} <= {""}
        for parameter, how in against
    )


def test_what_no_address_says_is_told_from_what_one_says() -> None:
    empty = (
        " - violates `enum` at /properties/limit/anyOf/1\n"
        " - violates `type` at /properties/source (was array, became boolean)"
    )
    assert no_address_says_so(empty, "/search?limit=&source=false")
    assert not no_address_says_so(empty, "/search?limit=x&source=false")
    assert not no_address_says_so("Expected: 4xx", "/search?limit=")


def described() -> dict[str, Any]:
    """The description as the service gives it, but for the version of the program."""
    made: dict[str, Any] = orjson.loads(orjson.dumps(create_app(load()).openapi()))
    made["info"]["version"] = "-"
    return made


def test_is_the_one_that_was_reviewed() -> None:
    made = orjson.dumps(described(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if os.environ.get("FUPIN_RENEW"):
        SNAPSHOT.write_bytes(made)
    assert orjson.loads(SNAPSHOT.read_bytes()) == orjson.loads(made), (
        "the API is described otherwise than it was; if that is meant: FUPIN_RENEW=1 pytest " + SNAPSHOT.parent.name
    )


def test_every_operation_can_become_a_method_of_a_client() -> None:
    operations = [operation for path in described()["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", name) for name in names), names
    for operation in operations:
        assert operation["summary"]
        assert operation["tags"]
        assert operation["responses"]["422"] == {"$ref": "#/components/responses/Invalid"}
        assert operation["responses"]["503"]["$ref"]


def test_every_parameter_has_its_bounds() -> None:
    for path in described()["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                schema = parameter["schema"]
                if schema["type"] == "array":
                    assert schema["maxItems"]
                    schema = schema["items"]
                bounded = {"string": ("maxLength", "enum"), "integer": ("maximum",)}[schema["type"]]
                assert any(bound in schema for bound in bounded), parameter
                assert parameter["description"], parameter


def test_every_reference_leads_somewhere() -> None:
    made = described()
    for reference in set(re.findall(rb'"\$ref":"#/([^"]+)"', orjson.dumps(made))):
        found: Any = made
        for part in reference.decode().split("/"):
            assert part in found, reference
            found = found[part]


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_does_what_it_says(index: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(index, tmp_path / "index")
    app = create_app(load(index=copy, poll_seconds=60, log_level="error", api_key=KEY))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=SchemathesisConfig.from_dict(CONFIG))
    checks: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    failures: list[str] = []
    for event in from_schema(schema).execute():
        match event:
            case events.NonFatalError():
                failures.append(f"{event.label}: {event.value}")
            case events.FatalError():
                failures.append(repr(event.exception))
            case events.ScenarioFinished():
                for case_id, nodes in event.recorder.checks.items():
                    tried[event.recorder.label] += 1
                    for node in nodes:
                        checks[node.name] += 1
                        if node.status is Status.FAILURE and node.failure_info is not None:
                            asked = event.recorder.cases[case_id].value.as_curl_command()
                            fault = node.failure_info.failure
                            if no_address_says_so(fault.message, asked.split("'")[-2]):
                                continue
                            failures.append(f"{fault.title}: {fault.message}\n    {asked}")
    assert not failures, f"{len(failures)} failures:\n" + "\n".join(failures[:20])
    print(
        f"{sum(tried.values()):,} requests to {len(tried)} operations, {sum(checks.values()):,} checks: {dict(checks)}"
    )
