# The commands of this repository; `make help` lists them. docs/commands.md says which of them other programs rely on.
PYTHON ?= python3
BROWSER ?= 1
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STATIC := src/crossfoot/web/static/dist
WORDS := $(wildcard src/crossfoot/locale/*/LC_MESSAGES/*.po)
FRONTEND := $(shell find frontend/src -type f 2>/dev/null)
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --annotation-style line

# What the browser tests drive. A test run never reaches for another address, whatever a person has configured.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help env demo test deep check bench golden messages pictures lock clean browser postgresql

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-8s %s\n", $$1, $$2 }'

env: $(VENV)/.installed $(STATIC)/app.js ## build .venv and the front end (a second run does nothing)

demo: env ## start everything with a demo reseller and print the logins; Ctrl-C stops it
	@exec $(BIN)/crossfoot demo

test: browser postgresql env check ## every test (BROWSER=0 leaves the browser tests out and counts them)
	@BROWSER=$(BROWSER) $(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not deep"

deep: browser postgresql env ## the long suites: many kills, many cases; up to an hour
	@BROWSER=$(BROWSER) $(BIN)/pytest -n $(WORKERS) --dist loadgroup -m deep --timeout 3600

check: env ## style, format, types, borders between rooms, our own rules
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.rules
	@CROSSFOOT_HOME=$(abspath $(VENV))/home $(BIN)/mypy

bench: env ## measure, and print tables
	@$(BIN)/python -m bench

messages: env ## gather the words of the pages into the catalogues, to be translated there
	@CROSSFOOT_HOME=$(abspath $(VENV))/home $(BIN)/python -m tools.messages

golden: env ## write the golden files anew; read their difference before you commit it
	@BROWSER=0 $(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not deep" --write-golden

pictures: browser env ## take the pictures of the pages anew (docs/pictures); look at them before you commit
	@$(BIN)/pytest -n 0 tests/web/test_pictures.py --write-pictures --write-golden

lock: ## choose versions anew and write the lock files (needs uv and npm)
	$(LOCK) --upgrade requirements/base.in -o requirements/base.txt
	$(LOCK) --upgrade -c requirements/base.txt requirements/dev.in -o requirements/dev.txt
	cd frontend && npm install --package-lock-only --ignore-scripts

clean: ## remove what was built; data of the demo stays
	rm -rf $(VENV) frontend/node_modules $(STATIC) src/crossfoot/render/static build src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/.requirements: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Crossfoot needs Python 3.11 or newer: install it, or name it with make PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo 'Python could not make .venv: install the package python3-venv.' >&2; exit 1; }
	@echo 'Installing the Python packages into $(VENV) ...' >&2
	@$(BIN)/python -m pip install --quiet --only-binary :all: --require-hashes -r $<
	@touch $@

$(VENV)/.installed: $(VENV)/.requirements pyproject.toml requirements/base.in $(WORDS)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m tools.messages compile
	@touch $@

frontend/node_modules/.installed: frontend/package-lock.json frontend/package.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || \
		{ echo 'Crossfoot needs Node.js 20 or newer with npm: install the packages nodejs and npm.' >&2; exit 1; }
	@echo 'Installing the front-end packages ...' >&2
	@cd frontend && npm ci --ignore-scripts --silent
	@touch $@

$(STATIC)/app.js: frontend/node_modules/.installed frontend/build.mjs $(FRONTEND)
	@cd frontend && node build.mjs

# The tests of DATABASE_URL use the distribution's PostgreSQL, and the embedded one where there is none.
postgresql:
	@sh tools/postgresql.sh

browser:
	@[ "$(BROWSER)" = 0 ] || sh tools/chromium.sh
