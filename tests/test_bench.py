"""Benchmarks as a command line; what they measure is their own affair."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.catalogue_parts import questions, wrk
from bench.catalogue_parts.servers import Shop

ROOT = Path(__file__).resolve().parents[1]


def test_an_unknown_benchmark_lists_those_that_there_are():
    # What bench/run starts. Not the script itself: it installs what is missing, and no test may.
    ended = subprocess.run(
        [sys.executable, "-m", "bench", "no-such-thing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (2, "")
    sentence, _, listed = ended.stdout.strip().partition(" There are: ")
    assert sentence == "There is no benchmark 'no-such-thing'."
    assert {"catalogue", "ledger"} <= set(listed.split(", "))


def test_the_catalogue_says_what_it_needs():
    ended = subprocess.run(
        [sys.executable, "-m", "bench", "catalogue"],
        cwd=ROOT,
        env=os.environ | {"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout == "Not installed. On Debian and Ubuntu: apt-get install wrk redis-server\n"


WORDS = ["maple", "walnut", "copper", "teapot", "lantern", "mirror"]
FACTS = {
    "products": 1000,
    "categories": ["pots", "lamps"],
    "brands": ["acme", "bolt"],
    "titles": [f"{one} {other}" for one in WORDS for other in WORDS],
    "slugs": [f"thing-{number}" for number in range(50)],
    "prices": [*range(100, 9000, 7)],
    "found_by": {word: 60 if word in WORDS[:4] else 20 for word in WORDS},
}


def test_lists_of_one_seed_are_the_same_every_time_and_no_two_alike():
    asked = questions.lists(FACTS, seed=1, count=500)
    assert asked == questions.lists(FACTS, seed=1, count=500)
    assert len(set(asked)) == 500
    assert asked != questions.lists(FACTS, seed=2, count=500)


def test_a_third_of_searches_is_common_a_sixth_misspelt():
    asked = questions.searches(FACTS, 18)
    assert Counter(each.kind for each in asked) == {"common": 6, "misspelt": 3, "rare": 9}
    texts = {each.path.partition("search=")[2] for each in asked if each.kind == "misspelt"}
    assert texts.isdisjoint(WORDS)


def test_a_run_of_wrk_with_failures_is_no_figure():
    said = "requests 10\nseconds 2.0\nerrors {}\nlines 10\ntook list 1500\n"
    answered, _ = wrk._read(Shop("Mercat", 1), said.format(0))
    assert (answered.rate, answered.milliseconds) == (5.0, {"list": [1.5]})
    with pytest.raises(wrk.Refused, match="Mercat failed 1 times"):
        wrk._read(Shop("Mercat", 1), said.format(1))
