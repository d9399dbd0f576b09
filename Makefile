# `make` alone lists the targets. The first of them to run sets up .venv; later runs find it there.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
TESTS := $(VENV)/.ready_to_test
BENCH := .venv-bench
BOOK := .venv-book
LITE := .venv-lite
PYTEST := TQDM_DISABLE=1 $(PY) -m pytest
RUFF := $(PY) -m ruff
ON_ALL_CORES := -rs -n auto --dist loadfile
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
LONG_ONES := $(wildcard notebooks/06_*.ipynb notebooks/07_*.ipynb) # which begin first, so that no core waits for them
MUTATION := .venv-mutation

# Tests and notebooks run on one BLAS thread, which is faster for small networks; a value set by the user wins.
unit slow test-browser nbval mutation run notebooks: export OPENBLAS_NUM_THREADS ?= 1
# Nothing outside of .venv takes part: neither modules nor kernels.
export JUPYTER_PREFER_ENV_PATH := 1
unexport PYTHONPATH PYTHONHOME JUPYTER_PATH

# A variable counts where it is given to make itself; one of the same name in the environment is somebody else's.
given = $(if $(filter command line,$(origin $1)),$2$$$1)

.DEFAULT_GOAL := help
.PHONY: moved help lab test test-all unit slow test-browser nbval test-blas test-versions mutation pictures run notebooks worksheets questions teaching glossary results bench speedrun speedrun-peers live book lite test-lite pages colab lint format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

lab: $(READY) ## Open JupyterLab at notebook 0 (PORT=8890 chooses the port)
	@$(PY) scripts/lab.py $(call given,PORT,--port=)

test: lint unit nbval ## Run what must always hold: style, the quick tests, every notebook cell compared; some three minutes

test-all: test book slow test-browser ## Run the slow tests too, those of the book, and the panels in a browser

unit: $(TESTS) ## Run the quick tests only
	$(PYTEST) tests $(ON_ALL_CORES) -m "not slow and not browser"

slow: $(TESTS) ## Run the slow tests only: killed processes, broken files, the book where `make book` has built it
	$(PYTEST) tests $(ON_ALL_CORES) -m "slow and not browser"

test-browser: $(TESTS) ## Run the panels in a headless Chromium only, where there is one
	$(PYTEST) tests/panels/browser -rs

nbval: $(TESTS) ## Run every notebook and compare each cell's output with the committed one
	$(PYTEST) --nbval --nbval-current-env $(ON_ALL_CORES) --no-loadscope-reorder $(LONG_ONES) $(filter-out $(LONG_ONES),$(NOTEBOOKS))

test-blas: $(TESTS) ## Compare the notebooks as three generations of processors compute, on one thread and two (NB=04)
	@$(PY) scripts/blas_matrix.py $(call given,NB)

test-versions: $(TESTS) ## Test with the oldest and the newest versions of all libraries, in .venv-versions/ (NB=04)
	@$(PY) scripts/version_matrix.py $(call given,NB)

mutation: $(MUTATION)/.ready ## Break the mathematics in hundreds of ways, and see its tests notice (not on Windows)
	$(MUTATION)/bin/mutmut run
	@$(MUTATION)/bin/mutmut results

pictures: $(TESTS) ## Film the panels in a headless Chromium, for the README
	@$(PY) scripts/readme_animation.py

run: $(READY) ## Execute the notebooks into build/, with their seconds and memory (NB=04 chooses one)
	@$(PY) scripts/run_notebooks.py $(call given,NB)

notebooks: $(READY) ## Execute the notebooks in place, for committing outputs (NB=04 chooses one)
	@$(PY) scripts/run_notebooks.py --in-place $(call given,NB)
	@$(PY) scripts/readme_picture.py

worksheets: $(READY) ## Print a network to compute by hand, two pages for each of thirty learners, and the key (CLASS=24)
	@$(PY) scripts/worksheet.py $(call given,CLASS,--class=)

questions: $(READY) ## Print the questions after each notebook's summary, a page each, and the key
	@$(PY) scripts/questions.py

teaching: $(READY) ## Count the minutes of docs/lessons.toml, and write the lessons into docs/TEACHING.md
	@$(PY) scripts/teaching.py

glossary: $(READY) ## Write docs/GLOSSARY.md from docs/glossary.toml, and name the terms that are missing
	@$(PY) scripts/glossary.py

results: $(READY) ## Train the networks of the README's result table, and write the table
	TQDM_DISABLE=1 $(PY) scripts/results.py

