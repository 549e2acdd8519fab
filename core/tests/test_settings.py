"""The secret that a machine makes for itself at its first start."""

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
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["secret_key"]


def test_a_first_start_that_is_killed_does_not_stop_the_next(start):
    killed = start(KILLED)
    killed.communicate()
    assert killed.returncode == 9

    started = start()

    assert len(started.communicate()[0].strip()) == 86
    assert started.returncode == 0
