# Everything happens in virtual environments inside this folder; git, make and Python >= 3.11 are all that is needed.
#
#   make run        install, index seeds/ if there is no index yet, serve on http://127.0.0.1:8000
#   make test       install what the tests need and run them all
#   make install    install only; the command is then .venv/bin/fupin
#   make help       the rest

VENV = .venv
BIN = $(VENV)/bin
DATA = ../shared
FILE = $(DATA)/scale/news.jsonl.gz
# An index to measure on.
INDEX = .fupin
# What make install is to install besides: opensearch, for a cluster.
EXTRA =
# What the tests are given besides, such as: make test ARGS="-k places -x"
ARGS =
# The OpenSearch of `make opensearch`: how many nodes, where, with how much memory each.
NODES = 1
PORT = 9200
HEAP = 1g
# How many tests at a time; 0 for one after the other, in one process.
JOBS = auto
PIP = -m pip --disable-pip-version-check --no-input
# Hashes are checked and nothing is resolved; packages that come as source are built with the setuptools of the
# lock file, not with one that is fetched unseen.
INSTALL = $(PIP) install --quiet --require-hashes --no-deps --no-build-isolation

.NOTPARALLEL:
.PHONY: help run install test browser screenshots lint format types layering evaluate bench faults api-fuzz hostile load scale opensearch engines lock test-whoosh3 clean

help:
	@echo 'make run            install, index seeds/ if there is no index yet, serve on http://127.0.0.1:8000'
	@echo 'make install        install into $(VENV); the command is then $(BIN)/fupin (EXTRA=opensearch: for a cluster too)'
	@echo 'make test           install what the tests need and run them all (ARGS="-k word" for some)'
	@echo 'make browser        install Chromium, which the tests of the pages need, where apt-get may (FUPIN_NO_APT=1: never)'
	@echo 'make screenshots    pictures of all pages in build/screenshots (ARGS="picture": docs/search-page.png)'
	@echo 'make lint           ruff: rules and format'
	@echo 'make format         let ruff rewrite what it can'
	@echo 'make types          mypy, strict, on both packages'
	@echo 'make layering       who may import whom'
	@echo 'make evaluate       ranking and extraction beside their baselines over DATA=$(DATA): tests/relevance/REPORT.md'
	@echo 'make bench          the product beside tantivy, SQLite FTS5 and plain Whoosh over FILE: tests/bench/REPORT.md (ARGS="--sizes 10000")'
	@echo 'make faults         the long fault tests: writers and workers killed, a minute of load while generations change'
	@echo 'make load           what serving costs: processor time, latency; with wrk, over INDEX=$(INDEX)'
	@echo 'make api-fuzz       what the API says of itself held against what it does, with many requests made up'
	@echo 'make hostile        ten thousand requests that nobody should send'
	@echo 'make scale          time, memory, size and latency over a whole archive: FILE=news.jsonl.gz'
	@echo 'make opensearch     a real OpenSearch on loopback until interrupted: NODES=1, PORT=9200, HEAP=1g (needs Java 17 and Maven)'
	@echo 'make engines        both engines side by side over FILE: the same answers, what they cost (ARGS="--articles 40000 --nodes 1 3")'
	@echo 'make test-whoosh3   all tests with whoosh3 in the place of Whoosh'
	@echo 'make lock           new lock files from pyproject.toml (UPGRADE=1 takes the newest versions)'
	@echo 'make clean          remove the virtual environments and caches; the index stays'
	@echo
	@echo 'PYTHON=/path/to/python chooses the interpreter (3.11 or newer).'

run: install
	@test -e "$${FUPIN_INDEX:-.fupin}/CURRENT" || $(BIN)/fupin index seeds || test $$? -eq 3
	@exec $(BIN)/fupin serve

install: $(VENV)/.project $(if $(filter opensearch,$(EXTRA)),$(VENV)/.opensearch)

