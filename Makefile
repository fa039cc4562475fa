ARCH := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x64)
NODE := node_modules/.bin/node
DEBIAN_TEST_PACKAGES := chromium-headless-shell apt-utils rpm python3-tuf python3-securesystemslib iproute2 dpkg-dev clamav clamav-daemon fusefat dosfstools exfat-fuse exfatprogs python3-fusepy libfuse2t64 mtools ntfs-3g lvm2 cryptsetup-bin fdisk faketime openssl slapd ldap-utils tcpdump iputils-ping openssh-client openssh-server sudo fusioninventory-agent fusioninventory-agent-task-deploy fusioninventory-agent-task-network fusioninventory-agent-task-collect ocsinventory-agent snmpd python3-pymodbus libsnap7-1 libopen62541-1.4-dev gcc libc6-dev nmap tshark poppler-utils ruby composer elixir r-base-core libmaven3-core-java python3-cyclonedx-lib python3-jsonschema promtool squid rsyslog rsyslog-relp rsyslog-openssl liblognorm-utils
DEBIAN_DIST_PACKAGES := dpkg rpm openssl wixl gcc-mingw-w64-x86-64-win32 osslsigncode
# Wine is 112 MB to fetch and 740 MB installed.
DEBIAN_RELEASE_PACKAGES := debootstrap dpkg-dev lintian rpmlint piuparts openssl util-linux dosfstools mtools fusefat qemu-system-x86 wine wine64 python3-cyclonedx-lib python3-jsonschema

LAWS = $(shell grep -rl --include=*.test.ts "from 'fast-check'" */src */test)
SAMPLED = $(shell grep -rlE --include=*.test.ts "isLong|SALLYPORT_LONG" test */src */test)

.DEFAULT_GOAL := help
.PHONY: help setup test-packages dist-packages build dist release-test check test fuzz soak demo run dev bench compare words conformance mutation clean

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: node_modules/.setup ## install the pinned packages and the Node.js runtime
node_modules/.setup: package-lock.json package.json .npmrc $(wildcard */package.json)
	@npm ci
	@ln -sf ../node-linux-$(ARCH)/bin/node node_modules/.bin/node
	@touch $@

# Debian packages that are missing, installed and named.
install_missing = missing=$$(for p in $(1); do dpkg-query -W -f '$${Status}\n' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing Debian packages $(2):" $$missing; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi

test-packages: # Debian packages that the tests drive; says which it installs
	@$(call install_missing,$(DEBIAN_TEST_PACKAGES),for the tests)

dist-packages: # Debian packages that make the artefacts
	@$(call install_missing,$(DEBIAN_DIST_PACKAGES),for the artefacts)

dist: build dist-packages ## a release's packages in dist/; ONLY="sallyport-host:x64" makes some of them
	@$(NODE) scripts/packages/main.ts $(ONLY)

release-test: build dist-packages ## a release made in two places, installed, upgraded, cut off, moved and removed on booted machines; PARTS="installation upgrades" is some of it; hours
	@$(call install_missing,$(DEBIAN_RELEASE_PACKAGES),for the release test)
	@$(NODE) --conditions=@sallyport/source test/release/main.ts $(PARTS)
	@SALLYPORT_RELEASE=1 node_modules/.bin/vitest run --project commands test/interop/windows-agent.test.ts test/interop/linux-agent.test.ts

build: setup ## compile the workspaces
	@npm run --silent build

check: setup ## types, lint, architecture: seconds
	@npm run --silent check

test: build test-packages ## all set-up and all tests
	@npm run --silent test

demo: build ## the whole loop on this computer under var/demo; ONCE=1 ends after the loop
	@$(NODE) scripts/demo.ts $(if $(ONCE),--once)

run: build ## an appliance in ./var
	@$(NODE) scripts/run.ts

dev: setup ## the same from the sources, started again when one changes
	@NODE_COMPILE_CACHE=var/compile-cache $(NODE) --conditions=@sallyport/source --import ./scripts/tsx-hook.ts --disable-warning=ExperimentalWarning \
	  --watch $(foreach w,appliance bundle-tools ui,--watch-path=$(w)/src) scripts/dev.ts

fuzz: build test-packages ## every parser of outside bytes, MINUTES each (10), JOBS at once; every law RUNS times as long (50)
	@$(NODE) test/fuzz/main.ts
	@SALLYPORT_SEED=random SALLYPORT_RUNS=$(or $(RUNS),50) node_modules/.bin/vitest run --project unit $(LAWS)

soak: build test-packages ## the long forms of the tests that sample: every fault, every garbage, every bit, every page, every case of a law
	@SALLYPORT_LONG=1 node_modules/.bin/vitest run $(sort $(SAMPLED) $(LAWS))

bench: build ## numbers with their method
	@$(NODE) test/bench/main.ts

compare: setup ## what pages, answers to forms, the API document, help and schema say otherwise than at the commit BASE; minutes
	@$(NODE) scripts/compare/main.ts --base $(or $(BASE),HEAD)

words: setup ## every sentence in three languages, with a star where editors have not looked; REVIEWED=1 notes that they have
	@$(NODE) scripts/words.ts

conformance: setup ## the public TUF conformance suite; SUITE=DIR says where it lies
	@$(NODE) --conditions=@sallyport/source scripts/conformance.ts $(SUITE)

mutation: setup ## changes of the core that no test notices; ONLY="trust/core" names sources
	@$(NODE) scripts/mutation.ts

clean: ## remove what was built
	@rm -rf dist */dist */program var/demo var/dist var/release
