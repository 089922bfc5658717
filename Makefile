# Two commands are enough: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run install test check format bench lock messages clean
.DEFAULT_GOAL := help

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/base ## Serve the site on 127.0.0.1:8000 (PORT=… for another), with sample content on the first run
	@$(BIN)/python manage.py serve

install: .venv/base ## Only install what the site needs, into .venv

test: .venv/dev ## The whole suite; on PostgreSQL too with TEST_DATABASE_URL, browser tests where Chromium is
	@$(BIN)/python tests/run.py $(ARGS)

check: .venv/dev ## Format, lint, types, migrations, templates, import direction
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: run 'make format'."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	@$(BIN)/mypy .
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check
	@$(BIN)/lint-imports --no-logo
	@! grep -rn '://' requirements || { echo "The lock files must name no host."; exit 1; }

format: .venv/dev ## Format code and templates
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

bench: .venv/dev ## Measure the figures of docs/figures.md (15 minutes)
	@$(BIN)/python -m bench

lock: .venv/dev ## Resolve the dependencies of pyproject.toml anew into requirements/
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) --upgrade --output-file requirements/base.txt
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra dev --constraint requirements/base.txt --output-file requirements/dev.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

messages: .venv/base ## Collect the interface's texts for translation and compile them (needs GNU gettext)
	@$(BIN)/python manage.py makemessages --all --ignore .venv --ignore var --ignore tests --ignore bench --no-location --no-wrap
	@$(BIN)/python manage.py compilemessages --ignore .venv

clean: ## Remove .venv; the site's data in var/ stays
	rm -rf .venv

# pip alone, without a second installer: 15 s for what the site needs.
.venv/base: requirements/base.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Newsroom needs Python 3.11 or newer: make run PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python cannot make virtual environments here; on Debian: apt install python3-venv"; exit 1; }
	@echo "Installing what the site needs into .venv …"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements/base.txt
	@touch $@

.venv/dev: requirements/dev.txt .venv/base
	@echo "Installing what the tests need into .venv …"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