bench: $(BENCH)/.ready ## Time the trainer beside PyTorch, scikit-learn and JAX, and write the report (QUICK=1: few rounds)
	@$(BENCH)/bin/python -m measurements.speed $(if $(QUICK),--quick)

speedrun: $(READY) ## Measure an entry of the speed run of docs/SPEEDRUN.md (ENTRY=yours; DEV=1: on development images)
	@$(PY) -m measurements.speedrun $(call given,ENTRY) $(if $(DEV),--development)

speedrun-peers: $(BENCH)/.ready ## Time PyTorch, JAX and scikit-learn from their start to 98 % and to 99 %
	@$(BENCH)/bin/python -m measurements.speedrun.peers

live: $(READY) ## Put the live page into one HTML file, the panels without Jupyter: build/live/index.html
	@$(PY) site/live/one_file.py

book: $(BOOK)/.ready ## Build the series as an HTML book, and check its pages: build/book/index.html
	@$(BOOK)/bin/python site/book/build.py

build/finished_runs.txt: site/lite/runs.py notebooks/06_hyperparameters.ipynb data/digits.csv.gz \
		$(wildcard helpers/*.py helpers/experiments/*.py) | $(READY)
	@echo "Doing the runs of notebook 6, which the site brings along: once, a minute or two"
	@OPENBLAS_NUM_THREADS=1 $(PY) site/lite/runs.py

lite: build/finished_runs.txt $(LITE)/.ready ## Build the JupyterLite site, the series in the reader's browser: build/lite/index.html (CLASS=../class: of a class copy)
	@$(LITE)/bin/python site/lite/build.py $(call given,CLASS,--contents=)

test-lite: $(TESTS) lite ## Run every notebook in that site, in a headless Chromium, offline (half an hour or more)
	@$(LITE)/bin/python site/lite/local_pyodide.py
	LITE=all $(PYTEST) tests/project/test_lite.py -rs

pages: export BOOK_LITE := lite/lab/index.html?path=notebooks/{name}.ipynb
pages: book lite ## Put the book and the JupyterLite site together, as they are published: build/pages/index.html
	rm -rf build/pages
	cp -R build/book build/pages
	cp -R build/lite build/pages/lite

colab: ## Copy the notebooks into build/colab/, each with a first cell that fetches the project on Google Colab
	@$(PYTHON) scripts/colab_notebooks.py

lint: $(TESTS) ## Check style and format of helpers, tests, scripts and notebooks, and which helper imports which
	$(RUFF) check
	$(RUFF) format --check
	@$(VENV)/bin/lint-imports --no-cache --no-logo

format: $(TESTS) ## Fix style and format where ruff can
	$(RUFF) check --fix
	$(RUFF) format

clean: ## Remove build/ and caches (.venv stays)
	rm -rf build mutants .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name '.venv*' -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints -o -name .ruff_cache \) -type d -prune -exec rm -rf {} +

# A folder that was renamed or copied is set up again: the editable install holds its full path.
MOVED := $(shell [ ! -e $(READY) ] || [ "$$(cat $(READY))" = "$$(pwd)" ] || echo moved)

$(READY): requirements.txt pyproject.toml $(MOVED)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) is" \
			"$$($(PYTHON) --version 2>&1). Name another: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV): once, about a minute"
	@$(PYTHON) -m venv $(VENV) || { \
		echo "No virtual environment could be made; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PY) -m pip install --disable-pip-version-check -r requirements.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@pwd > $(READY)

$(TESTS): $(READY) requirements-test.txt
	@echo "Adding what the tests need: once, half a minute"
	$(PY) -m pip install --disable-pip-version-check -r requirements.txt -r requirements-test.txt
	@touch $@

$(MUTATION)/.ready: requirements.txt requirements-test.txt
	@echo "Setting up $(MUTATION): once, about a minute"
	@$(PYTHON) -m venv $(MUTATION)
	$(MUTATION)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-test.txt mutmut==3.8.1
	@touch $@

$(BENCH)/.ready: measurements/speed/requirements.txt
	@echo "Setting up $(BENCH): once, some minutes and a gigabyte or more"
	@$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r measurements/speed/requirements.txt
	@touch $@

$(BOOK)/.ready: site/book/requirements.txt
	@echo "Setting up $(BOOK): once, half a minute"
	@$(PYTHON) -m venv $(BOOK)
	$(BOOK)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r site/book/requirements.txt
	@touch $@

$(LITE)/.ready: site/lite/requirements.txt
	@echo "Setting up $(LITE): once, half a minute"
	@$(PYTHON) -m venv $(LITE)
	$(LITE)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r site/lite/requirements.txt
	@touch $@
