#!/usr/bin/env python3
"""Kills the server with SIGKILL at random points under load and looks at what is left.

    tests/crash/kill.py --rounds 20 [--seed N]

Four writers put records with names of their own while a dump task delivers them and other tasks are deleted.
After every kill, each acknowledged record must be there once, under its number and in order; a refused one
must not be there; one without an answer may be there, once. A consumer commits how far it has read: its positions
must be the last acknowledged ones or the one under way, and agree with the records. After a delete was answered, nothing of that task
may appear. In the end the delivered files of each partition must be exactly its records.
"""

import argparse
import base64
import random
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "clients"))

from support import objects  # noqa: E402
from support.delivery import flush  # noqa: E402
from support.dis import Dis  # noqa: E402
from support.names import shard  # noqa: E402
from support.proof import download, verify  # noqa: E402
from support.server import Server  # noqa: E402
from support.wait import wait_for  # noqa: E402

STREAM, APP, PARTITIONS, WRITERS = "load", "reader", 3, 4
BUCKET, SHORT_LIVED_BUCKET = "delivered", "short-lived"
# What a record answers that is certainly not kept. Anything else without a number is of unknown outcome.
REFUSED = {"DIS.4303"}


class Writer(threading.Thread):
    """Puts batches until the server is gone and remembers what it was told."""

    def __init__(self, server, name, seed):
        super().__init__()
        self.server, self.label, self.random = server, name, random.Random(seed)
        self.acknowledged, self.refused, self.unknown, self.error = {}, set(), set(), None

    def run(self):
        dis, count = Dis(self.server), 0
        try:
            while True:
                batch = [self.record(count + n) for n in range(self.random.randint(1, 60))]
                count += len(batch)
                self.put(dis, batch)
        except requests.exceptions.RequestException:
            pass  # killed
        except Exception as error:  # noqa: BLE001 - the main thread reports it
            self.error = error

    def record(self, number):
        filler = "." * self.random.choice([0, 10, 100, 1500])
        return self.random.randrange(PARTITIONS), f"{self.label}/{number}{filler}".encode()

    def put(self, dis, batch):
        # Until there is an answer nothing is known about any of them.
        self.unknown.update(payload for _, payload in batch)
        records = [{"data": base64.b64encode(p).decode(), "partition_id": str(n)} for n, p in batch]
        answer = dis.call("POST", "/records", json={"stream_name": STREAM, "records": records})
        if answer.status_code != 200:
            # A body under way while the clock leaps is late; its outcome stays open, like that of a failure.
            assert answer.status_code >= 500 or "did not arrive" in answer.text, answer.text
            return
        last = {}
        for (partition, payload), entry in zip(batch, answer.json()["records"], strict=True):
            if "sequence_number" in entry:
                number = int(entry["sequence_number"])
                assert entry["partition_id"] == shard(partition)
                assert number > last.get(partition, -1), "numbers of one request must ascend"
                last[partition] = number
                self.unknown.discard(payload)
                self.acknowledged[partition, number] = payload
            elif entry["error_code"] in REFUSED:
                self.unknown.discard(payload)
                self.refused.add(payload)


class Records:
    """What every partition holds, checked against what the writers were told, a stretch at a time."""

    def __init__(self):
        self.partitions = [[] for _ in range(PARTITIONS)]
        self.acknowledged, self.refused, self.unknown = {}, set(), set()

    def told(self, writer):
        if writer.error:
            raise writer.error
        self.acknowledged.update(writer.acknowledged)
        self.refused |= writer.refused
        self.unknown |= writer.unknown

    def check(self, dis):
        """Reads what is new in every partition; every record must be expected, once, at its place."""
        for partition, known in enumerate(self.partitions):
            for number, payload in read_from(dis, partition, len(known)):
                assert number == len(known), f"partition {partition}: {number} after {len(known) - 1}"
                expected = self.acknowledged.pop((partition, number), None)
                if expected is None:
                    assert payload not in self.refused, f"refused but kept: {payload!r}"
                    assert payload in self.unknown, f"kept twice or never sent: {payload!r}"
                    self.unknown.discard(payload)
                assert expected in (None, payload), f"partition {partition} at {number}: {payload!r}"
                known.append(payload)
        assert not self.acknowledged, f"acknowledged but lost: {sorted(self.acknowledged.items())[:3]}"


def read_from(dis, partition, number):
    cursor = dis.cursor(STREAM, partition, "AT_SEQUENCE_NUMBER", **{"starting-sequence-number": str(number)})
    while True:
        records, cursor = dis.page(cursor)
        if not records:
            return
        for record in records:
            yield int(record["sequence_number"]), base64.b64decode(record["data"])


class Consumer(threading.Thread):
    """Commits the end of one partition after the other until the server is gone."""

    def __init__(self, dis, committed):
        super().__init__()
        self.dis, self.committed, self.under_way, self.error = dis, committed, None, None

    def run(self):
        try:
            while True:
                for state in consuming_states(self.dis):
                    partition, end = state["partition_id"], state["latest_offset"]
                    self.under_way = (partition, end)
                    body = {"stream_name": STREAM, "app_name": APP, "partition_id": partition,
                            "sequence_number": str(end), "checkpoint_type": "LAST_READ"}  # fmt: skip
                    answer = self.dis.call("POST", "/checkpoints", json=body)
                    if answer.status_code == 201:
                        self.committed[partition] = end
                    else:  # the clock leapt over the body: it was not taken
                        assert "did not arrive" in answer.text, answer.text
        except requests.exceptions.RequestException:
            pass  # killed
        except Exception as error:  # noqa: BLE001 - the main thread reports it
            self.error = error

    def check(self, records):
        """What was acknowledged is there, and the state counts the records that are there."""
        if self.error:
            raise self.error
        for index, state in enumerate(consuming_states(self.dis)):
            partition, kept = state["partition_id"], int(state["sequence_number"])
            allowed = {self.committed.get(partition, -1)}
            if self.under_way and self.under_way[0] == partition:
                allowed.add(self.under_way[1])
            assert kept in allowed, f"{partition}: {kept} is committed, not one of {allowed}"
            assert kept <= state["latest_offset"] == len(records.partitions[index]), state
            self.committed[partition] = kept


