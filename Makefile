# `make book` and `make test` set up all that they lack.

PYTHON ?= python3
VENV := .venv/bin/python
UV := uv

# Chromium first: a machine that has none should say so before it builds the book. Then lint, book, all tests in one run.
# The tests of a file share a worker: a notebook's cells need the cells before them, and Chromium starts once a file.
CHECK = CHROMIUM="$$($(VENV) tools/chromium.py)" && export CHROMIUM && $(VENV) -m ruff check \
	&& $(VENV) tools/book.py && $(VENV) -m pytest -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help book test test-long lab bench lock clean setup

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## */\t/' | expand -t 12

book: setup  ## build the book into _build/html
	@$(VENV) tools/book.py

test: setup  ## lint, build the book, run all tests but the long ones
	@$(CHECK)

test-long: setup  ## the same with the long reference tables
	@$(CHECK) -m ""

lab: setup  ## open the notebooks in JupyterLab
	@$(VENV) -m jupyterlab book

bench: setup  ## time the kernels against other implementations of the same work
	@$(VENV) bench/run.py

lock:  ## contributors: pin anew all that pyproject.toml asks for (needs uv)
	$(UV) pip compile pyproject.toml --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
		--all-extras --no-header --no-annotate -o requirements.lock
	$(PYTHON) tools/environment.py

clean:  ## remove what was built and installed
	rm -rf .venv _build build .pytest_cache .ruff_cache .hypothesis lib/descent.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

setup:
	@$(PYTHON) tools/install.py
