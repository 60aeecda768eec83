# Rempart. The two commands a newcomer needs: make run, make test. `make` alone lists them all.

SHELL := /bin/sh
UV_VERSION := 0.13.9
# The first Python that is 3.11 or later; name another with `make PYTHON=python3.13 run`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
UV := .uv/bin/uv
# Nothing is downloaded but locked packages: no interpreter, and nothing from outside this folder is picked up.
UV_SYNC := UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1 UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --quiet
IN := .venv/bin/
# Where this is set, each of the hundreds of processes that run here would compile every module again: 1.4 s of its 2.4.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench docs clean

help: ## list what make can do
	@echo "Rempart: what make can do"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

setup: .venv/.installed ## install what running needs into .venv (leaves .venv/bin/rempart)

run: setup ## load the example wave, serve the desk and print its address
	@$(IN)rempart demo

test: .venv/.installed-dev ## run every test (installs the tools, Chromium, Java, Tesseract and the servers they need)
	@$(IN)python -m rempart.pages.translations
	@$(IN)python scripts/ensure_chromium.py
	-@$(IN)python -m rempart.radar.java >/dev/null
	-@$(IN)python scripts/ensure_tesseract.py
	-@$(IN)python -m rempart.platforms.servers install
	@$(IN)pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --durations 25

check: .venv/.installed-dev ## formatting, lint, types, import arrows, architecture diagram, connectors' table, rulebooks, privacy register
	$(IN)ruff check .
	$(IN)ruff format --check .
	$(IN)mypy
	$(IN)lint-imports
	$(IN)python scripts/draw_architecture.py --check
	$(IN)python scripts/draw_case_life.py --check
	$(IN)python scripts/draw_connectors.py --check
	$(IN)python scripts/check_rulebooks.py
	$(IN)rempart privacy check

bench: .venv/.installed-dev ## time each room against the best peer, in the same run
	@for file in benchmarks/*.py; do echo; echo "== $$file"; $(IN)python "$$file" || exit 1; done

docs: .venv/.installed-dev ## redraw docs/architecture.md from the code's imports, docs/case-life.md from the list of moves, the table of docs/connectors.md
	$(IN)python scripts/draw_architecture.py
	$(IN)python scripts/draw_case_life.py
	$(IN)python scripts/draw_connectors.py

clean: ## remove what setup made (the database stays: see `rempart database`)
	rm -rf .venv .uv dist

.venv/.installed: $(UV) pyproject.toml uv.lock
	@echo "Installing Rempart into .venv …"
	@$(UV_SYNC) --inexact --no-default-groups --python "$(PYTHON)"
	@$(IN)python -m rempart.pages.translations
	@touch $@

.venv/.installed-dev: .venv/.installed
	@echo "Installing the development tools …"
	@$(UV_SYNC) --inexact --group dev --group bench --extra spark --extra zk --python "$(PYTHON)"
	@touch $@

$(UV):
	@sh scripts/install_uv.sh "$(PYTHON)" "$(UV_VERSION)"
