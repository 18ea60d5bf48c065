# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Shortcuts for sessions of nox, which is installed in .venv. They require git, and Python 3.11 or newer with venv.
# `.venv/bin/nox -l` lists all sessions.

PYTHON := $(shell for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && echo $$python && break; done)
NOX := .venv/bin/nox

.PHONY: demo test check docs clean

demo: $(NOX)  ## Run the module against a mock API; no account needed
	$(NOX) -s demo

test: $(NOX)  ## Run the unit tests and the integration tests
	$(NOX) -s test integration-newest

check: $(NOX)  ## Run all checks of CI without containers, two sessions at a time
	$(NOX) --parallel 2 --allow-parallel

docs: $(NOX)  ## Build the documentation as a site
	$(NOX) -s site

$(NOX):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is required: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/pip --quiet install 'nox>=2026.8.10' 'antsibull-nox>=1.10'

clean:  ## Delete what these commands created
	rm -rf .venv .nox tests/output
