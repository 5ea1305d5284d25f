# Each target does its own set-up; after the first time that takes no time. `make help` lists them.
VENV := .venv
PYTHON_IN_VENV := $(VENV)/bin/python
STAMP := $(VENV)/.installed
ARGS ?=

.PHONY: help run test quick bench fuzz train screenshots docs app clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##/make \1 \t/p' Makefile

$(STAMP): pyproject.toml constraints.txt scripts/setup_env.sh
	@sh scripts/setup_env.sh $(VENV)

run: $(STAMP)  ## start the editor (ARGS="photo.jpg folder" opens these); without a display: the demo
	@$(VENV)/bin/pie-desktop $(ARGS)

# Few threads: the tests' images are small, and more threads only fight each other; the tests run in several processes.
bench fuzz: export OMP_NUM_THREADS := 2
test quick: export OMP_NUM_THREADS := 1
test quick bench fuzz screenshots docs: export QT_QPA_PLATFORM := offscreen

test: TESTS := not benchmark
quick: TESTS := not benchmark and not slow

# All tests of a file in one process, as they share what takes long to make.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile
test: $(STAMP)  ## lint, types, import contracts, all tests (ARGS="tests/unit -k lut" picks some, ARGS="-n 0" in one process)
quick: $(STAMP)  ## the same without the slow tests: those that train models or build the wheel
test quick:
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check --quiet .
	$(PYTHON_IN_VENV) -m mypy
	$(VENV)/bin/lint-imports
	$(PYTHON_IN_VENV) -m pytest $(PARALLEL) -m "$(TESTS)" $(ARGS)

bench: $(STAMP)  ## measure every budget of speed and memory (ARGS="--json FILE" keeps the numbers)
	$(PYTHON_IN_VENV) tests/benchmarks/run_all.py $(ARGS)

fuzz: $(STAMP)  ## try randomly changed files for 10 minutes (ARGS="--minutes 30 --jobs 2 --seed 7", ARGS="--replay build/fuzz")
	$(PYTHON_IN_VENV) -m tests.fuzz $(ARGS)

train: $(STAMP)  ## train the shipped model anew into runs/shipped (ARGS=--resume goes on)
	$(PYTHON_IN_VENV) -m training fit --config configs/shipped.toml --init training/bundles/erratic.piemodel --out runs/shipped $(ARGS)

screenshots: $(STAMP)  ## remake the images of README and docs/images
	$(PYTHON_IN_VENV) scripts/make_screenshots.py $(ARGS)

docs: $(STAMP)  ## the API reference in build/api, the pages that scripts write from the code
	$(PYTHON_IN_VENV) scripts/draw_rooms.py
	$(PYTHON_IN_VENV) scripts/update_cli_docs.py
	$(PYTHON_IN_VENV) scripts/update_shortcut_docs.py
	$(PYTHON_IN_VENV) scripts/make_api_reference.py

app: $(STAMP)  ## a folder that runs without Python: dist/pie-desktop (PyInstaller)
	$(PYTHON_IN_VENV) -m pip install --quiet '.[app]' --constraint constraints.txt
	$(PYTHON_IN_VENV) -m PyInstaller --noconfirm --distpath dist --workpath build/pyinstaller build.spec

clean:  ## remove what the targets made; styles, models and photos are untouched
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache pie-desktop-demo pie-desktop-demo-[0-9]*
	find pie_desktop training tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
