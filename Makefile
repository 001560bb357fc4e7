# The whole product on one machine: see README.md. Any Python from 3.11 on will do, e.g. PYTHON=python3.12 make run
PYTHON ?= python3
PYTEST_ARGS ?=
VENV_PYTHON = .venv/bin/python
NO_PYTHON = 找不到 $(PYTHON)：请先安装 Python 3.11 或更高版本，或用 PYTHON=python3.12 make run 指定。
BOOTSTRAP = { command -v "$(PYTHON)" >/dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }; } && "$(PYTHON)" tools/bootstrap.py
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.PHONY: run test lint bench reset lock

run:
	@$(BOOTSTRAP) && exec $(VENV_PYTHON) manage.py quickstart --follow-parent

test:
	@$(BOOTSTRAP) --dev && exec $(VENV_PYTHON) -m pytest -n logical --maxprocesses 4 --maxschedchunk 1 $(PYTEST_ARGS)

lint:
	@$(BOOTSTRAP) --dev
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m djlint --check templates
	$(VENV_PYTHON) -m djlint --lint templates
	$(VENV_PYTHON) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	DJANGO_SETTINGS_MODULE=autoflow.settings.test $(VENV_PYTHON) -W ignore manage.py makemigrations --check --dry-run

bench:
	@$(BOOTSTRAP) --dev && exec $(VENV_PYTHON) -m benchmarks

reset:
	@if [ -x $(VENV_PYTHON) ]; then $(VENV_PYTHON) manage.py quickstart --stop; fi
	rm -rf var

lock:
	$(COMPILE) requirements/base.in -o requirements/base.txt
	$(COMPILE) requirements/dev.in -o requirements/dev.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt
	$(COMPILE) --no-deps requirements/redis.in -o requirements/redis.txt
