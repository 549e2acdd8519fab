"""A job is done once, through failures, deaths and workers that come late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core import events, jobs, tasks
from core.ids import uuid7
from core.models import AuditEntry, Event, Job

NOW = timezone.now()
SEEN: list[object] = []


def store(work):
    """Has an effect that commits with the mark."""
    with work.finish(stored=work.arguments["n"]):
        events.record("stored", work.job_id, work.arguments, at=work.at)


def stumble(work):
    """Fails after it has written."""
    with work.finish():
        events.record("stored", work.job_id, {}, at=work.at)
        raise RuntimeError("no use")


def idle(work):
    """Has nothing to store."""


def look(work):
    for done in range(2):
        work.tell(done, 2, f"step {done}")
        SEEN.append(Job.objects.values_list("progress", "step").get(pk=work.job_id))


def spread(work):
    """Asks for its parts, and for the whole."""
    with work.finish():
        for n in range(2):
            jobs.enqueue("part", f"{work.job_id}:{n}", {"n": n}, at=work.at)


@pytest.fixture(autouse=True)
def kinds(settings):
    SEEN.clear()
    settings.JOBS = {
        "part": f"{__name__}.store",
        "bad": f"{__name__}.stumble",
        "idle": f"{__name__}.idle",
        "shown": f"{__name__}.look",
        "spread": f"{__name__}.spread",
    }


@pytest.fixture
def still(db, clocks):
    """Both clocks stand."""
    clocks.stop_at(NOW)
    return clocks


def asked(kind="part", key="1"):
    """A job that no worker has heard of."""
    return Job.objects.create(kind=kind, key=key, arguments={"n": 7}, queued_at=NOW, next_at=NOW)


def stored():
    return Event.objects.filter(kind="stored").count()


def outcome(job):
    job.refresh_from_db()
    return job.state, job.attempts, job.progress, job.error


def test_a_job_is_one_for_its_key_whoever_asks_again(bob):
    first = jobs.enqueue("part", "1", {"n": 1}, at=NOW, actor_id=bob.pk)
    again = jobs.enqueue("part", "1", {"n": 2}, at=NOW)
    other = jobs.enqueue("idle", "1", {}, at=NOW)

    assert (again.pk, again.arguments, again.actor_id) == (first.pk, {"n": 1}, bob.pk)
    assert other.pk != first.pk


def test_a_kind_that_nobody_does_is_refused(db):
    with pytest.raises(KeyError):
        jobs.enqueue("unknown", "1", {}, at=NOW)

    assert not Job.objects.exists()


def test_a_worker_hears_of_a_job_when_it_is_committed(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue("part", "1", {"n": 7}, at=NOW)
        jobs.enqueue("part", "1", {"n": 7}, at=NOW)

    assert outcome(job) == (Job.State.DONE, 1, 100, "")
    assert job.result == {"stored": 7}
    assert job.duration >= timedelta(0)
    assert stored() == 1


def test_a_job_is_run_once(db):
    job = asked()

    assert jobs.run(job.pk, at=NOW) is True
    assert jobs.run(job.pk, at=NOW + timedelta(days=1)) is False
    assert tasks.run_job(str(job.pk), 0) is False
    assert stored() == 1


def test_a_job_that_stores_nothing_is_done_when_it_returns(db):
    job = asked("idle")

    assert jobs.run(job.pk, at=NOW) is True
    assert outcome(job) == (Job.State.DONE, 1, 100, "")


def test_a_failure_undoes_the_effect_is_noted_raised_and_tried_again_later(still):
    job = asked("bad")

    with pytest.raises(RuntimeError):
        jobs.run(job.pk, at=NOW)

    assert outcome(job) == (Job.State.WAITING, 1, 0, "RuntimeError: no use")
    assert (stored(), job.result) == (0, {})
    assert jobs.queue(at=NOW + jobs.FIRST_RETRY - timedelta(seconds=1)) == []
    assert jobs.queue(at=NOW + jobs.FIRST_RETRY) == [(job.pk, 1)]


def test_pauses_grow_until_a_job_has_failed_and_can_be_retried(still, dana):
    job, at = asked("bad"), NOW
    pauses = []
    for _ in range(jobs.MAX_ATTEMPTS):
        still.stop_at(at)
        with pytest.raises(RuntimeError):
            jobs.run(job.pk, at=at)
        job.refresh_from_db()
        pauses.append((job.next_at - at).total_seconds())
        at = job.next_at

    assert pauses[:-1] == [30, 120, 480, 1920]
    assert outcome(job) == (Job.State.FAILED, 5, 0, "RuntimeError: no use")
    assert jobs.run(job.pk, at=NOW + timedelta(days=9)) is False

    jobs.retry(job, actor_id=dana.pk, at=at)

    assert outcome(job) == (Job.State.WAITING, 0, 0, "RuntimeError: no use")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.object_id) == ("retry", dana.pk, str(job.pk))
    assert jobs.queue(at=at + jobs.QUEUED) == [(job.pk, 0)]


@pytest.mark.parametrize("kind", ["part", "idle"])
def test_what_has_not_failed_is_not_retried(db, dana, kind):
    job = asked(kind)
    if kind == "idle":
        jobs.run(job.pk, at=NOW)
    before = Job.objects.values().get()

    with pytest.raises(jobs.NotFailed):
        jobs.retry(job, actor_id=dana.pk, at=NOW)

    assert Job.objects.values().get() == before
    assert not AuditEntry.objects.exists()


def test_a_sweep_sends_what_is_due_and_nothing_twice(db):
    job = asked()

    assert [jobs.queue(at=NOW), jobs.queue(at=NOW)] == [[(job.pk, 0)], []]
    assert jobs.queue(at=NOW + jobs.QUEUED) == [(job.pk, 0)]


def test_a_job_whose_worker_died_is_given_to_another_one(db):
    job = asked()
    assert jobs.claim(job.pk, at=NOW) is not None
    assert jobs.queue(at=NOW + jobs.LEASE - timedelta(seconds=1)) == []

    assert jobs.queue(at=NOW + jobs.LEASE) == [(job.pk, 1)]
    assert outcome(job) == (Job.State.WAITING, 1, 0, jobs.WORKER_DIED)
    assert tasks.run_job(str(job.pk), 1) is True
    assert outcome(job) == (Job.State.DONE, 2, 100, "")


def test_a_sign_of_life_keeps_a_job(db):
    job = asked()
    work = jobs.claim(job.pk, at=NOW)

    work.prolong(at=NOW + timedelta(seconds=20))

    assert jobs.queue(at=NOW + timedelta(seconds=20) + jobs.LEASE - timedelta(seconds=1)) == []
    assert jobs.carry_out(work) is True


def test_a_job_whose_workers_always_die_has_failed_in_the_end(db):
    job, at = asked(), NOW
    pauses = []
    for attempt in range(jobs.MAX_ATTEMPTS):
        died_at = at
        assert jobs.claim(job.pk, at=died_at, attempt=attempt) is not None
        is_given = jobs.queue(at=died_at + jobs.LEASE)
        job.refresh_from_db()
        at = died_at + jobs.LEASE if is_given else job.next_at
        pauses.append((at - died_at).total_seconds())

    assert pauses[:-1] == [30, 120, 480, 1920]
    assert jobs.queue(at=at + timedelta(days=1)) == []
    assert outcome(job) == (Job.State.FAILED, 5, 0, jobs.WORKER_DIED)


def taken_over(kind):
    """A worker that is still at a job which another one has been given."""
    job = asked(kind)
    late = jobs.claim(job.pk, at=NOW)
    [(_, attempt)] = jobs.queue(at=NOW + jobs.LEASE)
    return job, late, jobs.claim(job.pk, at=NOW + jobs.LEASE, attempt=attempt)


@pytest.mark.parametrize("kind", ["part", "bad", "idle"])
def test_who_comes_late_stores_nothing_and_changes_nothing(db, kind):
    _, late, _ = taken_over(kind)
    before = Job.objects.values().get()

    assert jobs.carry_out(late) is False

    assert Job.objects.values().get() == before
    assert stored() == 0


def test_who_comes_late_hears_of_it(transactional_db):
    _, late, present = taken_over("part")
    late.prolong(at=NOW + timedelta(days=1))

    with pytest.raises(jobs.Lost), transaction.atomic():
        late.tell(1, 2, "too late")
    with pytest.raises(jobs.Lost):
        late.tell(1, 2, "too late")

    assert Job.objects.get().step == ""
    assert jobs.carry_out(present) is True
    assert stored() == 1


def test_progress_is_seen_while_the_job_runs(transactional_db):
    job = asked("shown")

    assert jobs.run(job.pk, at=NOW) is True

    assert SEEN == [(0, "step 0"), (50, "step 1")]
    assert outcome(job) == (Job.State.DONE, 1, 100, "")


def test_progress_from_within_a_transaction_is_told_with_the_next_sign_of_life(transactional_db):
    job = asked()
    work = jobs.claim(job.pk, at=NOW)

    with transaction.atomic():
        work.tell(1, 4, "reading")
    job.refresh_from_db()
    assert (job.progress, job.step) == (0, "")

    work.prolong(at=NOW)
    job.refresh_from_db()
    assert (job.progress, job.step) == (25, "reading")


def test_a_job_can_ask_for_others_where_it_finishes(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue("spread", "1", {}, at=NOW)

    assert sorted(Job.objects.values_list("kind", "state")) == [
        ("part", Job.State.DONE),
        ("part", Job.State.DONE),
        ("spread", Job.State.DONE),
    ]
    assert stored() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"progress": 101},
        {"state": Job.State.RUNNING},
        {"state": Job.State.DONE},
        {"claim": uuid7()},
        {"finished_at": NOW},
    ],
    ids=["progress", "running", "done", "claim", "finished"],
)
def test_states_that_cannot_be_are_refused(db, change):
    asked()

    with pytest.raises(DatabaseError), transaction.atomic():
        Job.objects.update(**change)


def at_once(act):
    """What four threads get that do the same at the same moment."""
    start = Barrier(4)

    def one(_):
        try:
            start.wait(10)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, range(4)))


@pytest.mark.postgresql
def test_of_many_who_ask_at_once_one_makes_the_job(transactional_db):
    made = at_once(lambda: jobs.enqueue("idle", "same", {}, at=NOW).pk)

    assert made == [Job.objects.get().pk] * 4


@pytest.mark.postgresql
def test_of_many_who_claim_at_once_one_runs_the_job(transactional_db):
    job = asked()

    assert sorted(at_once(lambda: jobs.run(job.pk, at=NOW))) == [False, False, False, True]
    assert stored() == 1


@pytest.mark.postgresql
def test_of_sweeps_at_once_each_job_is_sent_by_one(transactional_db):
    alive, dead = asked("part", "1"), asked("part", "2")
    jobs.claim(dead.pk, at=NOW - jobs.LEASE, attempt=0)

    swept = at_once(lambda: jobs.queue(at=NOW))

    assert sorted(pair for each in swept for pair in each) == sorted([(alive.pk, 0), (dead.pk, 1)])


@pytest.mark.postgresql
def test_who_is_just_finishing_is_not_taken_for_dead(transactional_db):
    job = asked()
    work = jobs.claim(job.pk, at=NOW)

    with work.finish(), ThreadPoolExecutor(1) as pool:
        swept = pool.submit(swept_elsewhere).result()

    assert swept == []
    assert outcome(job) == (Job.State.DONE, 1, 100, "")


def swept_elsewhere():
    try:
        return jobs.queue(at=NOW + timedelta(days=1))
    finally:
        connection.close()
