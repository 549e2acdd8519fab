"""Development and demo settings: safe defaults, nothing to set up."""

from config.settings.base import *  # noqa: F403  # Django's way to share settings
