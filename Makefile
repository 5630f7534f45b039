# make help lists what there is. `make demo` and `make test` each do all their own set-up on a machine with Python 3.11
# and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# compiled modules are kept, whatever the shell says: a command starts in two thirds of the time
export PYTHONDONTWRITEBYTECODE =

TORCH := torch==2.13.0

.PHONY: help demo test test-walks torture test-coqui lint setup hf coqui system system-tests models clean up down

help:
	@echo "make demo        install, fetch checked models, make the demo series, localize it, show what came out"
	@echo "make test        install, lint, type-check, run the tests"
	@echo "make lint        ruff, mypy, and the order of imports"
	@echo "make up, down    the service on this machine: Prefect server, workers, watcher"
	@echo "make models      fetch and check the embedded models"
	@echo "make hf          also install torch and transformers, which pulled translation models need"
	@echo "make coqui       also build the environment of the Coqui voices (about 7 GB); make test-coqui tests it"
	@echo "make test-served an episode through real servers of recognition and speech, beside the same by this machine's own"
	@echo "make test-corpus  every case of other people's trouble, spoken ones too; make test-broken-media: 2,000 broken files"
	@echo "make test-mandarin the demo's Mandarin episode; make test-burnt-in: subtitles read and covered; make test-hearing: jitters"
	@echo "make test-minutes recordings in more markets, unknown voices, ten episodes of one cast"
	@echo "make bench       seconds of our batch, of a plain script over the same libraries, of the models alone; chart in build/"
	@echo "make scale       two workers against one, about fifteen minutes"
	@echo "make torture     the service disturbed on purpose, about two hours"
	@echo "make clean       remove the environment and everything that was built"

demo: export LOCALIZE_HOME = $(CURDIR)/$(DEMO)/home
demo: setup models
	-$(BIN)/localize models pull --for us --for latam --for brazil --for india --quick
	$(BIN)/localize demo $(DEMO)
	$(BIN)/python -m flows.demo $(DEMO)/episodes --out $(DEMO)/out

# The tests of the demo measure times, and leave a third of two cores idle: the engines' and readers' tests take that, at the
# lowest priority. What waits for servers and clocks (CLOCKS are those of the library) comes after both: where the others have
# the cores, a server that answers is taken for a silent one. Three files run at a time, on one thread each: more threads than
# cores wait for each other in loops. A failure in one part does not hide the others.
BESIDE := LOCALIZE_THREADS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
CLOCKS := $(addprefix tests/localize/,served test_pull.py test_llm.py test_models.py test_bring.py test_outside.py test_firefox.py test_never_worse.py)
FILES := -m "not minutes" -n 3 --dist loadfile --no-loadscope-reorder
test: system-tests setup hf models lint
	@mkdir -p build; failed=0; \
	$(BIN)/python -m pytest tests/e2e --ignore tests/e2e/test_recorded.py > build/test-demo.log 2>&1 & demo=$$!; \
	$(BESIDE) nice -n 19 $(BIN)/python -m pytest $(FILES) tests/corpus tests/localize $(CLOCKS:%=--ignore=%) || failed=1; \
	wait $$demo || failed=1; cat build/test-demo.log; \
	$(BESIDE) $(BIN)/python -m pytest $(FILES) tests/e2e/test_recorded.py tests/flows tests/service $(CLOCKS) \
	  tests/torture/test_torture.py::test_disturbed_runs_on_sqlite_and_folders || failed=1; \
	exit $$failed

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: system $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "error: no Python here -> install Python 3.11"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than 3.11 -> install Python 3.11 or run make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "installing locked packages into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# the lock is whole: nothing is left to resolve, and pip would look for packages with extras in releases that are not in it
	@$(BIN)/python -m pip install -q --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip check
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# engines that need torch: conversion of pulled models for CTranslate2, transformers, Demucs (about 1.4 GB)
hf: setup $(VENV)/.hf

$(VENV)/.hf: requirements-hf.lock requirements-demucs.lock
	@echo "installing torch and transformers"
	@$(BIN)/python -m pip install -q $(TORCH)
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-hf.lock
	@$(BIN)/python -m pip install -q --require-hashes --no-deps -r requirements-demucs.lock
	@touch $@

# Coqui voices, in an environment of their own (about 7 GB), and the test that speaks with one
coqui: .venv-coqui/.ready

.venv-coqui/.ready: requirements-coqui.lock
	@echo "installing coqui-tts and torch into .venv-coqui"
	@test -x .venv-coqui/bin/python || $(PYTHON) -m venv .venv-coqui
	@.venv-coqui/bin/python -m pip install -q --require-hashes -r requirements-coqui.lock
	@touch $@

