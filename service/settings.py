"""Every setting of fupin: its name, its default, and what it does.

A setting ``index`` is read from ``FUPIN_INDEX`` in the environment, else from the file that ``FUPIN_SETTINGS``
names (by default ``.env`` in the working directory, if there is one), else it has its default. Names and
defaults are held against the table in the README by a test.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from service.search.engine import SearchSettings

PREFIX = "FUPIN_"
"""What the name of every setting begins with in the environment."""


class SettingsError(Exception):
    """A setting has a value that it cannot have; the message names it and says what is wrong."""


class Settings(BaseSettings):
    """All settings, read once at the start and handed on from there."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    index: Path = Field(Path(".fupin"), description="Folder of the index.")
    engine: Literal["embedded", "opensearch"] = Field(
        "embedded", description="What searches: the index on this machine, or an OpenSearch cluster that it is put on."
    )
    opensearch_url: str = Field(
        "http://127.0.0.1:9200", description="Nodes of the cluster, with commas between; another is asked if one fails."
    )
    opensearch_index: str = Field("fupin", description="Name there by which the live generation is found.")
    opensearch_user: str = Field("", description="Who the cluster knows us as.")
    opensearch_password: SecretStr = Field(SecretStr(""), description="The password of that user.")
    opensearch_api_key: SecretStr = Field(SecretStr(""), description="An API key in the place of user and password.")
    opensearch_ca: str = Field(
        "", description="File of certificates to check the cluster's with; the usual ones if empty."
    )
    opensearch_timeout_ms: int = Field(
        4_000, ge=100, description="How long one attempt to ask the cluster may take; four are made at most."
    )
    opensearch_shards: int = Field(
        0, ge=0, le=1_024, description="Shards of a new generation; 0: one for every three million articles."
    )
    opensearch_replicas: int = Field(1, ge=0, le=16, description="Copies of each shard, as far as there are nodes.")
    workers: int = Field(0, ge=0, le=256, description="Processes that read and analyse while indexing; 0: one a core.")
    max_file_bytes: int = Field(
        10_000_000, ge=1, description="An input file, or line of one, longer than this is refused."
    )
    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that the service listens on.")
    serve_workers: int = Field(1, ge=1, le=256, description="Processes that answer requests.")
    search_threads: int = Field(0, ge=0, le=256, description="Searches at the same time in one process; 0: two a core.")
    search_wait_ms: int = Field(
        2_000, ge=0, description="How long a search may wait for a free thread before it is answered with 503."
    )
    search_waiting: int = Field(64, ge=0, description="How many searches may wait at once; more are answered with 503.")
    search_deadline_ms: int = Field(
        10_000, ge=1, description="How long a search may take before it is answered with 503."
    )
    cache_bytes: int = Field(64_000_000, ge=0, description="Memory for answers in each process; 0: none are kept.")
    api_key: SecretStr = Field(
        SecretStr(""),
        description="Keys for writing over HTTP, each of 16 characters or more, with commas between; "
        "none: nobody may write.",
    )
    max_write_bytes: int = Field(
        20_000_000, ge=1, description="A longer request body is answered with 413 where articles are written."
    )
    poll_seconds: float = Field(0.25, gt=0, description="How often the service looks whether a new generation is live.")
    full_text: Literal["on", "off"] = Field(
        "on", description="Whether the service shows whole articles; off shows snippets and the link to the source."
    )
    max_query_characters: int = Field(
        500, ge=1, le=10_000, description="Characters of a query that count; what is longer is cut, and told."
    )
    max_query_words: int = Field(
        64, ge=1, le=1_000, description="Words of a query that count; the rest is cut, and told."
    )
    max_query_depth: int = Field(8, ge=1, le=32, description="Brackets within brackets that count in a query.")
    max_facet_values: int = Field(50, ge=1, le=50, description="Values that one facet may be narrowed to.")
    max_depth: int = Field(
        10_000, ge=100, le=10_000, description="How far page × limit reaches; from there on a cursor leads further."
    )
    max_url_bytes: int = Field(32_768, ge=256, le=65_000, description="A longer address is answered with 414.")
    max_head_bytes: int = Field(
        65_536, ge=1_024, description="Request line and headers that are longer are answered with 431."
    )
    max_body_bytes: int = Field(
        65_536, ge=0, description="A longer request body is answered with 413, except where articles are written."
    )
    max_requests: int = Field(
        512, ge=1, description="Requests at the same time in one process; more are answered with 503."
    )
    max_exports: int = Field(
        8,
        ge=1,
        description="Exports at the same time in one process, never over half of the requests; "
        "more are answered with 503.",
    )
    send_timeout_seconds: float = Field(
        30.0, gt=0, description="A connection is ended when its client has taken nothing of an answer for so long."
    )
    max_connections: int = Field(4_096, ge=1, description="Connections open to one process; more are turned away.")
    rate_limit: int = Field(
        0,
        ge=0,
        description="Requests a minute a client, counted by each process; more are answered with 429; 0: off.",
    )
    forwarded_allow_ips: str = Field(
        "",
        description="Proxies, by address or network with commas between, whose word about the client is taken; "
        "`*`: anybody's, so that clients may give themselves any address.",
    )
    trusted_hosts: str = Field(
        "*", description="Names that the service answers to, with commas between (`*.example.org` too); `*`: any."
    )
    root_path: str = Field("", description="Path under which a proxy shows the service, such as `/archive`.")
    public_url: str = Field(
        "", description="Address by which readers reach the service, for feeds and browsers; https turns HSTS on."
    )
    drain_seconds: float = Field(
        0.0, ge=0, le=3_600, description="How long the service, told to end, says so on `/readyz` before it ends."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is logged; info has a line for each request."
    )
    log_queries: Literal["off", "hash", "clear"] = Field(
        "hash", description="How queries are logged: not at all, as a hash that changes with each start, or as typed."
    )

    def searching(self) -> SearchSettings:
        """What of them the search itself keeps to."""
        from service.search.engine import SearchSettings
        from service.search.syntax import Limits

        characters, words = self.max_query_characters, self.max_query_words
        if self.engine == "opensearch":
            # A cluster takes a thousand clauses, and a word may be eight.
            characters, words = min(characters, _CLUSTER_CHARACTERS), min(words, _CLUSTER_WORDS)
        return SearchSettings(
            limits=Limits(characters=characters, words=words, depth=self.max_query_depth),
            most_values=self.max_facet_values,
            deepest=self.max_depth,
        )

    @property
    def api_keys(self) -> tuple[str, ...]:
        """The keys that allow writing over HTTP."""
        return separated(self.api_key.get_secret_value())

    @field_validator("api_key")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr, others: ValidationInfo) -> SecretStr:
        if value.get_secret_value().strip() and others.data.get("engine") == "opensearch":
            raise ValueError("nothing can be written over HTTP where a cluster is searched; leave it empty")
        if any(len(key) < _SHORTEST_KEY for key in separated(value.get_secret_value())):
            raise ValueError(f"a key has at least {_SHORTEST_KEY} characters; make one with: openssl rand -hex 32")
        return value

    @field_validator("opensearch_url")
    @classmethod
    def _nodes(cls, value: str) -> str:
        if not separated(value) or not all(_ADDRESS.fullmatch(each.rstrip("/")) for each in separated(value)):
            raise ValueError("not an address; write it as https://search.example.org:9200, several with commas between")
        return ",".join(each.rstrip("/") for each in separated(value))

    @field_validator("opensearch_index")
    @classmethod
    def _index_name(cls, value: str) -> str:
        if not _INDEX.fullmatch(value):
            raise ValueError("not a name for an index; use a to z, digits, - and _, with a letter first")
        return value

    @field_validator("opensearch_password")
    @classmethod
    def _of_somebody(cls, value: SecretStr, others: ValidationInfo) -> SecretStr:
        if value.get_secret_value() and not others.data.get("opensearch_user"):
            raise ValueError("nobody is named whose password it is; set FUPIN_OPENSEARCH_USER too")
        return value

    @field_validator("opensearch_api_key")
    @classmethod
    def _printable(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]*", value.get_secret_value()):
            raise ValueError("not a key; it has only letters, digits and signs of ASCII, and no spaces")
        return value

    @field_validator("opensearch_ca")
    @classmethod
    def _certificates(cls, value: str) -> str:
        if value and not Path(value).is_file():
            raise ValueError("there is no such file")
        return value

    @field_validator("root_path")
    @classmethod
    def _path(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not _PATH.fullmatch(value):
            raise ValueError("not a path; write it as /archive")
        return value

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("not an address; write it as https://archive.example.org or with a path behind it")
        return value

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _networks(cls, value: str) -> str:
        for each in separated(value):
            if each != "*":
                ip_network(each, strict=False)
        return value


_SHORTEST_KEY = 16
_CLUSTER_CHARACTERS, _CLUSTER_WORDS = 500, 64
_SECRET = ("API_KEY", "OPENSEARCH_URL", "OPENSEARCH_PASSWORD", "OPENSEARCH_API_KEY")
_INDEX = re.compile(r"[a-z][a-z0-9_-]{0,99}")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/[A-Za-z0-9._~-]+)*")


