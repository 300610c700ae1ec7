# `make` lists the targets. Everything lives in .venv and target; nothing is installed elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
EXTRAS := cas classify distributed hub labels lyapunov plot postgres s3 train dev
RUST := $(shell find crates -name '*.rs' -not -path '*/target/*') Cargo.toml $(wildcard crates/*/Cargo.toml)

.DEFAULT_GOAL := help
.PHONY: help system-packages setup demo test test-rust test-python lint bench benchmarks reference fuzz clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv

# Dependencies, once; torch is large, so they are installed in one go and only when the lists change.
$(VENV)/.dependencies: $(UV) pyproject.toml constraints.txt
	$(UV) pip install --quiet --python $(BIN)/python -c constraints.txt -r pyproject.toml \
		$(EXTRAS:%=--extra %)
	@touch $@

# The native module, whenever Rust sources change.
$(VENV)/.native: $(VENV)/.dependencies $(RUST)
	VIRTUAL_ENV=$(abspath $(VENV)) $(UV) pip install --quiet --python $(BIN)/python --no-deps \
		--no-build-isolation -e .
	@touch $@

setup: $(VENV)/.native ## Prepare .venv: dependencies and the native module

demo: setup ## Generate, train, evaluate and solve: the whole walk, in about 10 minutes
	$(BIN)/antiderive demo

test: setup system-packages test-rust test-python ## Run every test, Rust and Python

test-rust:
	cargo test --workspace --quiet

test-python: setup system-packages
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: setup ## Check formatting, types, layers and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/stubtest antiderive._core --allowlist stubtest-allowlist.txt

bench: setup ## Measure speed, as ratios to others in the same run (about half an hour)
	$(BIN)/antiderive bench all -o out/bench.json
	cargo bench --workspace

benchmarks: setup ## Measure against other implementations and check independently (hours)
	$(BIN)/python benchmarks -o out/benchmarks.json

reference: setup ## Write docs/reference from the code
	$(BIN)/python scripts/reference.py

fuzz: ## Fuzz the parsers for 10 minutes (needs cargo-fuzz)
	cd crates/antiderive-core && RUSTC_BOOTSTRAP=1 cargo fuzz run read -- -max_total_time=600 -timeout=30

system-packages: ## Install the programs that the tests run against (Debian)
	scripts/system-packages

clean: ## Remove .venv, target and out
	rm -rf $(VENV) target out
