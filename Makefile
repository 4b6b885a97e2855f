# 清程 (Qingcheng). `make help` lists the targets.
SHELL := bash
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help

.PHONY: help run test lint bench format screenshots requirements frontend

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

run: .venv/run ## install, migrate, load library and demo data, serve on 127.0.0.1:$PORT (8000)
	@exec $(BIN)/python -m app.launcher

test: .venv/dev .venv/browser ## the whole test suite, with PostgreSQL and a real browser
	$(BIN)/python -m tests.run

lint: .venv/dev ## format, lint, types, import rules, diagrams, forms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/flask --app app processes check
	$(BIN)/python -m tests.lint_forms

bench: .venv/dev ## benchmarks: ratios against peers and limits (bench/README.md)
	$(BIN)/python -m bench

format: .venv/dev ## format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: .venv/dev .venv/browser ## take the screenshots of the README
	$(BIN)/python -m tests.browser.screenshots

frontend: ## rebuild app/static/dist from frontend/ (needs Node)
	cd frontend && npm ci --no-audit --no-fund && npm run build

requirements: .venv/dev ## pin requirements.txt and requirements-dev.txt anew
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras requirements.in -o requirements.txt
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe requirements-dev.in -o requirements-dev.txt

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements.txt
	$(BIN)/pip install -q --require-hashes -r requirements.txt
	@touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(BIN)/pip install -q --require-hashes -r requirements-dev.txt
	@touch $@

.venv/browser: .venv/dev tests/install_browser.sh
	bash tests/install_browser.sh
	@touch $@
