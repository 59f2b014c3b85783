# Two commands do all set-up: `make demo` and `make test`. Everything that they install stays in this folder.

PORT ?= 8000
RAPPORT_HOME ?= ./var
export PORT RAPPORT_HOME
export UV_PYTHON_DOWNLOADS = never
export UV_PYTHON ?= python3
# The tests start hundreds of processes: even where it is asked not to, what was compiled is kept for the next one.
export PYTHONDONTWRITEBYTECODE =

UV_VERSION = 0.13.9
UV := $(shell command -v uv || echo .tools/bin/uv)
PYTHON = .venv/bin/python
PYTEST = $(PYTHON) -m pytest

.PHONY: help demo run check check-types check-rest test test-core test-server test-postgresql test-browser test-mix live torture mutants bench-inbox bench-archive bench-measure bench-briefs bench-intake bench-readers bench-course bench-sample words pictures clean

help:
	@echo "make demo         install, load the sample organisation, start everything (PORT=$(PORT), RAPPORT_HOME=$(RAPPORT_HOME))"
	@echo "make run          the same without the sample: an empty Rapport of your own"
	@echo "make test         install what the tests need and run them all"
	@echo "make check        format, lint, types, import contracts, migrations"
	@echo "make words        bring the catalogues of the languages up to date with what the pages say"
	@echo "make live         the stories against real servers that the tests start on this machine"
	@echo "make torture      killed at every point and at random, on bad lines: nothing lost, nothing twice (half an hour)"
	@echo "make mutants      bugs made by hand, each of which the tests have to notice"
	@echo "make bench-inbox  a million messages, 25 people: writes benchmarks/results/inbox.json"
	@echo "make bench-readers  how well the readers do, beside others, on the public data sets: writes benchmarks/results/readers.json"
	@echo "make pictures     the pictures of the README, taken anew from the sample"
	@echo "make bench-briefs   events a second against thousands of briefs: writes benchmarks/results/briefs.json"
	@echo "make bench-archive  a million messages in the archive: writes benchmarks/results/archive.json"
	@echo "make bench-intake   from the socket to the stored match, a quarter of an hour: writes benchmarks/results/intake.json"
	@echo "make bench-sample   whole years of the sample at the coding desk, as planted and ordinary: writes benchmarks/results/sample_year.json"
	@echo "make bench-course   the course page over ten million messages, and a night over one: writes benchmarks/results/course.json, night.json"
	@echo "make bench-measure  intervals, alarms and forecasts against known truth: writes benchmarks/results/gps.json"

demo: .stamps/server
	@exec .venv/bin/rapport run --sample --port $(PORT)

run: .stamps/server
	@exec .venv/bin/rapport run --port $(PORT)

# -- installing --------------------------------------------------------------------------------------------------------

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet uv==$(UV_VERSION)

$(filter-out .tools/bin/uv,$(UV)):

# --inexact: what the tests installed stays.
.stamps/server: pyproject.toml uv.lock | $(UV)
	@echo "Installing what Rapport needs into .venv: the first time this may take a minute."
	$(UV) sync --quiet --frozen --inexact --no-default-groups --extra server
	@mkdir -p .stamps && touch $@

# What is installed is compiled once, not by each of the processes that the tests start.
.stamps/dev: pyproject.toml uv.lock | $(UV)
	UV_COMPILE_BYTECODE=1 $(UV) sync --quiet --frozen --extra server
	@mkdir -p .stamps && touch $@ .stamps/server

.stamps/bare: pyproject.toml uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv-bare $(UV) sync --quiet --frozen --no-default-groups --group test --extra archive
	@mkdir -p .stamps && touch $@

.stamps/bench: pyproject.toml uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv-bench $(UV) sync --quiet --frozen --no-default-groups --group bench --extra archive
	@mkdir -p .stamps && touch $@

.stamps/system: tests/install.sh
	sh tests/install.sh
	@mkdir -p .stamps && touch $@

