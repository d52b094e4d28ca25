"""Delete means gone: rows X1 to X4 and X6 of what delete promises, seen from outside."""

import threading
import time

import pytest

from support import objects
from support.delivery import flush, settle, wait_delivered
from support.dis import Dis
from support.objects import delivered, make_bucket, open_uploads
from support.wait import wait_for

DELETE_SECONDS_MAX = 5


@pytest.fixture
def dis(own_server):
    return Dis(own_server)


@pytest.fixture
def stream(dis):
    dis.create_stream("stream")
    return "stream"


@pytest.fixture
def bucket(own_server):
    return make_bucket(own_server, "bucket")


def assert_absent(dis, stream, task):
    assert task not in dis.tasks(stream)
    for method in ("GET", "DELETE"):
        gone = dis.call(method, f"/streams/{stream}/transfer-tasks/{task}", expect=400)
        assert gone.json()["error_code"] == "DIS.4354"


def test_x1_a_deleted_task_is_never_shown_again(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket)
    dis.put(stream, [b"x"] * 100)
    answer = dis.delete_task(stream, "task")
    assert answer.content == b""
    assert_absent(dis, stream, "task")
    own_server.restart(kill=True)
    assert_absent(dis, stream, "task")


def test_x1_also_if_the_process_ends_right_after_the_answer(own_server, dis, stream, bucket):
    for number in range(5):
        name = f"task{number}"
        dis.create_task(stream, name, bucket)
        dis.put(stream, [b"x"] * 50)
        flush(own_server)
        dis.delete_task(stream, name)
        own_server.kill()
        own_server.restart()
        assert_absent(dis, stream, name)
        kept = objects.contents(own_server, bucket)
        settle(own_server, rounds=1)
        assert objects.contents(own_server, bucket) == kept
    wait_for(lambda: open_uploads(own_server, bucket) == [], "parts of deleted tasks to be swept")


def test_x2_nothing_appears_after_the_answer_even_with_a_flush_in_flight(own_server, dis, stream, bucket):
    for number in range(12):
        name = f"task{number}"
        dis.create_task(stream, name, bucket)
        dis.put(stream, [b"%d" % number * 500] * 200)
        flush(own_server)
        time.sleep(number * 0.005)  # meets the flush at another point each time
        dis.delete_task(stream, name)
        after = objects.contents(own_server, bucket)
        settle(own_server, rounds=2)
        assert objects.contents(own_server, bucket) == after
    wait_for(lambda: open_uploads(own_server, bucket) == [], "what is under way to end")


def test_x2_nothing_appears_of_a_task_that_only_buffered(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket)
    dis.put(stream, [b"buffered"])
    dis.delete_task(stream, "task")
    settle(own_server)
    # A ledger may have been closed; data must not appear.
    assert delivered(own_server, bucket) == b""


def test_x3_neighbours_are_untouched(own_server, dis, stream, bucket):
    other = make_bucket(own_server, "other")
    dis.create_task(stream, "goes", bucket)
    dis.create_task(stream, "stays", other)
    dis.call("POST", "/apps", json={"app_name": "app"}, expect=201)
    dis.put(stream, [b"one"])
    commit = {"app_name": "app", "checkpoint_type": "LAST_READ", "stream_name": stream, "partition_id": "0",
              "sequence_number": "1"}  # fmt: skip
    dis.call("POST", "/checkpoints", json=commit, expect=201)
    dis.delete_task(stream, "goes")
    dis.put(stream, [b"two"])
    wait_delivered(own_server, other, b"one\ntwo\n")
    assert dis.tasks(stream) == ["stays"]
    assert [payload for _, payload in dis.read_all(stream)] == [b"one", b"two"]
    query = {"stream_name": stream, "app_name": "app", "partition_id": "0", "checkpoint_type": "LAST_READ"}
    assert dis.call("GET", "/checkpoints", params=query, expect=200).json()["sequence_number"] == "1"
    assert delivered(own_server, bucket) == b""


def test_x3_deleting_a_stream_ends_its_tasks_and_keeps_what_was_delivered(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket)
    dis.put(stream, [b"delivered"])
    wait_delivered(own_server, bucket, b"delivered\n")
    dis.put(stream, [b"not yet"])
    dis.call("DELETE", f"/streams/{stream}", expect=204)
    gone = dis.call("GET", f"/streams/{stream}/transfer-tasks", expect=400)
    assert gone.json()["error_code"] == "DIS.4301"
    kept = objects.contents(own_server, bucket)
    settle(own_server)
    own_server.restart(kill=True)
    settle(own_server, rounds=1)
    assert objects.contents(own_server, bucket) == kept
    assert delivered(own_server, bucket).startswith(b"delivered\n")

    dis.create_stream(stream)
    assert dis.tasks(stream) == []
    assert dis.read_all(stream) == []
    assert dis.put(stream, [b"new life"]) == [0]


def test_x4_the_same_name_starts_fresh(own_server, dis, stream, bucket):
    second = make_bucket(own_server, "second")
    dis.create_task(stream, "task", bucket)
    dis.put(stream, [b"one", b"two"])
    wait_delivered(own_server, bucket, b"one\ntwo\n")
    before = dis.task(stream, "task")
    dis.delete_task(stream, "task")
    dis.create_task(stream, "task", second)
    fresh = dis.task(stream, "task")
    assert fresh["task_id"] != before["task_id"]
    assert fresh["state"] == "RUNNING"
    assert fresh["create_time"] >= before["create_time"]
    # It begins again at the earliest record: no position was inherited.
    wait_delivered(own_server, second, b"one\ntwo\n")
    assert delivered(own_server, bucket) == b"one\ntwo\n"


def test_x4_the_same_name_into_the_same_bucket(own_server, dis, stream, bucket):
    dis.put(stream, [b"data"])
    for number in range(1, 6):
        dis.create_task(stream, "task", bucket)
        wait_delivered(own_server, bucket, b"data\n" * number)
        dis.delete_task(stream, "task")


def test_x6_a_delete_is_quick_and_blocks_nobody(unlimited_server):
    dis, stream, bucket = Dis(unlimited_server), "stream", make_bucket(unlimited_server, "bucket")
    dis.create_stream(stream)
    dis.create_stream("busy")
    dis.create_task(stream, "task", bucket)
    for _ in range(8):
        dis.put(stream, [b"b" * 1000] * 900)
    slowest, stop = [0.0], threading.Event()

    def work():
        mine = Dis(unlimited_server)
        while not stop.is_set():
            began = time.monotonic()
            mine.put("busy", [b"x"])
            mine.describe("busy")
            slowest[0] = max(slowest[0], time.monotonic() - began)

    neighbour = threading.Thread(target=work)
    flush(unlimited_server)
    neighbour.start()
    try:
        wait_for(lambda: slowest[0] > 0, "the neighbour to be at work")
        began = time.monotonic()
        dis.delete_task(stream, "task")
        took = time.monotonic() - began
    finally:
        stop.set()
        neighbour.join()
    assert took < DELETE_SECONDS_MAX, took
    assert slowest[0] < DELETE_SECONDS_MAX, slowest[0]
    assert_absent(dis, stream, "task")
