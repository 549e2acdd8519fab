"""Web and tests start fast: what is heavy is loaded by the tasks that need it."""

import subprocess
import sys

HEAVY = ("matplotlib", "numpy", "pandas", "scipy")


def test_nothing_heavy_is_loaded_to_serve_requests():
    code = (
        "import django, sys; django.setup(); import config.urls; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
