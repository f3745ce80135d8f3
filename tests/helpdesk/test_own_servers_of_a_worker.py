"""Each worker of a test run has a Redis database and a folder of files of its own."""

import os
from pathlib import Path

from django.conf import settings


def test_the_settings_are_those_of_this_worker() -> None:
    assert os.environ["REDIS_URL"] == settings.REDIS_URL
    assert Path(os.environ["MEDIA_ROOT"]) == settings.MEDIA_ROOT
