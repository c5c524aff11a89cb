"""Sending many entries: what is not taken is sent again, what cannot be is told, and nothing goes on for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest

from indexer.errors import ClusterRefused, ClusterUnavailable
from indexer.opensearch import bulk

Answering = Callable[[list[str]], Any]


class Stand:
    """A cluster that answers every piece with what it is told to, and remembers the keys that were sent."""

    def __init__(self, *answers: Answering) -> None:
        self.answers = list(answers)
        self.sent: list[list[str]] = []

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Mapping[str, Any] | None = None,
        *,
        seconds: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        assert (method, path, attempts) == ("POST", "/i/_bulk", 1)
        assert isinstance(body, bytes)
        keys = [action["_id"] for line in body.splitlines() for action in orjson.loads(line).values() if action != 1]
        self.sent.append(keys)
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(keys)


def taken(keys: list[str]) -> Any:
    return {"errors": False, "items": [{"index": {"_id": key, "status": 201}} for key in keys]}


def too_busy_for(*names: str) -> Answering:
    def answer(keys: list[str]) -> Any:
        error = {"type": "rejected", "reason": "too much at once"}
        items = [
            {"index": {"_id": key, "status": 429, "error": error} if key in names else {"_id": key, "status": 201}}
            for key in keys
        ]
        return {"errors": any(key in names for key in keys), "items": items}

    return answer


def silent(_: list[str]) -> Any:
    raise ClusterUnavailable("there", "no answer")


def entries(*names: str) -> list[bulk.Entry]:
    return [(name, b'{"a":1}') for name in names]


def send(stand: Stand, *names: str) -> int:
    return bulk.send(stand, "i", entries(*names), lanes=1, least_pause=0.001)


def test_all_are_sent_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PIECE_BYTES", 16)
    stand = Stand(taken)
    assert send(stand, "a", "b", "c") == 3
    assert stand.sent == [["a", "b"], ["c"]]
    assert send(Stand(taken)) == 0


def test_only_what_was_not_taken_is_sent_again() -> None:
    stand = Stand(too_busy_for("b", "c"), too_busy_for("c"), taken)
    assert send(stand, "a", "b", "c") == 3
    assert stand.sent == [["a", "b", "c"], ["b", "c"], ["c"]]


def test_a_piece_without_an_answer_is_sent_again() -> None:
    stand = Stand(silent, silent, taken)
    assert send(stand, "a", "b") == 2
    assert stand.sent == [["a", "b"]] * 3


@pytest.mark.parametrize("answer", [silent, too_busy_for("a")])
def test_attempts_come_to_an_end(answer: Answering) -> None:
    stand = Stand(answer)
    with pytest.raises(ClusterUnavailable, match=r"no answer|1 entries were not taken; rejected: too much at once"):
        send(stand, "a", "b")
    assert len(stand.sent) == bulk.ATTEMPTS


def test_what_cannot_be_taken_is_told_at_once() -> None:
    def refusing(keys: list[str]) -> Any:
        error = {"type": "mapper_parsing_exception", "reason": "no such field"}
        return {"errors": True, "items": [{"index": {"_id": key, "status": 400, "error": error}} for key in keys]}

    stand = Stand(refusing)
    with pytest.raises(ClusterRefused, match="mapper_parsing_exception: no such field"):
        send(stand, "a")
    assert len(stand.sent) == 1
    with pytest.raises(ClusterRefused, match="the index is gone"):
        send(Stand(lambda _: None), "a")


def test_several_pieces_are_on_their_way_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PIECE_BYTES", 1)
    meet = threading.Barrier(3, timeout=10)

    def together(keys: list[str]) -> Any:
        meet.wait()
        return taken(keys)

    assert bulk.send(Stand(together), "i", entries(*"abcdef"), lanes=3) == 6


def test_what_is_to_go_may_be_gone_already() -> None:
    def gone(keys: list[str]) -> Any:
        return {"errors": True, "items": [{"delete": {"_id": key, "status": 404}} for key in keys]}

    assert bulk.send(Stand(gone), "i", [("a", None), ("b", None)]) == 2
