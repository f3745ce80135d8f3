#!/usr/bin/env python
"""Django's command line for the helpdesk."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # the words say which setting; a traceback would bury them
        raise SystemExit(f"It does not start: {error}") from error


if __name__ == "__main__":
    main()
