from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import SettingsError, load, table
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for row in table():
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.delenv("FUPIN_SETTINGS", raising=False)


def test_defaults_are_those_of_the_table() -> None:
    settings = load()
    assert {row.name: row.default for row in table()} == {
        f"FUPIN_{name.upper()}": str(getattr(settings, name)) for name in type(settings).model_fields
    }
    assert (settings.index, settings.host, settings.port) == (Path(".fupin"), "127.0.0.1", 8000)


def test_every_setting_has_help() -> None:
    assert all(row.help.endswith(".") for row in table())


def test_keyword_then_environment_then_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("FUPIN_PORT=1\nFUPIN_HOST=file\nFUPIN_INDEX=资料\n", "utf-8")
    monkeypatch.setenv("FUPIN_PORT", "2")
    monkeypatch.setenv("FUPIN_HOST", "environment")
    settings = load(port=3, host=None)
    assert (settings.port, settings.host, settings.index) == (3, "environment", Path("资料"))


def test_file_of_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("FUPIN_PORT=1\n")
    (tmp_path / "our.env").write_text("FUPIN_PORT=9000\n")
    monkeypatch.setenv("FUPIN_SETTINGS", "our.env")
    assert load().port == 9000
    monkeypatch.setenv("FUPIN_SETTINGS", "gone.env")
    with pytest.raises(SettingsError, match=r"FUPIN_SETTINGS: gone\.env is not a file"):
        load()


def test_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUPIN_PORT", "")
    assert load().port == 8000


def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUPIN_PORT", "八千")
    with pytest.raises(SettingsError, match="FUPIN_PORT=八千: input should be a valid integer"):
        load()
    with pytest.raises(SettingsError, match="FUPIN_SEARCH_THREADS=-1"):
        load(port=1, search_threads=-1)


def test_a_key_that_can_be_guessed_is_refused_and_not_shown() -> None:
    assert load(api_key=f"{'k' * 16}, {'钥' * 16}").api_keys == ("k" * 16, "钥" * 16)
    with pytest.raises(SettingsError, match="FUPIN_API_KEY: a key has at least 16 characters; make one") as refused:
        load(api_key=f"{'k' * 16},not-long-enough")
    assert "not-long" not in str(refused.value)


def test_an_unknown_name_in_the_file_is_a_slip(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTHER_PROGRAM=1\nFUPIN_PROT=1\n")
    with pytest.raises(SettingsError, match="FUPIN_PROT is not a setting"):
        load()


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md"])
def test_the_documents_tell_every_setting_with_its_default(document: str) -> None:
    lines = (ROOT / document).read_text("utf-8").splitlines()
    told = {tuple(cell.strip(" `") for cell in line.split("|")[1:3]) for line in lines if line.startswith("| `FUPIN_")}
    assert told == {(row.name, row.default) for row in table()}


def test_who_enters_a_cluster_is_told_without_secrets() -> None:
    with pytest.raises(SettingsError, match="FUPIN_OPENSEARCH_PASSWORD: nobody is named") as refused:
        load(opensearch_password="geheim-7")  # noqa: S106 - made up
    assert "geheim" not in str(refused.value)
    with pytest.raises(SettingsError, match="FUPIN_OPENSEARCH_API_KEY: not a key") as refused:
        load(opensearch_api_key="geheim 7")
    assert "geheim" not in str(refused.value)
    held = load(opensearch_user="us", opensearch_password="geheim-7", opensearch_api_key="geheim-8")  # noqa: S106
    assert "geheim" not in repr(held)
