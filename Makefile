# What people type. Every recipe works from a path with spaces and twice in a row.
SHELL := /bin/bash
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help run test acceptance lint lint-ui test-ui bench fuzz package dev fmt

# Puts the tools that .ci/setup fetched on PATH. One shell per line: the make of macOS knows no .ONESHELL.
WITH_TOOLS := . .ci/env &&

# `make run DESKTOP=no` starts the server although there is a display.
DESKTOP ?= auto
ifeq ($(DESKTOP),no)
unexport DISPLAY WAYLAND_DISPLAY
endif

# The kinds of package that were made and tried: others may work (AppImage needs a download from GitHub).
BUNDLE ?= $(if $(filter Darwin,$(shell uname -s)),dmg,$(if $(filter Linux,$(shell uname -s)),deb,msi))

help: ## shows this list
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## sets up what is missing, builds, and starts the app (the server where there is no display)
	.ci/setup run
	.ci/ui build
	$(WITH_TOOLS) if [ "$$(uname -s)" != Linux -a "$(DESKTOP)" != no ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  exec cargo run --locked --release --package keyway; \
	else \
	  exec cargo run --locked --release --package keyway-gateway -- serve; \
	fi

test: ## sets up what is missing, then runs every check and every test
	.ci/setup test
	.ci/ui build
	$(MAKE) --no-print-directory lint test-ui
	$(WITH_TOOLS) cargo build --workspace --bins --tests --locked
	$(WITH_TOOLS) if cargo nextest --version >/dev/null 2>&1; then \
	  cargo nextest run --workspace --locked; \
	else \
	  cargo test --workspace --locked; \
	fi

# The whole workspace is named so that crates keep the features, and the builds, that `make test` gave them.
acceptance: ## installs real clients from their registries and runs them through Keyway
	.ci/setup acceptance
	.ci/ui build
	$(WITH_TOOLS) cargo test --locked --workspace --features keyway-tests/acceptance --test acceptance

lint: lint-ui ## formatting, lints and documentation, warnings refused
	$(WITH_TOOLS) cargo fmt --all --check
	$(WITH_TOOLS) cargo clippy --workspace --all-targets --locked -- -D warnings
	$(WITH_TOOLS) RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --workspace --no-deps --document-private-items --locked --quiet

lint-ui:
	.ci/ui lint

test-ui:
	.ci/ui test

bench: ## compares Keyway with a bare proxy in one run (ARGS=--smoke for a quick look)
	$(WITH_TOOLS) cargo build --locked --release --package keyway-gateway --package keyway-tests --bin keyway-server --bin keyway-bench && \
	  "$${CARGO_TARGET_DIR:-target}/release/keyway-bench" $(ARGS)

fuzz: ## feeds every reader of a protocol what nobody thought of (FUZZ_SECONDS=600 each)
	$(WITH_TOOLS) src-tauri/protocols/fuzz/run

package: ## makes an installable package of the desktop app for this system
	.ci/setup package
	.ci/ui build
	$(WITH_TOOLS) npx --yes @tauri-apps/cli@2 build --ci --bundles $(BUNDLE)

dev: ## starts the server from the sources at hand, unoptimised
	.ci/ui build
	$(WITH_TOOLS) cargo run --package keyway-gateway -- serve

fmt: ## formats everything
	$(WITH_TOOLS) cargo fmt --all
	.ci/ui fmt
