# `make demo` and `make test` need only Python 3.11 or newer, pip and make; they set up .venv themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Those that the README shows.
PICTURES := rate compare desk studies results system-compare sql

.PHONY: demo test test-slow test-rare lint bench starter pictures clean

demo: $(VENV)/.local
	$(BIN)/viva demo

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not rare"

# Trainings, kills and full terminals: first those that can run side by side, then those that need the machine.
test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m "slow and parallel and not rare"
	$(BIN)/python -m pytest -m "slow and not parallel and not rare"

# Minutes of the same: twenty kills where five are made above, 1,000 pairs through an encoder where there are hundreds.
test-rare: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m rare

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m bench.first_paint
	$(BIN)/python -m bench.rating_load
	$(BIN)/python -m bench.store_writes
	$(BIN)/python -m bench.imports
	$(BIN)/python -m bench.near_duplicates
	$(BIN)/python -m bench.training
	$(BIN)/python -m bench.metrics
	$(BIN)/python -m bench.neural_metrics
	$(BIN)/python -m bench.generation
	$(BIN)/python -m bench.endpoint
	$(BIN)/python -m bench.judging
	$(BIN)/python -m bench.coverage
	$(BIN)/python -m bench.ranking_coverage
	$(BIN)/python -m bench.scale

starter: $(VENV)/.local
	$(BIN)/python -m viva.train.starter data/models/starter

pictures: $(VENV)/.local
	$(BIN)/viva demo --no-open
	$(BIN)/python docs/pictures.py viva-demo docs/pictures $(PICTURES)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "viva needs Python 3.11 or newer, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

# torch comes first and by its exact version: what needs it then takes this build and no other.
$(VENV)/.local: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -c constraints.txt torch==2.13.0
	$(PIP) install -c constraints.txt -e '.[local]'
	@touch $@

$(VENV)/.dev: $(VENV)/.local
	$(PIP) install -c constraints.txt -e '.[local,dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
