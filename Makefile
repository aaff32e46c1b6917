# make demo    set up, grade a sample class on virtual boards, show the scores
# make test    lint, types and tests
# make lab     open JupyterLab on the trainee's course, with a virtual bench
# make bench   the benchmarks, as tables and ratios
# make pico    build a Pico's own firmware (560 MB of packages) and run programs on it and on the bench
# make check   200 random secrets and trainees against every reference and mutant of every lab
# Everything that is made lies in .venv/ and build/; `make clean` removes it, but for build/course/: work and marks.

PYTHON ?= python3
MICROPY_DIR ?= $(CURDIR)/build/micropython
export MICROPY_DIR

BIN := .venv/bin
# A file in the folder where a command is started must not shadow our packages.
SAFE := PYTHONSAFEPATH=1 $(BIN)
PORTS := build/port/esp32/warsha-esp32 build/port/rp2/warsha-rp2
PORT_FILES := $(wildcard firmware/port/*.[ch] firmware/port/*/*.[ch] firmware/port/*.py firmware/port/*.toml \
	firmware/port/Makefile firmware/port/*/Makefile firmware/*/*.py firmware/modules/*/*.py)

.PHONY: setup demo test lint lab bench pico check clean

setup: .venv/.done $(PORTS)

.venv/.done: pyproject.toml firmware/port/packages.sh
	PYTHON=$(PYTHON) sh firmware/port/packages.sh build
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Warsha needs Python 3.11 or newer; say make PYTHON=/path/to/python3"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

build/micropython/py/py.mk: firmware/port/source.py
	$(PYTHON) firmware/port/source.py build/micropython
	touch $@

$(PORTS): build/port/%: $(PORT_FILES) $(if $(filter $(CURDIR)/build/micropython,$(MICROPY_DIR)),build/micropython/py/py.mk)
	@mkdir -p $(@D) build/objects
	@echo "building the virtual board $(notdir $(@D)) (log: $(@D)/build.log)"
	@$(MAKE) --no-print-directory -C firmware/port FAMILY=$(notdir $(@D)) MICROPY_DIR=$(MICROPY_DIR) \
		BUILD=$(CURDIR)/build/objects/$(notdir $(@D)) > $(@D)/build.log 2>&1 || { tail -n 25 $(@D)/build.log; exit 1; }
	@# At once: a bench that starts a board meanwhile gets the old one or the new one.
	@cp build/objects/$(notdir $(@D))/$(@F) $@.new && mv -f $@.new $@

demo: setup
	$(SAFE)/warsha demo

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy hardware grader tests tools warsha.py
	$(BIN)/codespell --quiet-level=2 README.md CHANGELOG.md CONTRIBUTING.md docs hardware grader firmware

test: setup lint
	sh firmware/port/packages.sh test
	$(SAFE)/pytest

lab: setup
	$(SAFE)/warsha lab open

bench: setup
	$(SAFE)/python -m pytest -q --benchmarks tests/benchmarks

pico: setup
	$(PYTHON) firmware/pico/build.py build/pico
	$(BIN)/python tests/second_engine.py

check: setup
	$(SAFE)/warsha lab check --pairs 200

# What trainees wrote and handed in, marks and their records are nobody's to make again.
clean:
	rm -rf .venv
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name course -exec rm -rf {} +
	@[ ! -d build/course ] || echo "build/course/ stays: it holds trainees' work and marks; remove it yourself"
