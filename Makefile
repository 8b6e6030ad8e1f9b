# Every target sets up what it needs in .venv; only Python 3.11+ and git must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Every target starts python many times; what the caller forbids would be compiled anew by each of them.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test lint bench fuzz soak docs messages clean

demo: $(STAMP)
	$(BIN)/wz check --as-of 2026-11-20

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto --dist loadgroup

lint: $(VENV)/.installed-lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.history

# SECONDS for each target; atheris has wheels for some machines only.
FUZZED := case yaml units calendar rules profile table_csv table_xlsx table_jsonl words output
fuzz: $(VENV)/.installed-fuzz
	for target in $(FUZZED); do $(BIN)/python -m fuzz $$target || exit 1; done

# Ten minutes; `SECONDS=60 make soak` is shorter. What else can be asked: python -m soak --help, soak.powercut --help.
soak: $(VENV)/.installed-test
	SECONDS=$${SECONDS:-600} $(BIN)/python -m soak

docs: $(STAMP)
	$(BIN)/python docs/generate.py

messages: $(VENV)/.installed-test
	$(BIN)/python wz/locale/update.py

SOURCES := pyproject.toml hatch_build.py $(wildcard wz/locale/*/LC_MESSAGES/*.po)
# Compiling every module of every package would take longer than running them does.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -e

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(SOURCES) | $(BIN)/python
	$(INSTALL) '.[documents]'
	touch $@

# Whoever tests or lints has wz itself too.
$(STAMP)-%: $(SOURCES) | $(BIN)/python
	$(INSTALL) '.[$*]'
	touch $@ $(STAMP)

clean:
	rm -rf $(VENV)
