PYTHON ?= python3
UV ?= uv
ARGS ?=
VENV = .venv/bin

.PHONY: start test check fmt lock miljo bench-inmatning bench-brygga bench-matningsfil bench-utfall bench-indikatorer

# Install what is missing, start database, worker and site on 127.0.0.1:8000, and name the demo users. Ctrl-C ends it.
# Another port: make start PORT=8080
start:
	@$(PYTHON) verktyg/start.py

# Install what is missing and run the tests against a real PostgreSQL. A part of them: make test ARGS="tests/lib -x"
test:
	@$(PYTHON) verktyg/prova.py $(ARGS)

# Make .venv hold what the development lock file says.
miljo:
	@$(PYTHON) verktyg/miljo.py requirements-dev.txt

# Everything that can be judged without running the system: style, formatting, imports, migrations, templates.
check: miljo
	$(VENV)/python -m ruff check .
	$(VENV)/python -m ruff format --check .
	$(VENV)/lint-imports
	$(VENV)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(VENV)/python -m djlint --check --lint templates

# Put Python and templates in the form that `make check` asks for.
fmt: miljo
	$(VENV)/python -m ruff check --fix .
	$(VENV)/python -m ruff format .
	$(VENV)/python -m djlint --quiet --reformat templates

# Resolve the dependencies of pyproject.toml anew into the three lock files. Needs uv.
LOCK = $(UV) pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock" --quiet
lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra start --output-file requirements-start.txt
	$(LOCK) --extra start --extra dev --output-file requirements-dev.txt

# Measure the entry table against a formset; prints ratios.
bench-inmatning: miljo
	$(VENV)/python bench/inmatning.py

# Measure matrix 4B at ten times its size, and 4A counted by the bridge; prints ratios.
bench-brygga: miljo
	$(VENV)/python bench/brygga.py

# Measure a CSV of 100 000 measurements previewed and accepted; prints seconds.
bench-matningsfil: miljo
	$(VENV)/python bench/matningsfil.py

# Measure a ledger file read in against a bare COPY, its memory, and the follow-up table; prints ratios.
bench-utfall: miljo
	$(VENV)/python bench/utfall.py

# Judge 600 000 measurements, and read what the pages of indikatorer read; prints times and ratios.
bench-indikatorer: miljo
	$(VENV)/python bench/indikatorer.py
