# Everything runs from here; `make` alone says what there is.
UV := .tools/bin/uv
BIN := .venv/bin

.PHONY: help setup demo test lint bench soak docs clean

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(UV):
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv==0.13.9

.venv/.ready: $(UV) pyproject.toml uv.lock
	$(UV) sync --frozen --quiet
	@touch $@

# what the demo runs on, without the suite's tools and Spark's 400 MB; what is there already stays
.venv/.demo-ready: $(UV) pyproject.toml uv.lock
	$(UV) sync --frozen --quiet --inexact --no-default-groups --group demo
	@touch $@

setup: .venv/.ready ## set up everything in .venv

demo: .venv/.demo-ready ## one whole life of a data element on 336,776 real flights
	$(BIN)/mumian demo

test: setup ## the whole test suite
	$(BIN)/pytest -n 2 --no-loadscope-reorder

lint: setup ## format, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## figures against peers in the same run: build/bench.json
	$(UV) sync --frozen --quiet --group bench
	$(BIN)/python -m benchmarks

soak: setup ## long crash and kill campaigns
	$(BIN)/pytest -m soak tests

docs: setup ## write docs/reference from the code
	$(BIN)/python -m mumian.cli.reference docs/reference

clean: ## remove what the build made
	rm -rf build .venv .tools .mypy_cache .ruff_cache .pytest_cache