test-coqui: setup coqui
	$(BIN)/python -m pytest tests/coqui

# an episode heard and spoken by servers, beside the same by this machine's own engines: about five minutes
.venv-served/.ready: requirements-served.lock $(VENV)/.ready
	@test -x .venv-served/bin/python || $(PYTHON) -m venv .venv-served
	@.venv-served/bin/python -m pip install -q --no-deps --require-hashes -r requirements-served.lock
	@$(BIN)/python -c "import site; print(*site.getsitepackages(), sep='\n')" > .venv-served/own.pth
	@mv .venv-served/own.pth $$(.venv-served/bin/python -c "import site; print(site.getsitepackages()[0])")/own.pth
	@touch $@

.PHONY: test-served
test-served: setup models .venv-served/.ready
	$(BIN)/python -m pytest tests/served

# 50,000 random inputs through each reader of studios' and tools' files (about half an hour; the slowest reader has twenty minutes)
test-walks: export LOCALIZE_WALKS = 50000
test-walks: setup
	$(BIN)/python -m pytest -p no:cacheprovider --timeout 7200 tests/localize/test_transcripts.py tests/localize/test_tools_files.py tests/localize/test_markers.py -k "refused_by_name"

# burnt-in subtitles over the whole set of drawn scenes, and what reading costs: about ten minutes
.PHONY: test-burnt-in
test-burnt-in: setup models
	$(BIN)/python -m pytest tests/burnt_in

# more cases of what make test sees on fewer: people's recordings in two more markets, unknown voices, ten episodes of one cast
.PHONY: test-minutes
test-minutes: system-tests setup models
	$(BIN)/python -m pytest -m minutes tests/e2e tests/localize

# the demo's Mandarin episode to four markets, its subtitles covered and replaced: about six minutes
.PHONY: test-mandarin
test-mandarin: setup models
	$(BIN)/python -m pytest tests/mandarin

# the demo's episodes and people's recordings played in six other ways each, what is heard against what was said
.PHONY: test-hearing
test-hearing: system-tests setup models
	$(BIN)/python -m pytest tests/hearing

system:
	@sh deploy/system.sh

system-tests:
	@sh deploy/system.sh tests

models: setup
	$(BIN)/localize models pull

clean:
	rm -rf $(VENV) build

# The service on this machine: Prefect server, worker and watcher; drop episodes into the bucket that it names
PORT ?= 4200
up: setup models
	@$(BIN)/python -m flows.up start --port $(PORT)

down:
	@$(BIN)/python -m flows.up stop

# our batch against a plain script over the same libraries, and against the models alone, in one interleaved run: an hour
.PHONY: bench
bench: setup models
	$(BIN)/localize demo $(DEMO)
	LOCALIZE_GLOSSARIES=$(CURDIR)/$(DEMO)/glossaries $(BIN)/localize bench speed $(DEMO)/episodes/*.mp4 --series silver-bay \
	  --market latam --market brazil --rounds 5 --json build/bench-speed.jsonl --chart build/bench-speed.png

# 200 pulls from a hub that is slow, breaks off, refuses and lies: about a minute (make test does 20)
.PHONY: pulls
pulls: setup
	LOCALIZE_TEST_PULLS=200 $(BIN)/python -m pytest tests/localize/test_pull.py

# 100,000 strings of odd characters, each of which must be read aloud (`make test` tries 3,000)
.PHONY: read-aloud
read-aloud: setup
	READ_ALOUD_STRINGS=100000 $(BIN)/python -m pytest tests/localize/test_read_aloud.py

# Two workers against one on PostgreSQL and S3, and what Prefect costs on a batch: about fifteen minutes on two idle cores
.PHONY: scale
scale: system-tests setup models
	$(BIN)/python -m pytest tests/scale

# The service disturbed on purpose: 300 runs on SQLite, 300 on PostgreSQL and S3, and an oracle after each; about two hours
# (make test does 20 on SQLite)
torture: export TORTURE_RUNS = 300
torture: system-tests setup
	$(BIN)/python -m pytest tests/torture

# every case of the corpus through the command, the dubbed ones with the real voices, a third through watcher and worker
.PHONY: test-corpus
test-corpus: setup models
	LOCALIZE_CORPUS=all $(BIN)/python -m pytest --timeout 3600 tests/corpus/test_corpus.py tests/corpus/test_media.py

# 2,000 media files broken at random, in a batch and through the watcher, at once
.PHONY: test-broken-media
test-broken-media: setup models
	LOCALIZE_BROKEN_FILES=2000 $(BIN)/python -m pytest -n 2 tests/corpus/test_broken.py
