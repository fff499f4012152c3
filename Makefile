# StationKeeper. `make` lists what there is; `make run` and `make test` need only Debian 12 and Go, and install the
# rest. SETUP=true skips the installing.

SETUP     ?= .ci/setup
TESTFLAGS ?=
FUZZTIME  ?= 10s
BENCH     ?=
KILLS     ?= 1000
RECORDS   ?= 1000000
CUTS      ?= 100
CHAOS     ?= 5m
OUTAGE    ?= 72h
SEED      ?= 0
HOURS     ?= 8
EVERY     ?= 20s
# Recordings to replay.
DATA      ?= ../shared/data
# Hours of the day that demo-day plays, at SPEED times their pace.
FROM      ?= 10:00
TO        ?= 11:00
SPEED     ?= 60
PICTURES  ?=
SHEETS    ?= bin/contact-sheet

VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unversioned)
GOBUILD := go build -buildvcs=false -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

WEB := headoffice/watch/node_modules/.made

.NOTPARALLEL: # apt holds one lock, and go build uses all cores by itself
.PHONY: contact-sheet help run replay evening demo-day screenshots test lint fuzz crash faults chaos mutants powercut hil soak bench assets build cross clean setup-build setup-run \
	setup-test setup-lint setup-screenshots setup-soak setup-bench setup-powercut setup-hil

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: setup-run build ## head office, an agent with a simulated room and a kiosk, until Ctrl-C
	@bin/demo run

replay: build ## ten months of temperatures and a day of customers, from recordings in DATA
	@bin/demo replay -data "$(DATA)"

evening: build ## a technician's evening in the machine room, with the line down: about twenty seconds
	@bin/demo evening

demo-day: setup-run $(if $(PICTURES),setup-screenshots) build ## hours FROM to TO of a bank's day in a minute each, counters working by themselves; PICTURES=folder keeps some
	@bin/demo day -data "$(DATA)" -from $(FROM) -to $(TO) -speed $(SPEED) -pictures "$(PICTURES)"

screenshots: setup-screenshots build ## make the README's pictures anew
	@bin/demo screenshots

contact-sheet: assets ## every screen of the lobby in both languages and every look, joined into sheets, in SHEETS
	STATIONKEEPER_SHEETS=$(abspath $(SHEETS)) go test -tags x11 -count=1 -timeout 60m -v -run '^TestSheets$$' ./ui/contactsheet

test: setup-test assets cross bin/kernel bin/machines ## all tests; TESTFLAGS=-race and others go to go test
	go test -tags x11 -timeout 20m $(TESTFLAGS) ./...

lint: setup-lint assets ## formatting, vet, staticcheck, import rules, shell scripts
	@files=$$(git ls-files '*.go' | xargs gofmt -l); test -z "$$files" || { echo "not formatted by gofmt:"; echo "$$files"; exit 1; }
	go vet -tags x11 ./...
	go tool staticcheck -tags x11 ./...
	go test ./internal/rules
	git ls-files | xargs grep -lE '^#!.*\b(ba)?sh\b' --exclude='*.go' | xargs shellcheck

fuzz: assets ## every fuzz test for FUZZTIME
	@.ci/fuzz $(FUZZTIME)

crash: setup-test assets ## kill -9 at random instants: KILLS times, with RECORDS records; SEED repeats a run
	go test -tags x11 -timeout 2h -count=1 -v -run '^TestKills$$' ./internal/crash -kills $(KILLS) -records $(RECORDS) -seed $(SEED)

chaos: setup-test ## bad lines between a station and head office for CHAOS, then what is written during an OUTAGE; SEED repeats a run
	go test -tags x11 -timeout 2h -count=1 -parallel 1 -v -run '^TestChaos$$|^TestOutage$$' ./internal/toxic -chaos $(CHAOS) -outage $(OUTAGE) -seed $(SEED)

powercut: setup-powercut bin/kernel ## power cuts of a virtual machine: CUTS of the journal, as many of head office's database; SEED repeats a run
	@$(GOBUILD) -o bin/ ./internal/powercut
	@bin/powercut -cuts $(CUTS) -seed $(SEED)

bin/kernel:
	@.ci/kernel $@ || test "$(SETUP)" = true

hil: setup-hil assets bin/machines ## the agent in virtual machines with real kernels, on lines and buses that are played
	@$(GOBUILD) -o bin/ ./sensors/hil
	@bin/hil

bin/machines:
	@.ci/machines $@ || test "$(SETUP)" = true

faults: setup-test assets ## disks that fail in every way at every place, under the journal
	go test -timeout 1h -count=1 -v ./internal/journal -faults

mutants: ## what the tests of the access rules let pass when one thing of the rules is changed; MUTANTS="-n 100 -seed 7" tries some
	go run ./agent/access/mutation $(MUTANTS) -- -test.skip 'TestAnyHistory|TestNoStrikeStaysOpen'

soak: setup-soak build ## a customer every EVERY at the touchscreen for HOURS, with the memory's curve in data/soak; fails when it grows
	@$(GOBUILD) -o bin/ ./internal/touch/soak
	@bin/soak -for $(HOURS)h -every $(EVERY) -seed $(SEED)

bench: setup-bench build ## what it costs, beside others, in one table; BENCH=-quick in three minutes
	@$(GOBUILD) -o bin/ ./internal/bench
	@bin/bench $(BENCH)

assets: setup-build $(WEB) ## what is made rather than kept: the kiosk's fonts, the pages' libraries
	@bash ui/theme/fonts/make.sh

# The mark says when; the files themselves must be there too.
ifeq ($(wildcard headoffice/watch/assets/vendor/*),)
.PHONY: $(WEB)
endif

$(WEB): headoffice/watch/package.json headoffice/watch/package-lock.json
	npm --prefix headoffice/watch ci
	npm --prefix headoffice/watch run assets
	@touch $@

build: assets ## the three programs, in bin/
	CGO_ENABLED=0 $(GOBUILD) -o bin/ ./agent ./headoffice
	$(GOBUILD) -tags x11,no_emoji -o bin/ ./kiosk
	$(GOBUILD) -o bin/ ./internal/demo

cross: assets ## agent and headoffice for amd64, arm64 and armv7, in bin/
	@for target in amd64 arm64 arm; do \
		CGO_ENABLED=0 GOOS=linux GOARCH=$$target GOARM=7 $(GOBUILD) -o bin/linux-$$target/ ./agent ./headoffice || exit 1; \
	done
	@du -b bin/linux-*/* | awk '{printf "%6.1f MB  %s\n", $$1/1e6, $$2}'

clean: ## remove what was built, not what was recorded under data/
	rm -rf bin headoffice/watch/node_modules headoffice/watch/assets/vendor ui/theme/fonts/*.otf

setup-build setup-run setup-test setup-lint setup-screenshots setup-soak setup-bench setup-powercut setup-hil: setup-%:
	@$(SETUP) $*