def separated(value: str) -> tuple[str, ...]:
    """The parts of a setting that has commas in it.

    >>> separated("10.0.0.1, 192.168.0.0/16,")
    ('10.0.0.1', '192.168.0.0/16')
    """
    return tuple(part.strip() for part in value.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings."""

    name: str
    default: str
    help: str


def table() -> tuple[Setting, ...]:
    """Return every setting with its name in the environment, its default as it would be written there, and its help."""
    return tuple(
        Setting(f"{PREFIX}{name.upper()}", str(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    )


def load(**overrides: Any) -> Settings:
    """Read the settings; what is passed by keyword (and is not ``None``) wins over environment and file.

    Raises ``SettingsError`` for a value that a setting cannot have, for a settings file that is not there, and
    for a name in that file that begins with ``FUPIN_`` and is no setting.
    """
    named = os.environ.get(f"{PREFIX}SETTINGS")
    file = Path(named) if named else Path(".env")
    if named and not file.is_file():
        raise SettingsError(f"{PREFIX}SETTINGS: {file} is not a file")
    _refuse_unknown(file)
    values: dict[str, Any] = {"_env_file": file}
    values.update({name: value for name, value in overrides.items() if value is not None})
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError("; ".join(_explain(problem) for problem in error.errors())) from error


def _explain(problem: Any) -> str:
    name = "".join(str(part) for part in problem["loc"])
    name = (name if name.upper().startswith(PREFIX) else f"{PREFIX}{name}").upper()
    # A key stays a secret even when it is no good, and an address may have a password in it.
    given = "" if name.removeprefix(PREFIX) in _SECRET else f"={problem['input']}"
    said = problem["msg"].removeprefix("Value error, ")
    return f"{name}{given}: {said[0].lower()}{said[1:]}"


def _refuse_unknown(file: Path) -> None:
    # In the environment an unknown name may belong to something else; in our own file it is a slip.
    if not file.is_file():
        return
    from dotenv import dotenv_values

    known = {row.name for row in table()} | {f"{PREFIX}SETTINGS"}
    for name in dotenv_values(file, interpolate=False, encoding="utf-8"):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsError(f"{file}: {name} is not a setting; the names are {', '.join(sorted(known))}")
