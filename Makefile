# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

# `make demo` and `make test` need Python 3.11 or newer, git and make. Everything they make is in .venv/.
# Each target's work is in tools/.

PYTHON := $(shell for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

RUN = @$(if $(PYTHON),,echo 'make $@: FAILED: needs Python 3.11 or newer: make $@ PYTHON=/path/to/python3'; exit 1;) $(PYTHON) -m tools $@

.PHONY: help demo test check sanity units campaign integration cores faults awx lint types docs examples build bench mutants picture forms format clean

help:  ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 14

demo:  ## See the module work: runs playbooks/demo.yml against the mock API, no account needed
	$(RUN)

test:  ## The unit and the integration tests
	$(RUN)

check:  ## The whole gate: sanity to build, but for cores, on ansible-core 2.16 and the newest
	$(RUN)

sanity:  ## ansible-test sanity
	$(RUN)

units:  ## ansible-test units
	$(RUN)

campaign:  ## The promises in random scenarios: 20,000, or make campaign SCENARIOS=200000 SEED=7
	$(RUN)

integration:  ## ansible-test integration
	$(RUN)

cores:  ## ansible-test integration on each ansible-core between 2.16 and the newest, for a release; not in the gate
	$(RUN)

faults:  ## The whole module against faults, TLS, proxies and traps for the key; wants nginx and openssl
	$(RUN)

awx:  ## The AWX credential type and playbook, against a stand-in for AWX
	$(RUN)

lint:  ## ansible-lint, ruff, formatting and licences
	$(RUN)

types:  ## mypy
	$(RUN)

docs:  ## Build the documentation as a site, and check it and the changelog
	$(RUN)

examples:  ## Run every example of the documentation against the mock API
	$(RUN)

build:  ## Build the collection, import it as Galaxy does, run the demo where it is installed
	$(RUN)

bench:  ## Time whole runs, and put tables and charts into the documentation: all, or make bench ROUNDS=1 ONLY=deletes; not in the gate
	$(RUN)

mutants:  ## Whether the tests notice each small change of the code: all, or make mutants MODULE=_settle; takes long, not in the gate
	$(RUN)

picture:  ## Draw the README's picture from what the demo prints
	$(RUN)

forms:  ## Make the forms of AWX's credential type that are imported and copied, from playbooks/files/awx/credential_type.yml
	$(RUN)

format:  ## Format the Python files
	$(RUN)

clean:  ## Remove what these commands made
	rm -rf .venv
