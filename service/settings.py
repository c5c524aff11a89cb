"""Every setting of fupin: its name, its default, and what it does.

A setting ``index`` is read from ``FUPIN_INDEX`` in the environment, else from the file that ``FUPIN_SETTINGS``
names (by default ``.env`` in the working directory, if there is one), else it has its default. Names and
defaults are held against the table in the README by a test.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    poll_seconds: float = Field(1.0, gt=0, description="How often the service looks whether a new generation is live.")
    full_text: Literal["on", "off"] = Field(
        "on", description="Whether the service shows whole articles; off shows snippets and the link to the source."
    )


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
    name = name if name.upper().startswith(PREFIX) else f"{PREFIX}{name}"
    return f"{name.upper()}={problem['input']}: {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _refuse_unknown(file: Path) -> None:
    # In the environment an unknown name may belong to something else; in our own file it is a slip.
    if not file.is_file():
        return
    from dotenv import dotenv_values

    known = {row.name for row in table()} | {f"{PREFIX}SETTINGS"}
    for name in dotenv_values(file, interpolate=False, encoding="utf-8"):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsError(f"{file}: {name} is not a setting; the names are {', '.join(sorted(known))}")
