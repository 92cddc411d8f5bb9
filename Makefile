# Four commands do everything on a machine with Python 3.11 or newer and make:
#   make quick       set up .venv, then a small run of both studies that makes every output
#   make run         set up .venv, then run both studies and draw every figure
#   make test        set up .venv, then the whole test suite, ruff and mypy
#   make benchmark   set up .venv-benchmark, then measure training steps against PyTorch's and others'
#   make torture     kill it, fill its disk, feed it hostile files, for SECONDS=900; make fuzz and make coverage likewise
# Each does its set-up once and works twice in a row. Another interpreter: make run PYTHON=python3.12

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PARITY_VENV := .venv-parity
BENCHMARK_VENV := .venv-benchmark
HIPS := $(BENCHMARK_VENV)/hips
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --retries 2 --timeout 20

.PHONY: quick run test torture fuzz mutants coverage parity benchmark lint clean help

help:
	@sed -n '2,7p' Makefile | cut -c3-

quick: $(VENV)/installed
	$(BIN)/python -m experiments all --quick --force --out runs/quick --report report/quick

run: $(VENV)/installed
	$(BIN)/python -m experiments all

test: $(VENV)/installed-dev lint
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

torture: $(VENV)/installed-dev
	$(BIN)/python -m tests.torture --seconds $(or $(SECONDS),900)

fuzz: $(VENV)/installed-dev
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),600)

mutants: $(VENV)/installed-dev
	$(BIN)/python -m tests.mutants --seconds $(or $(SECONDS),3600)

coverage: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/autograd tests/rnn tests/vae tests/data --cov --cov-report=term-missing:skip-covered
	$(BIN)/python -m tests.covered

parity: $(PARITY_VENV)/installed
	$(PARITY_VENV)/bin/python -m pytest tests/parity
	$(PARITY_VENV)/bin/python -m tests.parity.database

benchmark: $(BENCHMARK_VENV)/installed $(HIPS)/installed
	$(BENCHMARK_VENV)/bin/python -m experiments benchmark --peers --markdown --force

clean:
	rm -rf $(VENV) $(PARITY_VENV) $(BENCHMARK_VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp file is made last, so a set-up that was interrupted starts again.
define install
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) not found: install Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1): try make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "installing $(2) into $(1)"
	@test -x $(1)/bin/pip || $(PYTHON) -m venv $(1) || { echo "error: cannot make $(1): is the venv module installed?" >&2; exit 1; }
	@$(1)/bin/python $(PIP_INSTALL) -r $(2) $(3) 2>$(1)/install.log || { \
	  grep -q 'connection' $(1)/install.log && why="the package index cannot be reached, is there a network?" || \
	  why="pip says: $$(grep '^ERROR' $(1)/install.log | head -n 1)"; \
	  echo "error: cannot install $(2): $$why (more in $(1)/install.log)" >&2; exit 1; }
	@touch $@
endef

$(VENV)/installed: requirements.txt constraints.txt
	$(call install,$(VENV),requirements.txt,-c constraints.txt)

$(VENV)/installed-dev: requirements-dev.txt requirements.txt constraints.txt
	$(call install,$(VENV),requirements-dev.txt,-c constraints.txt)
	@touch $(VENV)/installed

$(PARITY_VENV)/installed: requirements-parity.txt
	$(call install,$(PARITY_VENV),requirements-parity.txt,)

$(BENCHMARK_VENV)/installed: requirements-benchmark.txt requirements.txt constraints.txt
	$(call install,$(BENCHMARK_VENV),requirements-benchmark.txt,-c constraints.txt)

$(HIPS)/installed: requirements-benchmark-hips.txt $(BENCHMARK_VENV)/installed
	$(call install,$(BENCHMARK_VENV),requirements-benchmark-hips.txt,--no-deps --upgrade --target $(HIPS))