test: $(VENV)/.test $(VENV)/.project browser
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

screenshots: $(VENV)/.test $(VENV)/.project browser
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.test $(VENV)/.project
	$(BIN)/mypy

layering: $(VENV)/.test $(VENV)/.project
	$(BIN)/python -m pytest --quiet tests/test_layering.py

evaluate: $(VENV)/.test $(VENV)/.project
	$(BIN)/python -m tests.relevance.evaluate "$(DATA)" --report tests/relevance/REPORT.md $(ARGS)

bench: $(VENV)/.test $(VENV)/.project
	$(BIN)/python -m tests.bench.compare "$(FILE)" --labels "$(DATA)/articles/labels.jsonl" $(ARGS)

faults: $(VENV)/.test $(VENV)/.project
	FUPIN_NODES=3 FUPIN_KILLS=200 FUPIN_LOAD_SECONDS=60 FUPIN_WORKER_KILLS=200 $(BIN)/python -m pytest tests/faults $(ARGS)

load: $(VENV)/.test $(VENV)/.project
	$(BIN)/python -m tests.bench.serving "$(INDEX)"

api-fuzz: $(VENV)/.test $(VENV)/.project
	FUPIN_EXAMPLES=300 $(BIN)/python -m pytest -s tests/service/test_openapi.py $(ARGS)

hostile: $(VENV)/.test $(VENV)/.project
	FUPIN_REQUESTS=10000 $(BIN)/python -m pytest -s tests/service/test_hostile.py $(ARGS)

scale: $(VENV)/.test $(VENV)/.project
	$(BIN)/python -m tests.bench.scale "$(FILE)"

opensearch: $(VENV)/.test
	@exec $(BIN)/python -m tests.opensearch.cluster --nodes $(NODES) --port $(PORT) --heap $(HEAP) $(ARGS)

engines: $(VENV)/.test $(VENV)/.project
	FUPIN_LONG=1 FUPIN_TEST_OPENSEARCH=1 $(BIN)/python -m pytest tests/engines
	$(BIN)/python -m tests.engines.relevance "$(DATA)"
	$(BIN)/python -m tests.engines.compare "$(FILE)" $(or $(ARGS),--nodes 1 3)

# --- virtual environments ---------------------------------------------------------------------------------------------
# A stamp file stands for what was installed; it is older than a lock file that has changed since.

SUITABLE = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

