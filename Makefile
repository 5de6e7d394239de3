# `make run` needs Python 3.11+ and the package index, once. Everything it installs is in .venv.

PYTHON ?= python3
BIN = .venv/bin
# A .venv whose Python is gone, too old, or another one than that which filled it, is made anew.
STALE := $(shell $(BIN)/python -c 'import sys; from importlib.util import find_spec; \
	sys.exit(sys.version_info < (3, 11) or not all(map(find_spec, ("flask", "gunicorn", "honcho"))))' 2>/dev/null || echo stale)

.PHONY: run test setup sandbox bench proof stale

run: setup
	@exec $(BIN)/python app.py

# Each part runs whatever became of the one before it, so that one run tells all that is wrong.
# What pytest makes of the test files is kept for the next worker and the next run, whatever the machine says.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/.test-requirements
	@failed=; \
	$(BIN)/python -m ruff check || failed=1; \
	$(BIN)/python -m ruff format --check || failed=1; \
	$(BIN)/python -m pytest -m "not alone" || failed=1; \
	$(BIN)/python -m pytest -m alone -n 0 || failed=1; \
	test -z "$$failed"

setup: .venv/.requirements

sandbox: setup
	@exec $(BIN)/python -m sandbox

# Some six minutes on two cores; `.venv/bin/python -m bench.shop checkout` measures one figure of it.
bench: .venv/.test-requirements
	@exec $(BIN)/python -m bench

# Thirty minutes and more on two cores; `.venv/bin/python -m proof R3` runs one row of it.
proof: .venv/.test-requirements
	@exec $(BIN)/python -m proof

.venv/.requirements: requirements.txt $(STALE)
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -z "$(STALE)" || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.test-requirements: .venv/.requirements requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
