# Python 3.11 or newer and make are all this needs. The comment after `##` is a target's help; `##@` begins a group.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
READY := .venv/.ready
LOCKS := requirements.lock requirements-dev.lock
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable chrome
STEPS := format-check lint types imports schema-check test
# Further arguments for the command of a target: make test ARGS="-k tree"
ARGS ?=

##@ Use

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z-]*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(READY) ## Create .venv with the locked dependencies (done by the others when needed)
	@:

.PHONY: run
run: setup ## Start everything: migrations, demo data on an empty store, server on 127.0.0.1:8000
	@exec $(BIN)/bailiwick serve --demo $(ARGS)

##@ Check

.PHONY: check
check: setup ## Run every check below and say which failed
	@failed=""; \
	for step in $(STEPS); do \
		printf '\n== %s\n' "$$step"; \
		$(MAKE) "$$step" || failed="$$failed $$step"; \
	done; \
	printf '\n== summary\n'; \
	for step in $(STEPS); do \
		case "$$failed " in *" $$step "*) result=FAILED ;; *) result=ok ;; esac; \
		printf '%-14s %s\n' "$$step" "$$result"; \
	done; \
	test -z "$$failed"

.PHONY: format-check
format-check: setup ## Compare the formatting with what `make format` would write
	@$(BIN)/ruff format --check --quiet --diff .

.PHONY: lint
lint: setup ## Look for mistakes with ruff
	@$(BIN)/ruff check --quiet .

.PHONY: types
types: setup ## Check the types of app with mypy, strictly
	@$(BIN)/mypy $(ARGS)

.PHONY: imports
imports: setup ## Check which layer imports which
	@$(BIN)/lint-imports --no-logo

.PHONY: schema-check
schema-check: setup ## Compare schema.graphql with the code
	@$(BIN)/bailiwick schema --check schema.graphql

# A quarter of a gigabyte, so only where the machine has no browser of its own.
.PHONY: browser
browser: setup ## See to it that there is a browser to look at the explorer with
	@test -n "$$CHROME_BIN" || command -v $(BROWSERS) >/dev/null || $(BIN)/python -c 'import PySide6.QtWebEngineCore' \
		2>/dev/null || { echo "installing a browser for the tests, a minute or two"; \
		$(PIP) --require-hashes -r requirements-browser.lock; }

.PHONY: test
test: browser measure ## Run the tests on SQLite and PostgreSQL, in two processes; ARGS="--db sqlite -k tree" narrows
	@$(BIN)/pytest --numprocesses 2 $(ARGS)

.PHONY: conformance
conformance: setup ## Show which test shows each of the four products' 226 statements; ARGS="--db sqlite" narrows
	@$(BIN)/python -m tests.conformance.table $(ARGS)

##@ Measure

.PHONY: measure
measure: setup ## See to it that there is what measuring draws and ranks with
	@$(BIN)/python -c 'import matplotlib, scipy' 2>/dev/null || { echo "installing what measuring needs, half a minute"; \
		$(PIP) --require-hashes -r requirements-measure.lock; }

.PHONY: bench
bench: measure ## Measure what answers cost, against the same made by hand; QUICK=1 takes less than two minutes
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick) $(ARGS)

.PHONY: proof
proof: measure ## Prove at length what the tests show in small, an hour; QUICK=1 takes some minutes
	@$(BIN)/python -m tests.proof $(if $(QUICK),--quick) $(ARGS)

.PHONY: mutants
mutants: setup ## Seed faults one by one and show which test notices each; ARGS="--only name" narrows, --list lists
	@$(BIN)/python -m tests.mutants $(ARGS)

##@ Change

.PHONY: format
format: setup ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

.PHONY: schema
schema: setup ## Write schema.graphql from the code
	@$(BIN)/bailiwick schema > schema.graphql.new && mv schema.graphql.new schema.graphql || { rm -f schema.graphql.new; exit 1; }

.PHONY: migration
migration: setup ## Draft a migration from the tables as they are now: make migration MESSAGE="add colours"
	@test -n "$(MESSAGE)" || { echo 'say what it does: make migration MESSAGE="add colours"' >&2; exit 2; }
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(BIN)/python -c 'import sys; from app.db.migrate import draft, upgrade; upgrade(sys.argv[1]); draft(*sys.argv[1:])' \
		"sqlite:///$$folder/bailiwick.db" "$(MESSAGE)"

.PHONY: readme
readme: setup ## Write the answers and tables in README.md anew
	@$(BIN)/python -m tests.architecture.readme

.PHONY: lock
lock: setup ## Write the lock files anew from pyproject.toml; ARGS="--upgrade" takes newer versions
	@echo "locking the dependencies, a minute or two"
	@CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --output-file requirements.lock pyproject.toml $(ARGS)
	@CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml $(ARGS)
	@for extra in measure browser; do \
		CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --extra $$extra --constraint requirements-dev.lock \
			--output-file requirements-$$extra.lock pyproject.toml $(ARGS) || exit 1; \
	done

# Hashes of every file of a version, so that one lock file serves every platform; and no address of an index.
COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: clean
clean: ## Remove .venv and caches, never data
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
	@find app tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml $(LOCKS)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		python=""; \
		for name in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14; do \
			if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$name"; break; fi; \
		done; \
		if [ -z "$$python" ]; then \
			echo "no Python 3.11 or newer found: install one, or name it with PYTHON=/path/to/python3" >&2; exit 1; \
		fi; \
		if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
			echo "$$python has no venv module: install it (on Debian and Ubuntu the package python3-venv)" >&2; exit 1; \
		fi; \
		echo "creating .venv with $$("$$python" --version)"; \
		"$$python" -m venv --clear .venv; \
	}
	@echo "installing the locked dependencies, about half a minute"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

PIP = $(BIN)/python -m pip install -qq --disable-pip-version-check
