# Everything here works from a fresh clone: what a target needs is built first, and again only when its pins change.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# Asked for its version, not merely looked for: a name on the PATH may be a switch that leads nowhere.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$name; break; }; done)
PORT ?= 8000
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# Settings may also stand in a file .env, which docker compose reads as well.
WITH_SETTINGS := $(BIN)/honcho run

.PHONY: help run test lint format types migrations messages check e2e bench storm screenshots lock clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- what the targets stand on -----------------------------------------------------------------------------------

$(BIN)/python:
	@python="$(PYTHON)"; [ -n "$$python" ] || { echo "Python 3.11 or newer with venv is needed: make PYTHON=/path/to/python"; exit 1; }; \
	"$$python" -m venv .venv

# What the tests need includes what the product needs, from the same pins.
.venv/.base: requirements/base.txt | $(BIN)/python
	@[ .venv/.dev -nt requirements/dev.txt ] || { echo "Installing what the product needs ..."; $(PIP) -r requirements/base.txt; }
	@touch $@

.venv/.dev: requirements/dev.txt | $(BIN)/python
	@echo "Installing what the product and its tests need ..."
	@$(PIP) -r requirements/dev.txt
	@touch $@

node_modules/.installed: package-lock.json package.json .npmrc
	@echo "Installing the front-end files ..."
	@npm ci --silent --no-progress
	@touch $@

# --- run ---------------------------------------------------------------------------------------------------------

run: .venv/.base node_modules/.installed ## start the demo clinic on http://127.0.0.1:8000/ (PORT=8001 for another)
	@$(WITH_SETTINGS) $(BIN)/python manage.py migrate --verbosity 0
	@$(WITH_SETTINGS) $(BIN)/python manage.py seed_demo --if-empty
	@echo "Steadyweek is starting on http://127.0.0.1:$(PORT)/ (Ctrl-C stops it)"
	@STEADYWEEK_BASE_URL="$${STEADYWEEK_BASE_URL:-http://127.0.0.1:$(PORT)}" $(BIN)/honcho start --port $(PORT)

# --- tests and checks --------------------------------------------------------------------------------------------

test: .venv/.dev node_modules/.installed ## all tests that this machine can run (ARGS="tests/web -k week" for some)
	@$(BIN)/python -m scripts.run_tests $(ARGS)

e2e: .venv/.dev node_modules/.installed ## the pages in a real browser
	@$(BIN)/python -m scripts.run_tests tests/browser $(ARGS)

lint: .venv/.dev ## style of the code and the templates, and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint web/templates --lint --quiet
	$(BIN)/lint-imports

format: .venv/.dev ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/.dev ## mypy --strict over the product and its tests
	$(BIN)/mypy --strict

migrations: .venv/.dev ## no model without its migration, and none that a live table would feel
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m scripts.lint_migrations

# Needs gettext. A new sentence comes out empty, one that was reworded comes out fuzzy: a test names both.
messages: .venv/.dev ## gather the sentences to translate into locale/, and compile the translations
	$(BIN)/django-admin makemessages --locale es --no-wrap --no-obsolete --add-location file \
		--ignore node_modules --ignore tests --ignore bench --ignore scripts --ignore var
	$(BIN)/django-admin compilemessages --locale es --ignore node_modules --ignore .venv --verbosity 0

check: lint types migrations test ## everything that a change must pass

bench: .venv/.dev node_modules/.installed ## measure; writes var/bench.json
	@$(BIN)/python -m bench $(ARGS)

storm: .venv/.dev node_modules/.installed ## races and load on PostgreSQL; writes var/storm.json
	@$(BIN)/python -m tests.load $(ARGS)

screenshots: .venv/.dev node_modules/.installed ## photograph the demo clinic's pages into docs/images
	@$(BIN)/python -m scripts.screenshots

# --- pins --------------------------------------------------------------------------------------------------------

UV ?= uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: ## pin requirements/*.in and package.json anew (UPGRADE=--upgrade for newer releases)
	$(COMPILE) $(UPGRADE) requirements/base.in -o requirements/base.txt
	$(COMPILE) $(UPGRADE) -c requirements/base.txt requirements/dev.in -o requirements/dev.txt
	npm install --package-lock-only

clean: ## take away what was built, and the demo clinic's data
	rm -rf .venv node_modules var
