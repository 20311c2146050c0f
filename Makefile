# Every task of this repository. The tools a task needs are installed by it (scripts/setup.sh).

# clippy's compiler is rustc plus lints: our crates are linted while they are built, so `make check`
# builds nothing that `make test` would build again. Warnings fail `make check` only.
export RUSTC_WORKSPACE_WRAPPER ?= clippy-driver
export PATH := $(HOME)/.cargo/bin:$(PATH)

WASM_OPT := end2end/node_modules/binaryen/bin/wasm-opt
ASSETS := target/release/assets
SERVER := target/release/strongroom-server
# From clients/python.
PYTHON_CLIENT := ../../target/python-client/bin

.DEFAULT_GOAL := help
.PHONY: help run build test check e2e bench fuzz clean site tests-built
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# The shipped WASM is optimised as a whole, which takes most of a minute after each change; this one is not.
run: export CARGO_PROFILE_WASM_RELEASE_LTO = off
run: export CARGO_PROFILE_WASM_RELEASE_CODEGEN_UNITS = 256
run: export CARGO_PROFILE_WASM_RELEASE_INCREMENTAL = true
run: $(ASSETS) ## the server at http://127.0.0.1:3000; data in ./data, keys in ./keys (ARGS="--listen …" for more)
	@scripts/setup.sh rust wasm
	wasm=$$(scripts/wasm-build.sh) && $(ASSETS) --wasm "$$wasm"
	cargo build --release --package server
	$(SERVER) serve $(ARGS)

build: export RUSTC_WORKSPACE_WRAPPER =
build: export CARGO_INCREMENTAL = 0
build: site ## both binaries as they are shipped: target/release/strongroom-server and strongroom
	cargo build --release --package server --package cli

test: tests-built ## all tests: SQLite and Postgres, command line, browser (Chromium), exports through the programs they are for
	scripts/postgres.sh run $(MAKE) --no-print-directory test-here

# With TEST_DATABASE_URL set. Not a task for people.
.PHONY: test-here
test-here:
	cargo test --release
	@scripts/setup.sh python-client
	cd clients/python && $(PYTHON_CLIENT)/python -m pytest
	cd end2end && node_modules/.bin/playwright test

check: site ## format, clippy, the browser's half compiles, the architecture's rules
	cargo fmt --all --check
	scripts/rules.sh
	scripts/lint.sh scripts/wasm-build.sh
	scripts/lint.sh cargo build --release --all-targets
	@scripts/setup.sh python-client
	cd clients/python && $(PYTHON_CLIENT)/ruff format --check && $(PYTHON_CLIENT)/ruff check && $(PYTHON_CLIENT)/mypy

e2e: tests-built ## the browser tests alone (ARGS="--project sqlite tests/login.spec.mjs" for some)
	scripts/postgres.sh run sh -c 'cd end2end && node_modules/.bin/playwright test $(ARGS)'

bench: ## figures of search, long lists and uploads on both databases (a few minutes; ARGS="--secrets 20000" for less)
	@scripts/setup.sh rust postgres
	scripts/postgres.sh run cargo bench --package vault --bench scale -- $(ARGS)

fuzz: ## odd requests against the real server, and odd bytes against the parsers (ARGS="60 50": seconds, examples)
	@scripts/setup.sh rust schemathesis
	cargo build --release --package server
	scripts/fuzz.sh $(ARGS)

clean: ## everything that was built; never ./data or ./keys
	scripts/postgres.sh stop
	cargo clean
	rm -rf end2end/node_modules end2end/results

$(ASSETS): $(wildcard assets/src/*.rs) assets/Cargo.toml Cargo.lock
	@scripts/setup.sh rust
	cargo build --release --package assets
	@touch $@

# target/site: the browser's half, optimised, for the server to embed.
site: $(ASSETS)
	@scripts/setup.sh rust wasm node
	wasm=$$(scripts/wasm-build.sh) && $(ASSETS) --wasm "$$wasm" --optimize $(WASM_OPT)

# Everything the tests run, built once.
tests-built: site
	@scripts/setup.sh chromium postgres keyring python
	cargo build --release --all-targets
