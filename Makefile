# Needs git, make and Python >= 3.11; everything else goes into .venv.
# A second call of any target spends no time on pip unless pyproject.toml or constraints.txt changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# twice quiet: once still warns of every index that lacks a package; errors are always printed
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
RECORDS ?= 100000
PACKAGES := data translators aligners projection flows

# one stamp a step: an interrupted step is done again
VENV_STAMP := $(VENV)/.created
CORE_STAMP := $(VENV)/.installed-core
DEV_STAMP := $(VENV)/.installed-dev
LINT_STAMP := $(VENV)/.installed-docker-lint
PINS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help venv install dev eflomal quickstart test lint format types bench wheel docker-lint docker-check clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

venv: $(VENV_STAMP) ## a virtual environment in .venv (another interpreter: make PYTHON=python3.12 venv)

install: $(CORE_STAMP) ## the light core and the embedded models, no torch

dev: $(DEV_STAMP) ## the same and the tools for tests, lint and types

quickstart: $(CORE_STAMP) ## install, then carry labelled English news into Portuguese
	@$(BIN)/spanferry build sample:quickstart.yaml

eflomal: $(DEV_STAMP) ## the statistical aligner, built from source: needs a C compiler with OpenMP
	@echo "building eflomal"
	@$(PIP) install -c constraints.txt 'eflomal>=2.0,<3'

test: $(DEV_STAMP) ## all tests that this machine can run
	@$(BIN)/pytest -n 2 --dist loadfile

lint: $(DEV_STAMP) ## ruff: rules and format
	@echo "ruff check"
	@$(BIN)/ruff check --quiet .
	@echo "ruff format --check"
	@$(BIN)/ruff format --quiet --check .

format: $(DEV_STAMP) ## rewrite files as ruff formats them
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .

types: $(DEV_STAMP) ## mypy, strict, over the packages and the tests
	@echo "mypy $(PACKAGES)"
	@$(BIN)/mypy $(foreach package,$(PACKAGES),-p spanferry.$(package))
	@echo "mypy tests"
	@$(BIN)/mypy tests

bench: $(DEV_STAMP) ## speed and memory of bulk building (another size: make RECORDS=1000 bench)
	@$(BIN)/spanferry build sample:quickstart.yaml > /dev/null
	@$(BIN)/python -m tests.bench.bulk out/quickstart $(RECORDS)

wheel: $(DEV_STAMP) ## sdist and wheel in dist/
	@echo "building dist/"
	@rm -rf dist
	@$(BIN)/python -m build --quiet --outdir dist .
	@ls dist

docker-lint: $(LINT_STAMP) ## lint docker/ without a Docker engine
	@$(BIN)/hadolint docker/Dockerfile
	@$(BIN)/pytest -q tests/docker

docker-check: $(LINT_STAMP) ## run the steps of the Dockerfile and of the compose file without Docker
	@$(BIN)/pytest -q tests/docker/check_steps.py tests/docker/check_compose.py

clean: ## remove everything that make made, .venv and ./out/quickstart included
	rm -rf $(VENV) build dist *.egg-info out/quickstart out/quickstart.work .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "spanferry needs Python 3.11 or newer; '$(PYTHON)' is older or not there." \
	    "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(CORE_STAMP): $(PINS) | $(VENV_STAMP)
	@echo "installing spanferry[embedded] into $(VENV), about a minute the first time"
	@$(PIP) install -c constraints.txt -e '.[embedded]'
	@touch $@

# holds what the core install holds, hence both stamps; the tests convert models with torch, for which
# a CPU build will do (PIP_EXTRA_INDEX_URL can name an index that has one)
$(DEV_STAMP): $(PINS) | $(VENV_STAMP)
	@echo "installing everything that the tests use into $(VENV), with torch: minutes the first time"
	@$(PIP) install -c constraints.txt -e '.[embedded,convert,openai,methods,neural,ja,zh,th,ko,vi,icu,dev]'
	@touch $@ $(CORE_STAMP)

$(LINT_STAMP): docker/lint-requirements.txt | $(DEV_STAMP)
	@echo "installing the linters for docker/ into $(VENV)"
	@$(PIP) install -c constraints.txt -r docker/lint-requirements.txt
	@touch $@
