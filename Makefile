# The verbs of this project. `make` alone explains them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench screens messages

PY := .venv/bin/python
export PYTHON
# More tests at once than cores: many of them wait for a process or a browser.
WORKERS ?= auto
ARGS ?=
# What pytest ends with when it chose no test.
NONE = 5

help:
	@echo "make run     start everything on this machine: database, web, bot and, without a bot token, a Telegram to play with"
	@echo "make test    run the tests                       (ARGS='-k name' chooses, WORKERS=4 sets how many at once)"
	@echo "make check   lint, types, layers, migrations, deployment settings, templates"
	@echo "make bench   measure the product beside its floors"
	@echo "make messages collect the texts to translate into locale/, and compile what is translated (needs gettext)"
	@echo "make screens the gallery in docs/screens/, from a real browser"
	@echo "make setup   only make .venv and install what run, test, check and bench need"
	@echo
	@echo "PYTHON=/path/to/python3.12 chooses the Python (3.11 or newer). Settings: .env.example"

setup:
	@embedded/setup.sh requirements-dev.txt

run:
	@embedded/setup.sh requirements-local.txt
	@exec $(PY) -m embedded.run

test: setup
	@embedded/chromium.sh
	@most=0; $(PY) -m pytest -n $(WORKERS) --dist loadgroup -m "not alone" $(ARGS) || most=$$?; \
	[ $$most -eq 0 ] || [ $$most -eq $(NONE) ] || exit $$most; \
	alone=0; $(PY) -m pytest -q -m alone $(ARGS) || alone=$$?; \
	[ $$alone -eq $(NONE) ] && [ $$most -eq 0 ] || exit $$alone

screens: setup
	@embedded/chromium.sh
	@mkdir -p docs/screens
	@$(PY) -m pytest -q tests/gallery/screens.py $(ARGS)

bench: setup
	@$(PY) -m bench $(ARGS)

messages: export SECRET_KEY = only-to-read-the-texts-in-the-source-code
messages: export DATABASE_URL = postgres://nobody:nothing@127.0.0.1:9/nowhere
messages: setup
	$(PY) manage.py makemessages -l ru --no-location --no-obsolete --no-wrap -i .venv -i var -i tests -i bench
	msgfmt --check -o locale/ru/LC_MESSAGES/django.mo locale/ru/LC_MESSAGES/django.po

# Settings as in production, whatever this machine's .env says; the key is nobody's.
check: export SECRET_KEY = $(shell head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
check: export DEBUG = False
check: export ALLOWED_HOSTS = helpdesk.example.com
check: export CSRF_TRUSTED_ORIGINS = https://helpdesk.example.com
check: export DATABASE_URL = postgres://nobody:nothing@127.0.0.1:9/nowhere
check: export REDIS_URL = redis://127.0.0.1:9/0
check: export TELEGRAM_BOT_TOKEN =
check: export TELEGRAM_API_URL = http://127.0.0.1:9
check: export ALLAUTH_TRUSTED_PROXY_COUNT = 1
check: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	$(PY) -m djlint --lint --quiet templates
	$(PY) -m embedded.throwaway manage.py makemigrations --check --dry-run
	$(PY) -m embedded.throwaway manage.py check --deploy --fail-level WARNING --database default
	@echo "All checks passed."
