"""The secrets that a machine makes for itself at its first start."""

import os
import stat
import subprocess
import sys

import pytest

START = "from config.settings import base; print(base.SECRET_KEY)"
KILLED = f"import os, secrets; secrets.token_urlsafe = lambda size: os._exit(9); {START}"


@pytest.fixture
def start(tmp_path):
    """Begin to start in an empty MERCAT_VAR."""
    outside = os.environ | {"MERCAT_VAR": str(tmp_path), "SECRET_KEY": ""}

    def begin(code=START):
        command = [sys.executable, "-c", code]
        return subprocess.Popen(command, env=outside, stdout=subprocess.PIPE, text=True)

    return begin


def test_all_that_start_first_have_one_secret_which_only_the_owner_reads(start, tmp_path):
    secrets = {started.communicate()[0].strip() for started in [start() for _ in range(4)]}

    assert len(secrets) == 1
    assert len(secrets.pop()) == 86
    made = {file.name: stat.S_IMODE(file.stat().st_mode) for file in _files(tmp_path)}
    assert made == {"secret_key": 0o600, "seal_key": 0o600}


def _files(folder):
    return [file for file in folder.iterdir() if file.is_file()]


def test_a_first_start_that_is_killed_does_not_stop_the_next(start):
    killed = start(KILLED)
    killed.communicate()
    assert killed.returncode == 9

    started = start()

    assert len(started.communicate()[0].strip()) == 86
    assert started.returncode == 0


@pytest.mark.parametrize("missing", ["SECRET_KEY", "LEDGER_SEAL_KEY", "ALLOWED_HOSTS"])
def test_production_does_not_start_without_its_secrets(tmp_path, missing):
    given = {"SECRET_KEY": "x" * 50, "LEDGER_SEAL_KEY": "00" * 32, "ALLOWED_HOSTS": "shop.example"}
    del given[missing]
    inherited = {name: value for name, value in os.environ.items() if name != missing}
    outside = inherited | given | {"MERCAT_VAR": str(tmp_path)}

    ended = subprocess.run(
        [sys.executable, "-c", "import config.settings.production"],
        env=outside,
        check=False,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 1
    assert f"Set the {missing} environment variable" in ended.stderr
