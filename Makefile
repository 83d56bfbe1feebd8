# make run and make test are all that a newcomer needs; each installs what it misses (tools/setup).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
PLATFORMS := linux-amd64 linux-arm64

# Arguments of `matinee serve` for make run; how long make soak kills and how many sources it draws.
ARGS ?=
SOAK ?= 10m
DRAWN ?= 100

# The web build depends on these; folders are listed so that a removed file counts too.
WEB_SOURCES := $(shell find web/src web/public web/index.html web/package.json web/*.ts web/*.cjs web/tsconfig.json 2>/dev/null \
	| grep -v '/src/locales/.*\.js$$')

.PHONY: help
help: ## List these targets
	@echo "Matinee $(VERSION)"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build and start Matinee on http://127.0.0.1:8080 (ARGS="--data DIR …")
	@tools/setup ffmpeg
	@exec bin/matinee serve $(ARGS)

.PHONY: build
build: web ## Build bin/matinee with its web interface
	@CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/matinee ./cmd/matinee
	@echo "built   bin/matinee $(VERSION)"

.PHONY: web
web: web/dist/index.html ## Build the web interface when its sources changed

web/dist/index.html: web/node_modules/.installed $(WEB_SOURCES)
	@echo "build   web interface"
	@tools/with-node npm --prefix web run --silent build
	@touch web/dist/.keep $@

web/node_modules/.installed: web/package-lock.json tools/node/package-lock.json
	@tools/setup web
	@touch $@

.PHONY: test
test: ## Run everything that must pass before a change lands
	@tools/test

.PHONY: race
race: ## Run the Go tests alone, with the race detector
	@tools/setup gcc ffmpeg postgresql
	@MATINEE_REQUIRE_SERVICES=1 CGO_ENABLED=1 go test -race -count=1 -p 2 -timeout 20m ./...

.PHONY: lint
lint: web/node_modules/.installed ## Run the linters of Go and of the web interface
	@tools/setup golangci-lint
	@go vet ./...
	@tools/bin/golangci-lint run ./...
	@tools/with-node npm --prefix web run --silent lint
	@tools/with-node npm --prefix web run --silent typecheck

.PHONY: e2e
e2e: build ## Run the whole browser suite, then hold the API to its OpenAPI document (make test has the Go suite)
	@tools/setup ffmpeg chromium python
	@tools/with-node npm --prefix web run --silent e2e
	@test/contract/run

.PHONY: soak
soak: build ## Try the whole corpus and DRAWN=100 drawn sources, then kill and restart the real binary for SOAK=10m
	@tools/setup ffmpeg postgresql
	@go test ./test/soak -count=1 -v -timeout 0 -corpus -random $(DRAWN) -seed 0
	@MATINEE_REQUIRE_SERVICES=1 go test ./test/e2e -run Soak -count=1 -v -timeout 0 -soak=$(SOAK)

.PHONY: bench
bench: build ## Measure speed and memory as ratios in one run
	@tools/setup ffmpeg
	@go run ./test/bench

.PHONY: generate
generate: web/node_modules/.installed ## Write the generated files: OpenAPI, TypeScript client, configuration reference
	@tools/generate .

.PHONY: verify
verify: web/node_modules/.installed ## Fail on stale generated files, broken doc links and forbidden imports
	@tools/verify

.PHONY: release
release: web $(PLATFORMS:%=release-%) ## Build the static binaries of a release into dist-release/
	@cd dist-release && sha256sum matinee-* > SHA256SUMS && cat SHA256SUMS

.PHONY: $(PLATFORMS:%=release-%)
$(PLATFORMS:%=release-%): release-linux-%: web
	@CGO_ENABLED=0 GOOS=linux GOARCH=$* go build -trimpath -ldflags '$(LDFLAGS) -buildid=' \
		-o dist-release/matinee-$(VERSION)-linux-$* ./cmd/matinee

.PHONY: clean
clean: ## Delete what was built; downloads and the data folder stay
	@rm -rf bin dist-release web/test-results web/playwright-report
	@find web/dist -mindepth 1 -not -name .keep -delete 2>/dev/null || true