define make_venv
	@found=; \
	for python in $(or $(1),$(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
	    if "$$python" -c '$(SUITABLE)' >/dev/null 2>&1; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo 'fupin needs Python 3.11 or newer with venv and pip, and found none$(if $(PYTHON), at PYTHON=$(PYTHON)).' >&2; \
	    echo 'Install one (on Debian and Ubuntu: python3 and python3-venv) or name it: make PYTHON=/path/to/python3 …' >&2; \
	    exit 1; \
	fi; \
	echo "Python: $$($$found -c 'import sys; print(sys.version.split()[0], sys.executable)')"; \
	"$$found" -m venv --clear $(@D)
	@touch $@
endef

$(VENV)/.made:
	$(call make_venv)

$(VENV)/.build: requirements/build.txt $(VENV)/.made
	@$(BIN)/python $(INSTALL) -r requirements/build.txt
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt $(VENV)/.build
	@echo 'Installing what fupin needs (requirements/runtime.txt) …'
	@$(BIN)/python $(INSTALL) -r requirements/runtime.txt
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.runtime
	@$(BIN)/python $(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.opensearch: requirements/opensearch.txt $(VENV)/.project
	@echo 'Installing what a cluster is spoken to with (requirements/opensearch.txt) …'
	@$(BIN)/python $(INSTALL) -r requirements/opensearch.txt
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.runtime
	@echo 'Installing what the tests need (requirements/test.txt) …'
	@$(BIN)/python $(INSTALL) -r requirements/test.txt
	@touch $@

# The tests of the pages want a browser. It is installed where that takes no more than asking, and tried once; where there
# is none they are skipped and say so. What dpkg runs is in folders that a bare environment does not name.
APT = env PATH="$$PATH:/usr/local/sbin:/usr/sbin:/sbin" DEBIAN_FRONTEND=noninteractive timeout 600 apt-get -qq \
	-o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o Dpkg::Use-Pty=0

browser: $(VENV)/.made
	@for name in "$$FUPIN_CHROMIUM" chromium chromium-browser google-chrome; do \
	    if [ -n "$$name" ] && command -v "$$name" >/dev/null; then exit 0; fi; \
	done; \
	if [ -n "$$FUPIN_NO_APT" ] || [ -e $(VENV)/.no-chromium ] || ! command -v apt-get >/dev/null; then \
	    echo 'No Chromium: the tests of the pages will be skipped (see make help).'; exit 0; \
	fi; \
	if [ "$$(id -u)" = 0 ]; then as=; elif sudo -n true 2>/dev/null; then as='sudo -n'; else \
	    echo 'No Chromium, and only root may install it: the tests of the pages will be skipped.'; exit 0; \
	fi; \
	echo 'Installing Chromium for the tests of the pages (FUPIN_NO_APT=1 forbids it) …'; \
	if $$as $(APT) update && $$as $(APT) install --yes --no-install-recommends chromium fonts-noto-cjk >/dev/null; then :; else \
	    touch $(VENV)/.no-chromium; \
	    echo 'That failed; the tests of the pages will be skipped (remove $(VENV)/.no-chromium to try again).'; \
	fi

# whoosh3 has the same import name, so it gets a virtual environment of its own.
.venv-whoosh3/.made:
	$(call make_venv)

.venv-whoosh3/.test: requirements/build.txt requirements/test.txt requirements/whoosh3.txt pyproject.toml .venv-whoosh3/.made
	@.venv-whoosh3/bin/python $(INSTALL) -r requirements/build.txt
	@.venv-whoosh3/bin/python $(INSTALL) -r requirements/test.txt
	@.venv-whoosh3/bin/python $(PIP) uninstall --quiet --yes Whoosh whoosh3 2>/dev/null
	@.venv-whoosh3/bin/python $(INSTALL) -r requirements/whoosh3.txt
	@.venv-whoosh3/bin/python $(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

test-whoosh3: .venv-whoosh3/.test
	.venv-whoosh3/bin/python -m pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

# --- lock files -------------------------------------------------------------------------------------------------------
# Made with the oldest Python that is supported, so that what is chosen runs on all of them.

COMPILE = .venv-lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --resolver=backtracking $(if $(UPGRADE),--upgrade)

.venv-lock/.made:
	$(call make_venv,python3.11)

.venv-lock/.tools: .venv-lock/.made
	@.venv-lock/bin/python $(PIP) install --quiet pip-tools
	@touch $@

lock: .venv-lock/.tools
	@mkdir -p requirements
	$(COMPILE) --output-file requirements/runtime.txt pyproject.toml
	$(COMPILE) --output-file requirements/test.txt --extra test --constraint requirements/runtime.txt pyproject.toml
	$(COMPILE) --output-file requirements/opensearch.txt --extra opensearch --constraint requirements/runtime.txt pyproject.toml
	echo 'setuptools>=77' | $(COMPILE) --output-file requirements/build.txt -
	echo 'whoosh3' | $(COMPILE) --output-file requirements/whoosh3.txt -
	@for file in requirements/*.txt; do \
	    { echo '# Made by `make lock`; do not edit. The hashes are those of the files for all platforms.'; \
	      grep -v -e '^#' -e '^$$' "$$file"; } > "$$file.new" && mv "$$file.new" "$$file"; \
	done

clean:
	rm -rf .venv .venv-whoosh3 .venv-lock build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find indexer service tests -name __pycache__ -type d -prune -exec rm -rf {} +
