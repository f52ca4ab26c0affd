# From a bare checkout, with python3 (3.11 or later) and make: every target sets up what it needs, in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := /usr/bin/chromium

PIP := $(BIN)/python -m pip -qq --disable-pip-version-check install
LOCKED := $(PIP) --require-hashes --only-binary :all:
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test parity check fix bench lock clean chromium
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## start a synthetic hospital on this machine and say where to look
	@$(BIN)/ecluse demo

test: $(VENV)/.dev ## run every test: the fast ones first, then slow and PostgreSQL, then the browser
	@echo "== fast tests"
	@$(PYTEST) -n 2 -m "not slow and not postgres and not browser and not spark"
	@$(MAKE) --no-print-directory chromium
	@if grep -rqE 'mark\.(slow|postgres)' tests --include='*.py'; then \
		echo "== slow and PostgreSQL tests"; \
		$(PYTEST) -n 2 -m "(slow or postgres) and not browser and not spark" || [ $$? -eq 5 ]; \
	fi
	@if [ -x $(CHROMIUM) ] && grep -rq 'mark\.browser' tests --include='*.py'; then \
		echo "== browser tests"; \
		$(PYTEST) -m browser || [ $$? -eq 5 ]; \
	fi
	@if command -v java >/dev/null && $(BIN)/python -c 'import pyspark' 2>/dev/null; then \
		echo "== Spark"; \
		$(PYTEST) -m spark || [ $$? -eq 5 ]; \
	else \
		echo "!!! SPARK TESTS SKIPPED: no PySpark or no Java. Install Java 17, then: make parity"; \
	fi

parity: $(VENV)/.spark ## compare the plain engine, DuckDB and Spark on invented logs (needs Java 17)
	@command -v java >/dev/null || { echo "Spark needs Java: install Debian's package openjdk-17-jre-headless."; exit 1; }
	@$(PYTEST) tests/parity

check: $(VENV)/.dev ## lint, format, types and layers; changes nothing
	@echo "== ruff check" && $(BIN)/ruff check --quiet .
	@echo "== ruff format" && $(BIN)/ruff format --check .
	@echo "== mypy" && $(BIN)/mypy
	@echo "== import-linter" && $(BIN)/lint-imports --no-logo
	@echo "== docs" && $(BIN)/python docs/build.py --check

fix: $(VENV)/.dev ## repair what can be repaired by itself: lint and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python docs/build.py

bench: $(VENV)/.run ## measure
	@$(BIN)/ecluse bench --help

lock: ## renew requirements/*.txt from pyproject.toml
	@echo "Locking …"
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip -qq --disable-pip-version-check install uv
	@bash requirements/lock $(VENV)-lock/bin/uv

clean: ## remove what make built, .venv and demo-home included
	@rm -rf $(VENV) $(VENV)-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist demo-home
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

chromium:
	@if [ ! -x $(CHROMIUM) ] && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "Installing Chromium for the browser tests (once) …"; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get -qq update >/dev/null && \
		apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core >/dev/null 2>&1 || true; \
	fi
	@[ -x $(CHROMIUM) ] || \
		echo "!!! BROWSER TESTS SKIPPED: no $(CHROMIUM). Install Debian's packages chromium and fonts-dejavu-core."

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Écluse needs Python 3.11 or later, not " + sys.version)'
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml requirements/build.txt requirements/base.txt | $(BIN)/python
	@echo "Installing what Écluse needs into $(VENV) (about a minute, once) …"
	@$(LOCKED) -r requirements/build.txt -r requirements/base.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what its tests need into $(VENV) (about a minute, once) …"
	@$(LOCKED) -r requirements/dev.txt
	@touch $@

# PySpark is published as source only: it is built here, with the locked tools.
$(VENV)/.spark: requirements/spark-build.txt requirements/spark.txt $(VENV)/.dev
	@echo "Installing Spark into $(VENV) (some 400 MB, once) …"
	@$(LOCKED) -r requirements/spark-build.txt
	@$(LOCKED) --no-binary pyspark --no-build-isolation -r requirements/spark.txt
	@touch $@
