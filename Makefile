# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything these commands make stays in .venv, .cache and build.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.PHONY: help setup lock demo test lint types sanity lint-content molecule docs matrix build bench emulator changelog clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

setup: ## Make .venv with everything development needs (all other commands do it first)
	@tools/setup

demo: setup ## Walk through a whole onboarding against the emulator (CERTS=bundle.pem uses your own authorities)
	@tools/demo

test: lint types ## Lint, types, unit, laws, integration; ends with the count
	@.venv/bin/pytest -n $(WORKERS) --dist worksteal tests

WORKERS ?= 2

lint: setup ## Style, licences, generated files
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/yamllint --strict .
	@.venv/bin/reuse lint --quiet || .venv/bin/reuse lint
	@.venv/bin/antsibull-changelog lint

types: setup ## mypy, strict
	@.venv/bin/mypy

lock: setup ## Write requirements-dev.txt anew from requirements-dev.in
	@tools/lock
