# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# All that these commands make stays in the clone: .venv, .cache, build and demo.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
export PYTHONDONTWRITEBYTECODE := 1

# Test processes at the same time; 0 for one process and readable output.
WORKERS ?= 2
ANSIBLE := ANSIBLE_HOME="$$PWD/.cache/ansible" ANSIBLE_COLLECTIONS_PATH="$$PWD/.cache/collections"

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

.PHONY: setup
setup: ## Make .venv with all that development needs (the other commands do it first)
	@tools/setup

.PHONY: demo
demo: setup ## Walk through a whole onboarding against the emulator; CERTS=bundle.pem: your own authorities
	@tools/demo $(ARGS)

.PHONY: test
test: lint types ## Lint, types, unit tests, laws, integration; ends with the count
	@.venv/bin/pytest -n $(WORKERS) --dist worksteal

.PHONY: long
long: setup ## What takes longer than `make test` may: kills after each single request, a long fuzz of the emulator
	@LAW_7=every EMULATOR_FUZZ=4 .venv/bin/pytest -n $(WORKERS) --dist worksteal \
	  tests/laws/test_kill.py tests/laws/test_version_writes.py tests/emulator/tests/conformance/test_description_fuzz.py

.PHONY: lint
lint: setup ## Style and licences
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/yamllint --strict .
	@.venv/bin/reuse lint --quiet || .venv/bin/reuse lint
	@.venv/bin/antsibull-changelog lint

.PHONY: types
types: setup ## mypy, strict
	@.venv/bin/mypy

.PHONY: sanity
sanity: setup ## ansible-test sanity, without containers; ARGS="--test validate-modules" picks one test
	@.venv/bin/python tools/sanity.py $(ARGS)

.PHONY: lint-content
lint-content: setup ## ansible-lint of roles, playbooks and scenarios, profile production
	@$(ANSIBLE) PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/ansible-lint --offline --strict --profile production

.PHONY: molecule
molecule: setup ## The scenarios of the roles, against the emulator
	@PATH="$$PWD/.venv/bin:$$PATH" tools/molecule $(ARGS)

.PHONY: docs
docs: setup ## The documentation site, in build/docs/html
	@tools/docs

.PHONY: matrix
matrix: setup ## Tests on every ansible-core we support, on each Python that is installed here
	@.venv/bin/python tools/matrix.py $(ARGS)

.PHONY: build
build: setup ## The galaxy artifact: built, checked, installed into an empty tree and used from there
	@tools/build

.PHONY: bench
bench: setup ## Figures, one JSON line each
	@.venv/bin/python tests/bench

.PHONY: emulator
emulator: setup ## Run the emulator and show how to point a playbook at it; ARGS="--durations real" and others are handed on
	@tools/emulator $(ARGS)

.PHONY: lock
lock: setup ## Write requirements-dev.txt anew from requirements-dev.in
	@tools/lock

.PHONY: clean
clean: ## Remove what these commands made, but for .venv
	@rm -rf build demo .cache/* .ansible .hypothesis
