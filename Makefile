.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= auto
SOAK_SECONDS ?= 600
SOAK_SEED ?=
FUZZ_REQUESTS ?= 100000
FUZZ_SEED ?= 1
FUZZ_FIRST ?= 0
ENGINE_CASES ?= 20000
ENGINE_SEED ?= 1
BENCH ?=
BIN := .venv/bin
STATIC := graph/static/index.html

.PHONY: help setup run test soak fuzz bench bench-events lint format schema lock explorer clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

setup: .venv/.installed $(STATIC) ## Build .venv from the locked, hashed requirements, and the explorer page

.venv/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STATIC): .venv/.installed explorer/package-lock.json explorer/index.html explorer/vite.config.js $(shell find explorer/src -type f)
	@scripts/build-explorer $(BIN)

explorer: setup ## Build the GraphiQL page (part of setup)

run: setup ## Migrate, load demo data once, serve with GraphiQL at /graphql
	ISP_GRAPH_LOG_FORMAT=text $(BIN)/isp-graph serve --demo --port $(PORT)

test: setup ## Run all tests
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

soak: setup ## Break everything at random for SOAK_SECONDS (SOAK_SEED repeats a run) and check every event
	SOAK_SECONDS=$(SOAK_SECONDS) SOAK_SEED=$(SOAK_SEED) $(BIN)/pytest -s tests/chaos/test_event_stream.py

fuzz: setup ## Send FUZZ_REQUESTS hostile requests (FUZZ_SEED, FUZZ_FIRST repeat some) to a server of its own, and ENGINE_CASES documents to the engine
	FUZZ_REQUESTS=$(FUZZ_REQUESTS) FUZZ_SEED=$(FUZZ_SEED) FUZZ_FIRST=$(FUZZ_FIRST) $(BIN)/pytest -s tests/e2e/security/test_fuzz.py
	ENGINE_CASES=$(ENGINE_CASES) ENGINE_SEED=$(ENGINE_SEED) $(BIN)/pytest tests/property/engine tests/e2e/engine

bench: setup ## Measure queries side by side with other servers (BENCH=--quick: in a hurry); writes docs/benchmarks.md
	$(BIN)/python -m benchmarks $(BENCH)

bench-events: setup ## Measure the event stream on this machine; writes the table of docs/operating.md
	$(BIN)/python -m benchmarks.events

lint: setup ## Formatting, ruff, mypy --strict, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Format and sort imports in place
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: setup ## Rewrite schema.graphql from the code
	$(BIN)/isp-graph schema > schema.graphql.new && mv schema.graphql.new schema.graphql

lock: setup ## Resolve requirements.txt anew from pyproject.toml
	$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	.venv-lock/bin/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --python-version 3.11 --quiet --custom-compile-command "make lock" --output-file requirements.txt
	rm -rf .venv-lock

clean: ## Remove what was built (demo data stays)
	rm -rf .venv graph/static explorer/node_modules benchmarks/peers/node/node_modules build dist *.egg-info