# After a change of what the pages say. Needs xgettext and msgmerge (Debian: gettext).
words: .stamps/dev
	cd rapport/server && RAPPORT_HOME=$$(mktemp -d) DJANGO_SETTINGS_MODULE=rapport.server.settings \
		../../$(PYTHON) -m django makemessages --all --add-location file --no-obsolete

# -- checking ----------------------------------------------------------------------------------------------------------

# They need nothing of each other: `make -j2 check` lets the types, the longest, have a core of their own.
check: check-types check-rest

check-types: .stamps/dev
	.venv/bin/mypy rapport

check-rest: .stamps/dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	RAPPORT_HOME=$$(mktemp -d) DJANGO_SETTINGS_MODULE=rapport.server.settings $(PYTHON) -m django makemigrations --check --dry-run

test: test-core test-server test-postgresql test-browser

NOW = not live and not browser and not slow

# Tested where Django is not installed: the second proof that only `server` knows it.
test-core: .stamps/bare .stamps/system
	.venv-bare/bin/python -c "import importlib.util as u; assert not u.find_spec('django'), 'Django is installed here'"
	.venv-bare/bin/python -m pytest -q -n 2 -m "$(NOW)" --doctest-modules tests/core tests/archive rapport/core rapport/connectors rapport/archive

test-server: .stamps/dev .stamps/system
	$(PYTEST) -q -n 2 -m "$(NOW)" tests/server tests/torture

test-postgresql: .stamps/dev .stamps/system
	$(PYTHON) -m tests.postgres $(PYTEST) -q -n 2 -m "$(NOW) and not once" tests/server

test-browser: .stamps/dev .stamps/system
	$(PYTEST) -q -n 2 -m browser tests/e2e

# The marketing mix, with its extra; a fit takes minutes.
test-mix: | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv-mix $(UV) run --quiet --frozen --no-default-groups --extra mix \
		--with pytest --with pytest-timeout python -m pytest -q tests/core/test_mix.py

live: .stamps/dev .stamps/system .stamps/node .stamps/site .stamps/mail
	RAPPORT_LIVE=1 $(PYTEST) -m live tests

# In full what `make test` runs in a short form: killed at every point and at random, bad lines, the model of intake.
torture: .stamps/dev .stamps/system .stamps/node .stamps/site .stamps/mail
	RAPPORT_TORTURE=1 $(PYTEST) -q --timeout 1800 tests/torture

mutants: .stamps/dev .stamps/system
	$(PYTHON) -m tests.mutants.run

.stamps/node: tests/live/network/package-lock.json tests/live/network/install.sh tests/install.sh
	sh tests/install.sh live
	sh tests/live/network/install.sh
	@mkdir -p .stamps && touch $@

.stamps/mail: tests/live/mail/install.sh
	sh tests/live/mail/install.sh
	@mkdir -p .stamps && touch $@

.stamps/site: tests/live/site/install.sh
	sh tests/live/site/install.sh
	@mkdir -p .stamps && touch $@

bench-inbox: .stamps/dev
	$(PYTHON) -m benchmarks.inbox

bench-course: .stamps/dev
	$(PYTHON) -m benchmarks.course
	$(PYTHON) -m benchmarks.night

bench-briefs: .stamps/dev
	$(PYTHON) -m benchmarks.briefs

bench-archive: .stamps/dev
	$(PYTHON) -m benchmarks.archive

bench-intake: .stamps/dev
	$(PYTHON) -m benchmarks.intake

bench-measure: .stamps/bench
	.venv-bench/bin/python -m benchmarks.gps

# An hour; years that were played stay in var/years, and an interrupted run goes on there.
bench-sample: .stamps/dev
	$(PYTHON) -m benchmarks.sample_year --keep var/years

# With more, the threads of the linear algebra wait for each other: a head took thirty times the processor time.
bench-readers: .stamps/bench
	OPENBLAS_NUM_THREADS=1 .venv-bench/bin/python -m benchmarks.readers

# The pictures of the README, from the sample as it is now.
pictures: .stamps/dev .stamps/system
	$(PYTHON) -m tests.e2e.pictures

clean:
	rm -rf .venv .venv-bare .venv-bench .venv-mix .tools .stamps .mypy_cache .ruff_cache .pytest_cache