def consuming_states(dis):
    return dis.call("GET", f"/apps/{APP}/streams/{STREAM}", expect=200).json()["partition_consuming_states"]


class ShortLivedTask:
    """A dump task that is deleted while the server is being killed."""

    def __init__(self, dis, name):
        self.dis, self.name, self.deleted = dis, name, False
        dis.create_task(STREAM, name, SHORT_LIVED_BUCKET)
        self.ident = dis.task(STREAM, name)["task_id"]

    def delete(self):
        try:
            answer = self.dis.call("DELETE", f"/streams/{STREAM}/transfer-tasks/{self.name}")
            self.deleted = answer.status_code == 204
        except requests.exceptions.RequestException:
            pass  # killed before the answer: the outcome is open

    def after_restart(self, server):
        """If the delete was answered it holds; else it is repeated. Returns the keys it left."""
        if self.deleted:
            assert self.name not in self.dis.tasks(STREAM), f"{self.name} is back"
        elif self.name in self.dis.tasks(STREAM):
            self.dis.delete_task(STREAM, self.name)
        return [key for key in objects.keys(server, SHORT_LIVED_BUCKET) if self.ident in key]


def one_round(server, dis, records, committed, number, chance):
    """Load, a kill, a restart, a check. Returns what the round's short-lived task left, by its id."""
    writers = [Writer(server, f"r{number}w{n}", chance.random()) for n in range(WRITERS)]
    short = ShortLivedTask(dis, f"short{number}")
    consumer = Consumer(Dis(server), committed)
    for thread in [*writers, consumer]:
        thread.start()
    deadline = time.monotonic() + chance.uniform(0.05, 0.8)
    delete_at = chance.choice([None, deadline - chance.uniform(0, 0.2)])
    deleter = threading.Thread(target=short.delete)
    while (now := time.monotonic()) < deadline:
        if delete_at and now >= delete_at:
            deleter.start()
            delete_at = None
        if chance.random() < 0.2:
            flush(server)
        time.sleep(0.01)
    server.kill()
    for thread in [*writers, consumer] + ([deleter] if deleter.ident else []):
        thread.join(60)
    server.restart()
    for writer in writers:
        records.told(writer)
    records.check(dis)
    consumer.check(records)
    return short.ident, short.after_restart(server)


def check_delivery(server, dis, records):
    """Every partition's files, in name order, are exactly its records, without gap or overlap."""
    total = sum(len(payload) + 1 for known in records.partitions for payload in known)

    def complete():
        flush(server)
        return objects.data_bytes(server, BUCKET) >= total and dis.task(STREAM, "deliver")["state"] == "RUNNING"

    wait_for(complete, f"{total} bytes to be delivered", seconds=300)
    client = objects.s3(server)
    for partition, known in enumerate(records.partitions):
        position, content = 0, b""
        for key in [k for k in objects.data_keys(server, BUCKET) if f"-{shard(partition)}-" in k]:
            first, last = map(int, re.search(r"-(\d{20})-(\d{20})$", key).groups())
            assert first == position, f"{key} begins at {first}, not {position}"
            position = last + 1
            content += client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert position == len(known)
        assert content == b"".join(payload + b"\n" for payload in known), f"partition {partition} differs"
    wait_for(lambda: not objects.open_uploads(server, BUCKET), "unfinished uploads to be swept")


def check_proof(server):
    """The ledger in the bucket proves it, without the server.

    Not so for the short-lived tasks: the clock leaps past the window a delete has for the ledger's end.
    """
    report = None

    def proven():
        nonlocal report
        with tempfile.TemporaryDirectory() as folder:
            status, report = verify(server, download(server, BUCKET, Path(folder)))
        return status == 0

    # The ledger follows what it tells about.
    wait_for(proven, lambda: f"the proof; {report}", seconds=60)


def run(rounds, seed):
    chance, records, committed, left = random.Random(seed), Records(), {}, {}
    server = Server(args=["--limits.throughput=false"]).start()
    try:
        dis = Dis(server)
        dis.create_stream(STREAM, PARTITIONS)
        dis.call("POST", "/apps", json={"app_name": APP}, expect=201)
        for bucket in (BUCKET, SHORT_LIVED_BUCKET):
            objects.make_bucket(server, bucket)
        dis.create_task(STREAM, "deliver", BUCKET)
        for number in range(rounds):
            ident, kept = one_round(server, dis, records, committed, number, chance)
            left[ident] = kept
            count = sum(map(len, records.partitions))
            print(f"round {number + 1}/{rounds}: {count} records, {len(records.unknown)} without answer", flush=True)
        check_delivery(server, dis, records)
        check_proof(server)
        keys = objects.keys(server, SHORT_LIVED_BUCKET)
        for ident, kept in left.items():
            assert [key for key in keys if ident in key] == kept, f"something of task {ident} appeared after its delete"
        server.stop()
    except BaseException:
        print(f"seed {seed}; the server's last lines:\n{server.log_tail()}", file=sys.stderr)
        raise
    finally:
        server.close()
    print(f"{rounds} kills: {sum(map(len, records.partitions))} records kept, delivered once and in order")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="repeat the choices of an earlier run")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(2**32)
    print(f"seed {seed}")
    run(arguments.rounds, seed)


if __name__ == "__main__":
    main()
