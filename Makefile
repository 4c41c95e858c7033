# One entry point for people and CI; `make help` lists it.
SHELL := /bin/bash
PORT ?= 8080
USERS ?= 2
SEARCH ?= 2
STATE ?= .clowder
TAG ?= latest
PYTHON ?= python3
URL ?= http://127.0.0.1:$(PORT)

# Tests that compute on all cores, beside which others would miss their time limits.
MODELS := LoadBalancingTests|BalancingLabTests|ResilienceTests
# Tests at a time. A thousand that begin in one moment starve one another, and those that measure time fail.
FEW := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
# Scenarios put a whole machine under load.
ONE := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=1

RELEASE := .build-release
BINARIES := $(RELEASE)/release
SOURCES := Package.swift $(shell find Services Shared deploy/local -type f -not -name '*.md' 2>/dev/null)
export CLOWDER_VERSION := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)

.PHONY: help up import build images compose-smoke manifests observability-check traces test check features smoke bench bench-gateway bench-queue bench-stack chaos crash lab clean prepare

help: ## This list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-19s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(RELEASE)/.built ## Build and start everything; Ctrl-C stops it. PORT=8080 USERS=2 SEARCH=2
	@exec $(BINARIES)/clowder up --port $(PORT) --users $(USERS) --search $(SEARCH) --state $(STATE)

import: $(RELEASE)/.built ## Import listings into the running stack. FILE=listings.ndjson[.gz]
	@[ -n "$(FILE)" ] || { echo "clowder: name the file: make import FILE=listings.ndjson.gz" >&2; exit 64; }
	@exec $(BINARIES)/clowder import --url $(URL) --state $(STATE) "$(FILE)"

build: $(RELEASE)/.built ## Build the executables in release mode.

$(RELEASE)/.built: $(SOURCES)
	@deploy/local/prepare
	@deploy/local/build $(RELEASE)
	@touch $@

images: ## Build the images of the services with Docker. TAG=latest PLATFORM=linux/arm64
	@deploy/images/build "$(TAG)"

compose-smoke: ## Build the images, start the stack of containers, use it, break it. FILE=listings.ndjson[.gz]
	@deploy/compose/smoke $(FILE)

manifests: $(RELEASE)/.built ## Check deploy/kubernetes against schemas, rules and executables. PYTHON=python3
	@PYTHON="$(PYTHON)" deploy/kubernetes/validate "$(abspath $(BINARIES))"

observability-check: ## Check rules, their tests and dashboards against the sources. PYTHON=python3 STACK=.clowder
	@PYTHON="$(PYTHON)" STACK="$(STACK)" deploy/observability/check

traces: $(RELEASE)/.built ## Use a stack whose spans go to a collector, and print its traces. PYTHON=python3
	@$(PYTHON) -B deploy/observability/traces/check.py "$(abspath $(BINARIES))"

prepare: ## Install the C libraries that are missing.
	@deploy/local/prepare

test: prepare ## All Swift tests, the features and the checks.
	swift build --build-tests
	swift test --skip-build --filter '$(MODELS)'
	$(FEW) swift test --skip-build --skip '$(MODELS)|IntegrationTests|FeatureTests'
	$(FEW) deploy/tests/with-postgresql swift test --skip-build --filter 'UsersServiceTests|SearchServiceTests'
	$(FEW) swift test --skip-build --filter IntegrationTests
	$(MAKE) --no-print-directory features
	$(MAKE) --no-print-directory check

ifeq ($(TARGET),compose)
features: ## The scenarios in features/. TAGS='@own-stack'; TARGET=compose plays them on containers
	@TAGS="$(TAGS)" deploy/compose/features
else
features: $(RELEASE)/.built
	@TAGS="$(TAGS)" TARGET="$(TARGET)" EXECUTABLES="$(abspath $(BINARIES))" $(ONE) swift test --filter FeatureTests
endif

check: ## Formatter, layers, links, forbidden patterns, sizes. the audit's own test.
	@deploy/checks/run
	@$(PYTHON) -B deploy/crash/selftest.py

smoke: $(RELEASE)/.built ## Start the stack, run the printed calls, import, kill a process, stop. FILE=listings.ndjson[.gz]
	@deploy/smoke $(FILE)

bench: $(RELEASE)/.built ## Measure a stack of its own. FILE=listings.ndjson[.gz]
	@[ -n "$(FILE)" ] || { echo "clowder: name the records: make bench FILE=listings.ndjson.gz" >&2; exit 64; }
	@cc -O2 -o $(RELEASE)/bcrypt deploy/local/bcrypt.c -lcrypt
	@exec $(BINARIES)/clowder bench --bcrypt $(RELEASE)/bcrypt --file "$(FILE)"

bench-queue: $(RELEASE)/.built ## Compare queues. URLS="sqlite:/tmp/queue.sqlite nats://127.0.0.1/bench"
	@[ -n "$(URLS)" ] || { echo "clowder: name the queues: make bench-queue URLS=sqlite:/tmp/queue.sqlite" >&2; exit 64; }
	@exec $(BINARIES)/clowder bench-queue $(foreach url,$(URLS),--url $(url))

bench-stack: $(RELEASE)/.built ## Compare stacks that run. URLS="http://127.0.0.1:8080 …" FILE=listings.ndjson.gz
	@[ -n "$(URLS)" ] && [ -n "$(FILE)" ] || { echo "clowder: name stacks and records: make bench-stack URLS=… FILE=…" >&2; exit 64; }
	@exec $(BINARIES)/clowder bench-stack --file "$(FILE)" $(foreach url,$(URLS),--url $(url))

bench-gateway: $(RELEASE)/.built ## Compare the gateway with nginx, HAProxy and Go on one core. ONLY="nginx ours"
	@GATEWAY=$(BINARIES)/gateway deploy/gateway-bench/run

chaos: $(RELEASE)/.built ## Break stacks of its own under load; writes docs/faults.md. ONLY="search-killed slow-clients"
	@exec $(BINARIES)/clowder chaos $(foreach name,$(ONLY),--only $(name)) $(if $(ONLY),,--output docs/faults.md)

crash: $(RELEASE)/.built ## Kill processes under load, and audit. SEED=1 KILLS=200 PROFILE=both QUEUE=sqlite ONLY="users relay"
	@PYTHON="$(PYTHON)" deploy/crash/run "$(abspath $(BINARIES))" $(if $(SEED),--seed $(SEED)) \
	  $(if $(KILLS),--kills $(KILLS)) $(if $(PROFILE),--profile $(PROFILE)) $(if $(AWAY),--away $(AWAY)) \
	  $(if $(RATE),--rate $(RATE)) $(if $(QUEUE),--queue $(QUEUE)) $(if $(ONLY),--only $(ONLY))

lab: ## Compare the pick policies in simulated time. SEED=1
	@swift build -q --product balancing-lab
	@.build/debug/balancing-lab $(if $(SEED),--seed $(SEED))

clean: ## Remove the stack's state.
	rm -rf -- $(STATE)
