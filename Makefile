# make demo    set up, grade a sample class on virtual boards, show the scores
# make test    lint, types and tests, on all processors: 20 minutes or more
# make test-all  the long tests, too: every attack, kill and pair, 64 bits, other Pythons, the Pico's own firmware
# make lab     open JupyterLab on the trainee's course, with a virtual bench
# make esptool-js  get the program with which a browser writes MicroPython (needs npm; `make setup` does it where npm is)
# make bench   the benchmarks, as tables and ratios
# make pico    build a Pico's own firmware (560 MB of packages) and run programs on it and on the bench
# make check   200 random secrets and trainees against every reference and mutant of every lab
# Everything that is made is in .venv/ and build/; `make clean` removes it, except build/course/: work and marks.

PYTHON ?= python3
MICROPY_DIR ?= $(CURDIR)/build/micropython
export MICROPY_DIR

BIN := .venv/bin
# A file in the folder where a command is started must not shadow our packages.
# `env`: make starts it without a shell, so who ends make ends the program, too.
SAFE := env PYTHONSAFEPATH=1 $(BIN)
# One process runs a whole file of tests, with the fixtures of it; conftest.py puts long files first.
PARALLEL := -n logical --dist loadfile --no-loadscope-reorder
OUT := build
CHIPS := $(basename $(notdir $(wildcard firmware/port/chips/*.h)))
PORTS := $(foreach chip,$(CHIPS),$(OUT)/port/$(chip)/warsha-$(chip))
TLS_SERVER := $(OUT)/port/tls_server/warsha-tls-server
PORT_FILES := $(wildcard firmware/port/*.[ch] firmware/port/*/*.[ch] firmware/port/*/*/*.[ch] firmware/port/*.py firmware/port/*.toml firmware/port/*.ld \
	firmware/port/Makefile firmware/port/*/Makefile firmware/*/*.py firmware/modules/*/*.py)

.PHONY: setup esptool-js demo test test-all test-64 test-pythons lint lab bench pico check clean

# esptool-js is only for the page that writes MicroPython from a browser: a machine without npm, or without a way to
# its registry, goes without.
setup: .venv/.done $(PORTS) $(TLS_SERVER) $(OUT)/compiled/.done
	@test -e $(OUT)/esptool-js/bundle.js || ! command -v npm > /dev/null || $(MAKE) --no-print-directory esptool-js || \
		echo "esptool-js could not be fetched: the page of a board at this computer cannot write MicroPython"

# Files that pip copies into the environment.
INSTALLED := $(wildcard grader/notebook/kernel/* grader/notebook/course_page/labextension/* grader/static/rtl.css \
	hardware/notebook/labextension/* hardware/bench/serving/page/static/*)
.venv/.done: pyproject.toml firmware/port/packages.sh hardware/notebook/stubs.py $(INSTALLED)
	PYTHON=$(PYTHON) sh firmware/port/packages.sh build
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Warsha needs Python 3.11 or newer; run make PYTHON=/path/to/python3"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	$(SAFE)/python -m hardware.notebook.stubs
	touch $@

# The hot modules of the bench, compiled. Without a C compiler, and until the next `make`, they run as Python.
$(OUT)/compiled/.done: .venv/.done tools/compile_bench.py $(wildcard hardware/*.py hardware/bench/*.py hardware/bench/*/*.py hardware/bench/*/*/*.py)
	@WARSHA_BUILD=$(CURDIR)/$(OUT) $(SAFE)/python -m tools.compile_bench
	@mkdir -p $(@D) && touch $@

ESPTOOL_JS := 0.7.0
ESPTOOL_JS_SHA256 := 9c7797cfbcac3a989ab85c52c9daaa65ffc0d538c273a055757b98bb846fdf1f
esptool-js: $(OUT)/esptool-js/bundle.js
$(OUT)/esptool-js/bundle.js:
	@mkdir -p $(@D)
	npm pack --silent --pack-destination $(@D) esptool-js@$(ESPTOOL_JS)
	cd $(@D) && echo "$(ESPTOOL_JS_SHA256)  esptool-js-$(ESPTOOL_JS).tgz" | sha256sum --check --quiet
	tar -xzf $(@D)/esptool-js-$(ESPTOOL_JS).tgz -C $(@D) --strip-components=1 package/bundle.js package/LICENSE
	touch $@

build/micropython/py/py.mk: firmware/port/source.py
	$(PYTHON) firmware/port/source.py build/micropython
	touch $@

$(PORTS): $(OUT)/port/%: $(PORT_FILES) $(if $(filter $(CURDIR)/build/micropython,$(MICROPY_DIR)),build/micropython/py/py.mk)
	@mkdir -p $(@D) $(OUT)/objects/$(notdir $(@D))
	@# Objects of files that were moved or renamed, or compiled with other flags, are not used again: their names say too little.
	@{ echo $(PORT_FILES); cat firmware/port/Makefile; } > $(OUT)/objects/$(notdir $(@D)).made
	@cmp -s $(OUT)/objects/$(notdir $(@D)).made $(OUT)/objects/$(notdir $(@D))/made || rm -rf $(OUT)/objects/$(notdir $(@D))/*
	@mv $(OUT)/objects/$(notdir $(@D)).made $(OUT)/objects/$(notdir $(@D))/made
	@echo "building the virtual board $(notdir $(@D)) (log: $(@D)/build.log)"
	@$(MAKE) --no-print-directory -j$(shell nproc) -C firmware/port CHIP=$(notdir $(@D)) MICROPY_DIR=$(MICROPY_DIR) \
		MBEDTLS_BUILD=$(CURDIR)/$(OUT)/objects/mbedtls-$(if $(filter esp32%,$(notdir $(@D))),esp32,rp2) \
		BUILD=$(CURDIR)/$(OUT)/objects/$(notdir $(@D)) > $(@D)/build.log 2>&1 || { tail -n 25 $(@D)/build.log; exit 1; }
	@# At once: a bench that starts a board meanwhile gets the old one or the new one.
	@cp $(OUT)/objects/$(notdir $(@D))/$(@F) $@.new && mv -f $@.new $@

$(TLS_SERVER): $(wildcard firmware/tls_server/*) $(if $(filter $(CURDIR)/build/micropython,$(MICROPY_DIR)),build/micropython/py/py.mk)
	@mkdir -p $(@D)
	@echo "building the TLS server of the virtual network (log: $(@D)/build.log)"
	@$(MAKE) --no-print-directory -j$(shell nproc) -C firmware/tls_server MICROPY_DIR=$(MICROPY_DIR) \
		BUILD=$(CURDIR)/$(OUT)/objects/tls_server > $(@D)/build.log 2>&1 || { tail -n 25 $(@D)/build.log; exit 1; }
	@cp $(OUT)/objects/tls_server/$(@F) $@.new && mv -f $@.new $@

demo: setup
	$(SAFE)/warsha demo

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy hardware grader station labs tests tools warsha.py
	$(BIN)/codespell --quiet-level=2 README.md CHANGELOG.md CONTRIBUTING.md docs hardware grader station firmware

test: setup lint
	sh firmware/port/packages.sh test
	$(SAFE)/pytest $(PARALLEL)

test-all: setup lint
	sh firmware/port/packages.sh test
	$(SAFE)/pytest $(PARALLEL) --all
	$(MAKE) --no-print-directory test-64
	$(MAKE) --no-print-directory test-pythons
	$(MAKE) --no-print-directory pico

# The boards as 64-bit programs, for hosts without 32-bit support. Their heap is not the chip's.
test-64: setup
	$(MAKE) --no-print-directory BITS=64 OUT=build/64 $(patsubst $(OUT)/%,build/64/%,$(PORTS) $(TLS_SERVER))
	WARSHA_BUILD=$(CURDIR)/build/64 $(SAFE)/pytest $(PARALLEL) -k "not memory_is_the_chips" \
		tests/board/test_port.py tests/board/test_board_contract.py tests/board/test_machine.py

# Every newer Python of this machine, in an environment of its own.
test-pythons: setup
	@for python in python3.12 python3.13 python3.14; do \
		[ ! -e $(BIN)/$$python ] && $$python -c "" 2>/dev/null || continue; \
		echo "with $$python"; \
		[ -x build/$$python/bin/python ] || $$python -m venv build/$$python || exit 1; \
		build/$$python/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' || exit 1; \
		PYTHONSAFEPATH=1 build/$$python/bin/python -m tools.compile_bench || exit 1; \
		PYTHONSAFEPATH=1 build/$$python/bin/pytest -q $(PARALLEL) tests/unit tests/board tests/grading/test_labs.py || exit 1; \
	done

lab: setup
	$(SAFE)/warsha lab open

bench: setup
	$(SAFE)/python -m pytest -q --benchmarks tests/benchmarks

pico: setup
	$(PYTHON) firmware/pico/build.py build/pico
	$(BIN)/python tools/second_engine.py

check: setup
	$(SAFE)/warsha lab check --pairs 200

# build/course/ stays: nobody can make again what trainees wrote and handed in, the marks, and their records.
clean:
	rm -rf .venv
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name course -exec rm -rf {} +
	@[ ! -d build/course ] || echo "build/course/ stays: it holds trainees' work and marks; remove it yourself"
