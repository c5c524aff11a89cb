"""JSON lines (``.jsonl``, ``.jsonl.gz``): each line an article with what is known about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from indexer.article import Document, Refusal
from indexer.reading.characters import one_line, tidy
from indexer.reading.lines import Line
from indexer.reading.metadata import checked
from indexer.reading.unreadable import Unreadable


def documents(lines: Iterator[Line], file: str, max_bytes: int) -> Iterator[Document | Refusal]:
    """Turn lines into documents; a line that cannot be one is refused with its number, and the rest goes on.

    Blank lines are passed over. Fields beside those of the contract are ignored.
    """
    for line in lines:
        try:
            if line.text is None:
                raise Unreadable(f"longer than {max_bytes:,} bytes; split it, or raise the limit")
            if line.text.strip():
                yield document(parsed(line.text), file, line.number)
        except Unreadable as error:
            yield Refusal(file, line.number, str(error))


def document(fields: Mapping[str, object], file: str, line: int | None) -> Document:
    """Make one document of one object's fields; ``text`` must be there and say something.

    Raises ``Unreadable`` for a field of the wrong type or value.
    """
    text = fields.get("text")
    if text is None:
        raise Unreadable("text: missing; every line needs it")
    if not isinstance(text, str):
        raise Unreadable("text: not a text")
    text = tidy(text)
    if not text.strip():
        raise Unreadable("text: empty")
    return Document(file, line, text, "jsonl", given=checked(fields))


def parsed(text: str) -> Mapping[str, object]:
    """The object that a line holds; raises ``Unreadable`` for anything else."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets without end
        raise Unreadable(f"not JSON that can be read: {one_line(str(error))[:120]}") from error
    if not isinstance(value, dict):
        raise Unreadable('not a JSON object; a line is {"text": …, …}')
    return value
