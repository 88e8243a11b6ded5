"""A deadlock is done again by whoever opened the outermost transaction, and by nobody else."""

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from people.models import Patient
from people.retries import MOST_ATTEMPTS, retrying_deadlocks
from tests.cast import Cast


class _Cause(Exception):
    sqlstate = "40P01"


def deadlock() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = _Cause()
    return error


@pytest.mark.django_db(transaction=True)
def test_a_victim_begins_again_and_answers() -> None:
    tries: list[int] = []

    @retrying_deadlocks
    def service(number: int) -> int:
        tries.append(number)
        if len(tries) < 3:
            raise deadlock()
        return number * 2

    assert (service(21), tries) == (42, [21, 21, 21])


@pytest.mark.django_db(transaction=True)
def test_after_the_last_attempt_the_error_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("people.retries.FIRST_PAUSE", 0)
    tries: list[int] = []

    @retrying_deadlocks
    def service() -> None:
        tries.append(1)
        raise deadlock()

    with pytest.raises(OperationalError):
        service()
    assert len(tries) == MOST_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_another_error_and_another_transaction_are_left_to_their_owners() -> None:
    tries: list[str] = []

    @retrying_deadlocks
    def service(error: OperationalError, name: str) -> None:
        tries.append(name)
        raise error

    with pytest.raises(OperationalError):
        service(OperationalError("the disk is full"), "full")
    with pytest.raises(OperationalError), transaction.atomic():
        service(deadlock(), "inside")
    assert tries == ["full", "inside"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_that_lock_crosswise_both_get_through() -> None:
    cast = Cast()
    one, other = cast.patient(), cast.patient()
    barrier = threading.Barrier(2)
    runs: list[int] = []

    @retrying_deadlocks
    def lock_both(first: int, second: int) -> None:
        with transaction.atomic():
            runs.append(first)
            Patient.objects.select_for_update().get(pk=first)
            if len(runs) <= 2:
                barrier.wait(timeout=20)
            Patient.objects.select_for_update().get(pk=second)

    done: list[Any] = []

    def run(first: int, second: int) -> None:
        try:
            lock_both(first, second)
            done.append((first, second))
        except Exception as error:
            done.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in [(one.pk, other.pk), (other.pk, one.pk)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted([(one.pk, other.pk), (other.pk, one.pk)])
    assert len(runs) == 3
