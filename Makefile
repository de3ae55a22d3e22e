# The commands of this project; `make help` lists them. Recipes longer than two lines are scripts in .make/.
.DEFAULT_GOAL := help
PREFIX ?= /usr/local
VENV := .venv/bin
INIT := NAME HOST ADMIN DRY_RUN YES REMOVE
VARIABLES := TARGET SCENARIO FIX DRILLS KEEP FLEET GROUP REPORT_LANG PREFIX PYTHON OLD NEW TOOLS $(INIT)
# A shell may export HOST or NAME for purposes of its own: these count only where they are written behind `make init`.
$(foreach name,$(INIT),$(if $(filter environment,$(firstword $(origin $(name)))),$(eval $(name) :=)))
export $(VARIABLES)
unexport PYTHONDONTWRITEBYTECODE  # every start of Python, of which `make test` has hundreds, would compile the project again

# A word that nobody reads would leave another server judged than was meant: `target=edge`, `TARGTE=edge`, `make audit edge`.
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
GOALS := $(shell sed -nE 's/^([a-z-]+):.*/\1/p' $(firstword $(MAKEFILE_LIST)))
UNKNOWN := $(addsuffix =…,$(filter-out $(VARIABLES) MAKEFLAGS,$(GIVEN))) $(filter-out $(GOALS) .venv/%,$(MAKECMDGOALS))
ifneq ($(strip $(UNKNOWN)),)
$(error make does not know $(strip $(UNKNOWN)); write one of: $(addsuffix =…,$(VARIABLES)), and see: make help)
endif

.PHONY: help
help:  ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/p' Makefile | expand -t 14

.PHONY: init
init: .venv/.ready  ## from your server to a first verdict, or back [NAME=edge HOST=ADDRESS ADMIN=USER DRY_RUN=1 YES=1 REMOVE=1 DRILLS=0]
	@.make/init.sh

.PHONY: audit
audit: .venv/.ready  ## judge a server [TARGET=demo|lab|NAME SCENARIO=before|stabilised|ready FIX=plan|1 DRILLS=0 KEEP=1 REPORT_LANG=fr|en]
	@.make/audit.sh

.PHONY: fleet
fleet: .venv/.ready  ## judge many servers together [FLEET=targets/fleet.toml GROUP=NAME FIX=plan|1 DRILLS=0 REPORT_LANG=fr|en]
	@.make/fleet.sh

.PHONY: check
check: .venv/.ready  ## what of TARGET=NAME can be reached, and with which rights
	@$(VENV)/python -m fixtures check $(TARGET) || [ $$? = 10 ]  # what cannot be reached was told, and is no fault of make's

.PHONY: lab lab-up lab-down lab-shell
lab: .venv/.ready  ## build the lab's cache (Linux, root; about 10 min the first time)
	@$(VENV)/python -m lab build

lab-up: .venv/.ready  ## boot a server that stays up [SCENARIO=before|stabilised|ready]
	@$(VENV)/python -m lab up $(if $(SCENARIO),--scenario $(SCENARIO))

lab-down: .venv/.ready  ## take every lab down
	@$(VENV)/python -m lab down --all

lab-shell: .venv/.ready  ## a shell on the server that is up
	@$(VENV)/python -m lab shell

.PHONY: lint quick test test-lab proof cures kills attacks bench bench-compare
lint: .venv/.ready-dev  ## ruff, mypy, import-linter, shellcheck
	$(VENV)/ruff check .
	$(VENV)/ruff format --check --quiet .
	$(VENV)/mypy
	$(VENV)/lint-imports --no-logo
	.make/shellcheck.sh

quick: lint  ## lint, then the tests of what has changed (about 20 s)
	@.make/quick.sh

test: lint  ## lint, then the checker's own tests (no root, any machine)
	$(VENV)/python -m pytest -c testing/pytest.toml --rootdir testing testing

test-lab: .venv/.ready-dev  ## the tests that need a real server (Linux, root)
	@.make/test-lab.sh

proof: .venv/.ready-dev  ## every criterion shown able to fail (Linux, root)
	@.make/in-lab.sh ready .make/in-lab.sh ready $(VENV)/python -m testing.faults  # two servers share the faults

cures: .venv/.ready-dev  ## every fault that has a remedy repaired by --fix, each on a fresh server (Linux, root)
	@.make/in-lab.sh ready .make/in-lab.sh ready $(VENV)/python -m testing.faults --cures

kills: .venv/.ready-dev  ## every remedy ended at and in every step, 200 times, and under ill circumstances (Linux, root)
	@.make/in-lab.sh before $(VENV)/python -m testing.kills

attacks: .venv/.ready-dev  ## what docs/threat-model.md says cannot be done, tried (Linux, root)
	@.make/test-lab.sh testing/lab -m "attack or long" --variants

bench: .venv/.ready-dev  ## what an audit costs, against the floor and other tools [TOOLS=a venv with ansible-core, pyinfra] (Linux, root)
	@.make/in-lab.sh ready $(VENV)/python -m testing.bench $(if $(TOOLS),--tools "$(TOOLS)")

bench-compare: .venv/.ready-dev  ## how that changed between two files of reports/out/bench [OLD=FILE NEW=FILE]
	@$(VENV)/python -m testing.bench.compare "$(OLD)" "$(NEW)"

.PHONY: dist
dist: .venv/.ready-dev  ## build sdist and wheel in dist/, the same bytes for the same commit
	@.make/dist.sh

.PHONY: install uninstall recordings rights docs lock clean
install:  ## copy the audit with its own Python under PREFIX (/usr/local) [TARGET=NAME|FLEET=FILE: and on a schedule]
	@.make/install.sh

uninstall:  ## take that away again, schedule included; every history stays
	@.make/uninstall.sh

recordings: .venv/.ready  ## record the demo's servers anew (Linux, root)
	@.make/recordings.sh

rights: .venv/.ready  ## write deploy/ anew: observer, sudoers and roles for audit and fix
	@$(VENV)/python -m remediations rights --target=twisterlab.example

docs: .venv/.ready-dev  ## write docs/criteria.md, the attacks of docs/threat-model.md and docs/phase0-gate.1 anew
	@$(VENV)/python -m testing.criteria
	@$(VENV)/python -m testing.threats
	@$(VENV)/python -m phase0_gate manual > docs/phase0-gate.1

lock: .venv/.ready-dev  ## pin the dependencies of pyproject.toml
	@.make/lock.sh

clean:  ## remove what was made here; the lab's cache stays (python3 -m lab clean)
	rm -rf .venv dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis reports/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: requirements.lock
	@.make/venv.sh .venv $< && touch $@

.venv/.ready-dev: requirements-dev.lock requirements.lock
	@.make/venv.sh .venv $< && touch $@ .venv/.ready
