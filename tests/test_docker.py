"""The image without an engine: what its two files say, and its steps run as they would run inside.

The project is built from exactly what is copied into the image, and the service is started from that with the
environment of the image, in an empty folder, without a home. Only the base image itself is not tried.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
import yaml
from packaging.requirements import Requirement

from service import server
from service.settings import Settings, table
from tests.conftest import ROOT
from tests.test_project import SECRETS

KNOWN = set("FROM RUN COPY WORKDIR ENV LABEL USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split())


def instructions() -> list[list[tuple[str, str]]]:
    """The instructions of every stage of the Dockerfile, each with what follows it on its joined line."""
    lines = [
        line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if not line.lstrip().startswith("#")
    ]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    stages: list[list[tuple[str, str]]] = []
    for line in joined.splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            if name == "FROM":
                stages.append([])
            stages[-1].append((name, re.sub(r"\s+", " ", rest).strip()))
    return stages


BUILD, FINAL = instructions()


def one(name: str) -> str:
    """What the only instruction of a name in the final stage says."""
    [said] = [rest for each, rest in FINAL if each == name]
    return said


def environment() -> dict[str, str]:
    """The environment that the image sets."""
    return dict(pair.partition("=")[::2] for pair in one("ENV").split())


def copied() -> Iterator[tuple[list[str], str]]:
    """What is copied from the project, and where to."""
    for stage in (BUILD, FINAL):
        for name, rest in stage:
            if name == "COPY" and not rest.startswith("--from="):
                *sources, target = rest.split()
                yield sources, target


def compose() -> dict[str, dict[str, object]]:
    """The services of compose.yaml."""
    read: dict[str, dict[str, dict[str, object]]] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return read["services"]


# --- What the files say ---


def test_every_instruction_is_one_that_is_known() -> None:
    for stage in (BUILD, FINAL):
        assert {name for name, _ in stage} <= KNOWN
        assert stage[0][0] == "FROM"


def test_both_stages_have_the_same_named_python() -> None:
    images = [stage[0][1].split()[0] for stage in (BUILD, FINAL)]
    assert len(set(images)) == 1
    found = re.fullmatch(r"python:(\d+)\.(\d+)-slim(-\w+)?", images[0])
    assert found, "a version by name, never the latest"
    assert (int(found[1]), int(found[2])) >= (3, 11)


def test_the_final_stage_runs_as_nobody_in_particular() -> None:
    user, group = (int(number) for number in one("USER").split(":"))
    assert user >= 10_000
    assert group >= 10_000
    names = [name for name, _ in FINAL]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name in ("RUN", "COPY")), "code is root's"
    [run] = [rest for name, rest in FINAL if name == "RUN"]
    assert f"--uid {user}" in run
    assert f"--gid {group}" in run
    assert "pip" not in run, "what builds stays in the first stage"


def test_ports_folders_and_signals_are_the_service_s_own() -> None:
    settings = Settings.model_fields
    assert one("EXPOSE") == str(settings["port"].default)
    assert one("VOLUME") == environment()["FUPIN_INDEX"]
    assert getattr(signal, one("STOPSIGNAL")) == signal.SIGTERM
    assert json.loads(one("ENTRYPOINT")) == ["fupin"]
    assert json.loads(one("CMD")) == ["serve"]
    assert str(settings["port"].default) in _health()[-1]
    known = {setting.name for setting in table()}
    assert {name for name in environment() if name.startswith("FUPIN_")} <= known
    services = compose()
    assert set(services["service"]["environment"]) <= known  # type: ignore[call-overload]


def test_what_is_installed_is_checked_by_hash() -> None:
    installs = [
        step
        for stage in (BUILD, FINAL)
        for name, rest in stage
        if name == "RUN"
        for step in rest.split("&&")
        if "pip install" in step
    ]
    assert len(installs) == 3
    for step in installs:
        words = step.split()
        assert {"--no-deps", "--no-cache-dir"} <= set(words)
        if words[-1] == ".":
            assert "--no-build-isolation" in words
        else:
            assert "--require-hashes" in words
            assert words[-2] == "-r"
            assert (ROOT / words[-1]).is_file()
    assert not re.search(r"apt-get|curl |wget |http://|https://", (ROOT / "Dockerfile").read_text("utf-8"))


def test_what_is_copied_is_there_and_is_not_left_out() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert rules[0] == "*", "only what is named gets into the image"
    for sources, _ in copied():
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in rules, source


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", ".dockerignore"])
def test_no_secrets(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert not SECRETS.search(text)
    assert not re.search(r"(?i)\b(?:password|token|secret)\s*[=:]\s*\S", text)
    assert not re.search(r"(?m)^\s*\w*API_KEY\s*[=:]\s*[^$\s]", text), "a key comes from outside"


@pytest.mark.parametrize("name", ["service", "indexer", "clustered-1", "clustered-2", "cluster-indexer"])
def test_every_container_is_shut_in(name: str) -> None:
    service = compose()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - the container's own
    assert not {"privileged", "network_mode", "pid", "user", "cap_add", "devices"} & set(service)


def test_the_service_only_reads_unless_it_is_told_otherwise() -> None:
    services = compose()
    assert services["service"]["volumes"] == ["index:/index:${INDEX_ACCESS:-ro}"]
    assert services["service"]["ports"] == ["127.0.0.1:8000:8000"], "not for the whole network"
    assert services["indexer"]["profiles"] == ["indexer"], "indexing is not started with the service"
    assert services["indexer"]["volumes"] == ["index:/index", "${ARTICLES:-./seeds}:/articles:ro"]
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text("utf-8")))
    comments = "".join(re.findall(r"(?m)^#.*", (ROOT / "compose.yaml").read_text("utf-8")))
    assert {name for name in used if not name.startswith("FUPIN_")} <= set(re.findall(r"\b([A-Z_]+)=", comments))


def test_a_cluster_is_started_only_when_it_is_asked_for() -> None:
    services = compose()
    whole = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    known = {setting.name for setting in table()}
    clustered = [name for name, service in services.items() if service.get("profiles") == ["cluster"]]
    assert set(services) - set(clustered) == {"service", "indexer", "cluster-indexer"}
    assert services["cluster-indexer"]["profiles"] == ["cluster-indexer"]
    assert whole["networks"]["cluster"]["internal"] is True
    for name in clustered:
        assert services[name]["networks"] == ["cluster", "outside"] if name == "proxy" else ["cluster"]
        assert ("ports" in services[name]) == (name == "proxy"), "only the proxy can be reached"
    nodes = [name for name in clustered if name.startswith("node-")]
    assert len(nodes) == 3
    for name in ("clustered-1", "clustered-2", "cluster-indexer"):
        told: dict[str, str] = services[name]["environment"]  # type: ignore[assignment]
        assert set(told) <= known
        fixed = {key.removeprefix("FUPIN_").lower(): value for key, value in told.items() if "$" not in str(value)}
        settings = Settings(**fixed)  # type: ignore[arg-type]
        assert settings.engine == "opensearch"
        assert [url.split("//")[1].split(":")[0] for url in settings.opensearch_url.split(",")] == nodes
    for name in nodes:
        said: dict[str, str] = services[name]["environment"]  # type: ignore[assignment]
        assert said["node.name"] == name
        assert said["discovery.seed_hosts"].split(",") == nodes
    asked = re.findall(r"clustered-\d", whole["configs"]["proxy"]["content"])
    assert asked == [name for name in clustered if name.startswith("clustered-")] == services["proxy"]["depends_on"]


@pytest.mark.parametrize("name", ["service", "clustered-1"])
def test_stopping_leaves_time_to_finish(name: str) -> None:
    grace = int(str(compose()[name]["stop_grace_period"]).removesuffix("s"))
    source = Path(server.__file__).read_text("utf-8")
    [drain] = re.findall(r"timeout_graceful_shutdown=(\d+)", source)
    assert grace > int(drain)


# --- What the steps do ---


def _health() -> list[str]:
    said = one("HEALTHCHECK")
    command: list[str] = json.loads(said[said.index("CMD ") + 4 :])
    return command


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is installed in the image: built from what the first stage copies, and nothing else."""
    [needed] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    requirement = Requirement(needed)
    if version(requirement.name) not in requirement.specifier:
        pytest.skip(f"building needs {needed} (requirements/build.txt); here is {version(requirement.name)}")
    source = tmp_path_factory.mktemp("app")
    for sources, target in copied():
        for name in sources:
            if (ROOT / name).is_dir():
                copytree(ROOT / name, source / target, ignore=ignore_patterns("__pycache__"), dirs_exist_ok=True)
            else:
                (source / name).write_bytes((ROOT / name).read_bytes())
    wheels = tmp_path_factory.mktemp("wheels")
    build = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", build, wheels], cwd=source, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    [wheel] = wheels.glob("*.whl")
    installed = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    return installed


