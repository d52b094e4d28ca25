"""Growing and shrinking a stream while it is used, and the end of partitions that were taken away."""

import base64
import contextlib
import re
import threading

from support.adapter import Adapter, settle
from support.dis import Dis
from support.names import PROJECT_ID, fresh, shard
from support.wait import wait_for

HOUR = 3600


def scale(dis, stream, count):
    body = {"stream_name": stream, "target_partition_count": count}
    dis.call("PUT", f"/streams/{stream}", json=body, expect=200)


class Producer(threading.Thread):
    """Puts a record of each of its keys again and again, waiting for every answer."""

    def __init__(self, server, stream, keys):
        super().__init__(daemon=True)
        self.dis, self.stream, self.keys = Dis(server), stream, keys
        self.rounds, self.stopped, self.failure = 0, False, None
        # Held while a request is under way: a body that the clock leaps over is late.
        self.putting = threading.Lock()

    def run(self):
        try:
            while not self.stopped:
                with self.putting:
                    self._put_round()
                    self.rounds += 1
        except Exception as failure:  # a thread's failure is the test's
            self.failure = failure

    def _put_round(self):
        records = [
            {"data": base64.b64encode(f"{key} {self.rounds}".encode()).decode(), "partition_key": key}
            for key in self.keys
        ]
        body = {"stream_name": self.stream, "records": records}
        answer = self.dis.call("POST", "/records", json=body, expect=200).json()
        assert answer["failed_record_count"] == 0, answer


def wait_for_rounds(producers, more=10):
    targets = [p.rounds + more for p in producers]

    def reached():
        failures = [p.failure for p in producers if p.failure]
        assert not failures, failures
        return all(p.rounds >= target for p, target in zip(producers, targets, strict=True))

    wait_for(reached, lambda: f"{[p.rounds for p in producers]} of {targets} rounds", seconds=60)


def test_keys_keep_their_order_while_a_group_reads(unlimited_server):
    dis = Dis(unlimited_server)
    stream, app = fresh("scaled"), fresh("group")
    dis.create_stream(stream, 2)
    dis.call("POST", "/apps", json={"app_name": app}, expect=201)
    members = [Adapter(dis, app, f"c{n}", interestedStream=[stream]) for n in range(2)]
    producers = [Producer(unlimited_server, stream, [f"p{n}-k{k}" for k in range(4)]) for n in range(2)]
    for producer in producers:
        producer.start()
    for count in (5, 3, 4, 1):
        wait_for_rounds(producers)
        with contextlib.ExitStack() as between_requests:
            for producer in producers:
                between_requests.enter_context(producer.putting)
            unlimited_server.advance(HOUR + 1)  # one decrease an hour is allowed
        scale(dis, stream, count)
        settle(members)
        for member in members:
            member.poll()
    wait_for_rounds(producers)
    for producer in producers:
        producer.stopped = True
    for producer in producers:
        producer.join()
        assert producer.failure is None
    settle(members)
    before = -1
    while before != sum(len(m.read) for m in members):
        before = sum(len(m.read) for m in members)
        for member in members:
            member.poll()
    check_order(members, producers)


def check_order(members, producers):
    """Every record was read once; in each partition the records of a key are in order."""
    read = sorted((*place, *payload.decode().split()) for m in members
                  for place, payload in zip(m.read, m.payloads, strict=True))  # fmt: skip
    assert len({entry[:3] for entry in read}) == len(read), "a record was read twice"
    last, found = {}, {}
    for _, partition, _, key, number in read:
        assert last.get((key, partition), -1) < int(number), f"{key} is out of order in partition {partition}"
        last[key, partition] = int(number)
        found.setdefault(key, []).append(int(number))
    expected = {key: list(range(p.rounds)) for p in producers for key in p.keys}
    assert {key: sorted(numbers) for key, numbers in found.items()} == expected


def test_partitions_that_were_taken_away_are_readable_until_retention(own_server):
    dis = Dis(own_server)
    stream = fresh("shrunk")
    dis.create_stream(stream, 3)
    dis.put(stream, [b"a", b"b"], partition=2)
    ranges = [p["hash_range"] for p in dis.describe(stream)["partitions"]]
    scale(dis, stream, 1)
    detail = dis.describe(stream)
    assert [p["status"] for p in detail["partitions"]] == ["ACTIVE", "DELETED", "DELETED"]
    assert (detail["writable_partition_count"], detail["readable_partition_count"]) == (1, 3)
    assert detail["partitions"][0]["hash_range"] == "[0 : 9223372036854775807]"
    assert [p["hash_range"] for p in detail["partitions"]][1:] == ranges[1:]
    assert detail["partitions"][2]["sequence_number_range"] == "[0 : 2]"
    record = {"data": base64.b64encode(b"c").decode(), "partition_id": shard(2)}
    refused = dis.call("POST", "/records", json={"stream_name": stream, "records": [record]}, expect=200).json()
    assert refused["failed_record_count"] == 1
    assert refused["records"][0]["error_code"] == "DIS.4319"
    assert [payload for _, payload in dis.read_all(stream, 2)] == [b"a", b"b"]

    own_server.advance(24 * HOUR - 120)
    cursor = dis.cursor(stream, 2, "LATEST")
    for _ in range(2):  # drained: empty pages, each with a cursor to go on with
        records, cursor = dis.page(cursor)
        assert records == []
    own_server.advance(180)

    def states():
        return [p["status"] for p in dis.describe(stream)["partitions"]]

    wait_for(lambda: states() == ["ACTIVE", "EXPIRED", "EXPIRED"], states, seconds=90)
    for answer in (
        dis.call("GET", "/records", params={"partition-cursor": cursor}),
        dis.call("GET", "/cursors", params={"stream-name": stream, "partition-id": "2", "cursor-type": "LATEST"}),
    ):
        assert (answer.status_code, answer.json()["error_code"]) == (400, "DIS.4319")
        assert answer.json()["message"] == f"Partition is expired. [{stream}][{PROJECT_ID}][{shard(2)}]"
    detail = dis.describe(stream)
    assert (detail["writable_partition_count"], detail["readable_partition_count"]) == (1, 1)

    scale(dis, stream, 3)
    detail = dis.describe(stream)
    assert [p["status"] for p in detail["partitions"]] == ["ACTIVE"] * 3
    assert dis.put(stream, [b"d"], partition=2) == [2], "numbers go on where they were"
    history = detail["update_partition_counts"]
    assert [(h["src_partition_count"], h["target_partition_count"]) for h in history] == [(3, 1), (1, 3)]
    assert all(h["auto_scale"] is False and re.fullmatch(r"\d{13}", str(h["create_timestamp"])) for h in history)
    assert history[0]["create_timestamp"] < history[1]["create_timestamp"]
