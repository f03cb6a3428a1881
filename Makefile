# One word per chore. `make demo` and `make test` set up whatever is missing first.

.DEFAULT_GOAL := help
.PHONY: help demo test setup run-setup assets browser check lint types fast bench docs lock reset
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

# The newest Python here that is 3.11 or later; PYTHON=… chooses another.
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$name && break; done)
VENV := .venv/bin
SET_UP := $(if $(PYTHON),$(PYTHON) tools/setup.py,$(error Rapport needs Python 3.11 or later))
PARALLEL ?= 2
BENCH_OF_A_DATABASE := accounts ledger walls demo_load lists

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: run-setup assets ## set up and run the demonstration (RAPPORT_PORT=8000; Ctrl-C stops it)
	@exec $(VENV)/rapport demo

test: setup browser ## set up and run everything CI runs
	@$(MAKE) check
	$(VENV)/pytest -n $(PARALLEL)

setup: ## set up for daily work
	@$(SET_UP) dev
	@$(SET_UP) assets

run-setup:
	@$(SET_UP) run

assets: run-setup ## fetch what pages are made of
	@$(SET_UP) assets

browser:
	@$(SET_UP) browser

check: lint types ## everything but the tests: style, types, boundaries, sizes, migrations, locks, faults
	$(VENV)/lint-imports --no-cache
	$(VENV)/python tools/sizes.py
	$(VENV)/python tools/locks.py
	$(VENV)/python tools/migrations.py
	$(VENV)/python tools/audit.py

lint: ## ruff
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .

types: ## mypy, strict
	$(VENV)/mypy

fast: ## the tests that need no browser and no running processes
	$(VENV)/pytest -n $(PARALLEL) -m "not journey and not processes" src

bench: ## measure beside a peer or a limit; prints ratios (on a quiet machine, about half an hour)
	@failed=0; for file in $(filter-out $(BENCH_OF_A_DATABASE:%=benchmarks/%.py),$(wildcard benchmarks/*.py)); do \
	echo "== $$file"; $(VENV)/python $$file || failed=1; done; \
	echo "== left out, for they measure a database that you name (benchmarks/README.md): $(BENCH_OF_A_DATABASE)"; \
	exit $$failed

docs: ## write the generated pages of docs/ anew
	$(VENV)/python tools/docs.py

lock: ## renew the lock files (needs the network)
	@for extra in run dev; do \
	$(VENV)/uv pip compile pyproject.toml $$([ $$extra = dev ] && echo --extra dev) --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet \
	-o requirements/$$extra.txt; done
	npm install --package-lock-only

reset: ## forget this installation's data
	@$(VENV)/rapport reset --yes
