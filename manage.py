#!/usr/bin/env python
"""Django's command line; without DJANGO_SETTINGS_MODULE it works on the local demonstration settings."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "autoflow.settings.dev")
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
