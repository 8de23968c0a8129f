# Everything that is done often, in one word each. Needs Python 3.11 or later and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEOPLE ?= 20000
PORT ?= 8000
PYTEST_ARGS ?=

export UV_PYTHON_DOWNLOADS := never

# How many processes run the tests; each has a database of its own.
WORKERS ?= 2

.PHONY: help demo test coverage test-external lint format docs trace vendor bench lock doctor clean

help: ## List the words
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/runtime ## Make a synthetic county, open logins and serve the site
	@$(BIN)/localcare demo --people $(PEOPLE) --port $(PORT)

test: $(VENV)/development chromium java lint ## Check the code and run every test
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

coverage: PYTEST_ARGS += --cov --cov-report=term:skip-covered --cov-report=xml:var/coverage.xml
coverage: test ## The same, counting which lines the tests reach: half as long again

test-external: $(VENV)/development ## Run every test against the PostgreSQL that DATABASE_URL names
	@test -n "$$DATABASE_URL" || { echo 'Set DATABASE_URL, see docs/how-to/use-your-own-postgresql.md'; exit 2; }
	@$(BIN)/pytest $(PYTEST_ARGS)

lint: $(VENV)/development ## Check format, style, types, import directions and templates
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-cache > var/lint-imports.txt || { cat var/lint-imports.txt; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/djlint --quiet --lint localcare --extension=jinja
	@echo 'Format, style, types, import directions and templates are in order.'

format: $(VENV)/development ## Put the code into its format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: $(VENV)/development ## Write the reference pages that come from the code
	@$(BIN)/python -m localcare.config.reference
	@$(BIN)/python -m tests.trace.table
	@$(BIN)/python -m tests.clinical_safety.page

trace: $(VENV)/development ## Write the table of what the papers ask for and which tests show it
	@$(BIN)/python -m tests.trace.table
	@$(BIN)/python -m tests.clinical_safety.page
	@$(BIN)/python -m tests.trace.table

vendor: $(VENV)/development ## Fetch and build the NHS design system's files anew (needs Node.js)
	@$(BIN)/python -m localcare.kernel.nhs_design.vendor

bench: $(VENV)/development ## Measure against the bars; results in docs/reference/benchmarks.md
	@$(BIN)/python -m bench

lock: $(VENV)/development ## Resolve the dependencies anew, with hashes and without addresses
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	    --group dev -o requirements-dev.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	    -c requirements-dev.lock -o requirements.lock pyproject.toml
	@! grep -n '://' requirements.lock requirements-dev.lock

doctor: $(VENV)/runtime ## Say what is missing and how to mend it
	@$(BIN)/localcare doctor

clean: ## Remove the environment and what tools left behind; the database in var/ stays
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov

# The environment. A stamp says which lock it was made from, so that the second time takes no time.

$(VENV)/made: install/environment.sh
	@PYTHON='$(PYTHON)' sh install/environment.sh $(VENV)
	@touch $@

$(VENV)/runtime: $(VENV)/made requirements.lock
	@test -e $(VENV)/development || sh install/packages.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/development: $(VENV)/made requirements-dev.lock
	@sh install/packages.sh $(VENV) requirements-dev.lock
	@mkdir -p var && touch $@ $(VENV)/runtime

.PHONY: chromium java
chromium:
	@sh install/chromium.sh

java:
	@sh install/java.sh
