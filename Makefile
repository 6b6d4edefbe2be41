# Two commands do everything: `make run` runs the demo city, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint unit pieces whole nights bench soak swmm lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "zhadao needs Python 3.11 or newer; $(PYTHON) is older. Try: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make $(VENV): is the folder writable, and the venv module there (Debian: apt install python3-venv)?"; exit 1; }
	@echo "Installing zhadao into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "Installing the test tools into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)-swmm/.done: requirements-swmm.lock
	@$(PYTHON) -m venv $(VENV)-swmm
	@echo "Installing the storm-water model into $(VENV)-swmm (once) ..."
	@$(VENV)-swmm/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-swmm.lock
	@touch $@

swmm: $(VENV)-swmm/.done ## the storm-water model SWMM, apart from everything else, for its benchmarks

run: $(VENV)/.run ## run the demo city (ARGS="--at 2026-06-21T18:30 --speed 60")
	@exec $(BIN)/zhadao demo $(ARGS)

lint: $(VENV)/.dev ## ruff, mypy strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

unit: $(VENV)/.dev ## the tests alone, in three processes side by side; ARGS="tests/unit/api -x" runs just those
ifeq ($(ARGS),)
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target pieces whole nights
else
	@$(BIN)/python -m pytest $(ARGS)
endif

pieces:
	@$(BIN)/python -m pytest tests/unit

whole:
	@$(BIN)/python -m pytest tests/contract tests/integration

nights:
	@$(BIN)/python -m pytest tests/scenarios

test: $(VENV)/.dev ## everything that must pass before a change lands
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=target lint pieces whole nights

bench: $(VENV)/.dev ## every benchmark, into build/bench.json
	@$(BIN)/python -m tests.bench --all --output build/bench.json

soak: $(VENV)/.dev ## the long campaigns
	@$(BIN)/python -m pytest -m soak tests

lock: ## rewrite the lock files (needs uv)
	@sh tools/lock.sh

clean: ## remove what make made
	@rm -rf $(VENV) $(VENV)-swmm build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