def test_nothing_is_left_behind_when_the_project_is_built(site: Path) -> None:
    for package in ("indexer", "service"):
        for file in (ROOT / package).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".md":
                assert (site / file.relative_to(ROOT)).is_file(), f"{file.relative_to(ROOT)}: not in package-data"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with one article."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "tea.txt").write_text("一片茶叶富了一个村\n\n合作社教村民种茶、制茶，茶叶卖到了省城。\n", "utf-8")
    return folder


class Container:
    """A process with the environment of the image: no home, an empty working folder, a folder for passing things."""

    def __init__(self, site: Path, place: Path) -> None:
        self.site = site
        self.work, self.temporary, self.index = (place / name for name in ("work", "tmp", "index"))
        for folder in (self.work, self.temporary, self.index):
            folder.mkdir()
        self.work.chmod(0o555)
        self.port = _free_port()
        said = {name: value for name, value in environment().items() if name != "PATH"}
        self.environment = {
            **said,
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "PYTHONPATH": str(site),
            "TMPDIR": str(self.temporary),
            "FUPIN_INDEX": str(self.index),
            "FUPIN_HOST": "127.0.0.1",
            "FUPIN_PORT": str(self.port),
            "HTTP_PROXY": "http://127.0.0.1:9",
            "http_proxy": "http://127.0.0.1:9",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the entry point with arguments in the place of CMD."""
        points = next(self.site.glob("fupin-*.dist-info/entry_points.txt")).read_text("utf-8")
        [(module, function)] = re.findall(r"(?m)^fupin\s*=\s*([\w.]+):(\w+)$", points)
        entry = [sys.executable, "-W", "ignore", "-c", f"from {module} import {function}; {function}()"]
        return subprocess.Popen(
            [*entry, *arguments],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def healthy(self) -> bool:
        """Whether the health check of the image says so."""
        python, *arguments = _health()
        assert python == "python"
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=self.work, env=self.environment, capture_output=True).returncode == 0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_image_indexes_serves_is_healthy_and_stops(site: Path, articles: Path, tmp_path: Path) -> None:
    container = Container(site, tmp_path)
    code = _files(site)
    indexing = container.start("index", str(articles))
    said, _ = indexing.communicate(timeout=120)
    assert indexing.returncode == 0, said
    published = _files(container.index)

    assert not container.healthy(), "nothing runs yet"
    service = container.start(*json.loads(one("CMD")))
    try:
        deadline = time.monotonic() + 60
        while not container.healthy():
            assert service.poll() is None, service.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        connection = http.client.HTTPConnection("127.0.0.1", container.port, timeout=10)
        connection.request("GET", "/?q=%E8%8C%B6%E5%8F%B6", headers={"Accept-Language": "en"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert '<html lang="en"' in answer.read().decode()
        connection.close()
    finally:
        service.send_signal(signal.SIGTERM)
        said, _ = service.communicate(timeout=40)
    assert service.returncode in (0, -signal.SIGTERM, 128 + signal.SIGTERM), said
    assert "Traceback" not in said
    assert not container.healthy()
    assert _files(container.index) == published, "without a key the service writes nothing: its volume is read-only"
    assert _files(site) == code, "no byte code beside the program"
    assert list(container.work.iterdir()) == []
