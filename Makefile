# mi-bus: every command that a person or CI needs. `make help` lists them.
SWIFT ?= swift
PACKAGES := libudev-dev libssl-dev libbluetooth-dev libminizip-dev libncurses-dev pkg-config
# The runtime goes into the binary, and libraries that it does not call stay out, so that it runs when copied alone.
# Small generic functions are called per frame across modules, so the optimizer looks into all of them.
RELEASE := -c release --static-swift-stdlib -Xswiftc -cross-module-optimization -Xlinker --as-needed -Xlinker -s
MI_BUS := .build/release/mi-bus
MODULES := NinebotBus ScooterProfiles CaptureFiles UartSniffer BleSide ScooterSim BusTimeline \
  BusPrinter BusReport BusMonitor

.DEFAULT_GOAL := help
.PHONY: help deps build run test lint format bench accuracy accuracy-short fuzz profiles manual pictures docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install the missing -dev packages (Debian, Ubuntu)
	@missing=; for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  $$sudo apt-get update -q >/dev/null && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing >/dev/null; \
	fi

build: deps ## the release binary, .build/release/mi-bus
	$(SWIFT) build $(RELEASE) --product mi-bus

DEMO := .build/demo
run: build ## build, sniff the built-in scooter, then diagnose one with a dash that injects
	$(MI_BUS) sniff sim: --for 5s
	rm -rf $(DEMO) && mkdir -p $(DEMO)
	$(MI_BUS) simulate displaydash --for 60s --clock-offset 3.5 --clock-drift 20 \
	  --write $(DEMO)/bus.pcapng --ble $(DEMO)/phone.btsnoop --token $(DEMO)/token
	@# Exit code 1 says that something injects, which is what this scooter is for.
	$(MI_BUS) diagnose $(DEMO)/bus.pcapng $(DEMO)/phone.btsnoop --token $(DEMO)/token \
	  --html $(DEMO)/report.html || [ $$? = 1 ]

test: deps ## all tests
	$(SWIFT) test --disable-xctest

lint: ## swift format, strictly
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Plugins Sources Tests Fuzz/Package.swift Fuzz/Sources

format: ## put the sources into shape
	$(SWIFT) format --in-place --recursive --parallel Package.swift Plugins Sources Tests Fuzz/Package.swift Fuzz/Sources

bench: build ## measure speed, beside what the bare machine does
	$(SWIFT) build $(RELEASE) --product mi-bus-bench
	.build/release/mi-bus-bench --mi-bus $(MI_BUS)

SECONDS := 60
fuzz: deps ## fuzz each parser of files and streams, SECONDS=60 each
	Fuzz/run $(SECONDS)

profiles: deps ## pack the built-in profiles anew, after a change of their YAML
	MI_BUS_RENEW_GOLDEN=1 $(SWIFT) test --disable-xctest --filter PackedProfileTests/upToDate
	$(SWIFT) test --disable-xctest --filter ScooterProfilesTests

manual: deps ## renew the manual page and the shell completions in docs
	$(SWIFT) package --allow-writing-to-package-directory generate-manual --configuration debug \
	  --date $$(git log -1 --format=%cs) --output-directory docs/man
	MI_BUS_RENEW_GOLDEN=1 $(SWIFT) test --filter HelpTests

pictures: build ## renew the pictures of README; needs python3 and tmux, for the report a Chromium
	docs/pictures/take $(MI_BUS)

accuracy: deps ## hold findings against simulated scooters: senders at each time quality, collisions, clocks, causes
	$(SWIFT) build $(RELEASE) --product mi-bus-accuracy
	.build/release/mi-bus-accuracy --strict
	.build/release/mi-bus-accuracy --collisions
	.build/release/mi-bus-accuracy --alignment --strict
	.build/release/mi-bus-accuracy --causes --strict

accuracy-short: deps ## the same, shorter
	$(SWIFT) build $(RELEASE) --product mi-bus-accuracy
	.build/release/mi-bus-accuracy --strict --frames 15000
	.build/release/mi-bus-accuracy --alignment --strict --trials 380 --longest 3
	.build/release/mi-bus-accuracy --causes --strict

# SwiftPM's plugin host crashes now and then on Linux (swiftlang/swift#87033), and its dump-symbol-graph wants the tests
# built: the compiler's own tools are called without it.
docs: deps ## DocC pages of the modules, into .build/docs
	$(SWIFT) build
	@rm -rf .build/docs
	@built=$$($(SWIFT) build --show-bin-path) && \
	maps=$$(find Sources/C* .build/checkouts/*/Sources $$built/CSerial.build -name module.modulemap -printf '-Xcc -fmodule-map-file=%p ') && \
	for module in $(MODULES); do \
	  graph=.build/docs/graphs/$$module && mkdir -p $$graph && \
	  $(SWIFT) symbolgraph-extract -module-name $$module -target $$(basename $$(dirname $$built)) -I $$built/Modules $$maps \
	    -minimum-access-level public -emit-extension-block-symbols -output-dir $$graph && \
	  docc convert Sources/$$module/$$module.docc --additional-symbol-graph-dir $$graph \
	    --fallback-display-name $$module --warnings-as-errors --output-path .build/docs/$$module || exit 1; \
	  echo "$$module: .build/docs/$$module"; done

clean: ## remove what was built
	rm -rf .build Fuzz/.build
