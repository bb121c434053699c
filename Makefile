# The one list of commands, for people and for CI. `make` alone shows it.
# `exec`, so that no shell stands between make and what it starts: a signal sent to make reaches it.

# The first Python on this machine that is new enough; name another with `make run PYTHON=...`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
ALONE := $(BIN)/python -m standalone exec --
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help environment run test test-faults bench audit bom schemathesis check check-beside-servers journey format schema pathway vendor lock

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

environment:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and there is none on the PATH: install it, or name it as in \"make run PYTHON=/opt/python/bin/python3\"." >&2; exit 1; }
	@$(PYTHON) -m standalone.environment

run: environment ## start the whole service on this machine, until Ctrl-C
	@exec $(BIN)/python -m standalone run

test: environment ## run the tests beside servers of their own (ARGS="tests/api -k accept")
	@exec $(ALONE) $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

test-faults: environment ## kill everything under load and reconcile (ARGS="--short --seed 7"); long without --short
	@exec $(BIN)/python -m tests.faults $(ARGS)

bench: environment ## measure everything beside its limit (ARGS="--short --referrals 10000 --services 5000"); long without
	@exec $(ALONE) $(BIN)/python -m benchmarks $(ARGS)

check: environment ## format, lint, types, imports, migrations, deployment, API schema
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/bandit -q -c config/bandit.yml -r accounts config core insights notifications referrals services_directory web
	$(BIN)/python -m standalone.known_holes audit
	@exec $(ALONE) $(MAKE) --no-print-directory check-beside-servers

audit: environment ## look for known holes in what is installed; says plainly when it could not
	@$(BIN)/python -m standalone.known_holes audit

bom: environment ## write the bill of materials (CycloneDX), of requirements.lock
	@$(BIN)/python -m standalone.known_holes bom

schemathesis: environment ## ask the whole API for a long time (ARGS="--cases 10000 --role lead")
	@exec $(ALONE) $(BIN)/python -m tests.schema $(ARGS)

# What needs the settings, and with them a database; `make check` calls it.
check-beside-servers:
	$(BIN)/mypy .
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEPLOYMENT=production PUBLIC_URL=https://referral.example ALLOWED_HOSTS=referral.example \
		DATABASE_URL="$$APPLICATION_DATABASE_URL" \
		SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	@set -e; schema=$$(mktemp); trap 'rm -f "$$schema"' EXIT; \
		$(BIN)/python manage.py spectacular --validate --fail-on-warn --file "$$schema"; \
		diff -u docs/openapi.yml "$$schema" || \
		{ echo 'docs/openapi.yml is not what the code says: "make schema" writes it anew.' >&2; exit 1; }

journey: environment ## walk one referral through a running service, as its people do
	@$(BIN)/python -m demo.journey

format: environment ## format the code, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: environment ## write docs/openapi.yml from the code
	@exec $(ALONE) $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yml

pathway: environment ## write docs/pathway.md from the code
	@exec $(ALONE) $(BIN)/python manage.py draw_pathway

# For developers who move to another release of the design system; needs npm.
vendor: environment
	$(BIN)/python -m web.vendoring

screenshots: environment ## take the pictures of the README anew, of the demo's year (docs/pictures/); needs Chromium
	@exec $(ALONE) $(BIN)/python -m tests.e2e.screenshots $(ARGS)

# For developers who change pyproject.toml; needs uv.
COMPILE := uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11
lock: ## write the two lock files from pyproject.toml
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
