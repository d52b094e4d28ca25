"""A member of a Kafka adapter's consumer group: a JVM of its own, polled by a thread of its own."""

import threading

from support.java import JavaError, Jvm

POLL_MILLISECONDS = 300


class Member:
    """Polls, and counts a record as done when a commit that covers it was accepted.

    That is what "by committed position" means: a record whose commit was refused, or never sent because the process
    died, is the next owner's.
    """

    def __init__(self, server, name, group, streams):
        self.name = name
        self.jvm = Jvm(server, "adapter")
        self.consumer = self.jvm.open(
            "kafka-consumer",
            **{"group.id": group, "client.id": name, "auto.offset.reset": "earliest", "enable.auto.commit": "false"},
        )
        self.consumer.subscribe(streams)
        self.assigned = set()  # as of the last poll
        self.done = []  # (partition, offset, value), in the order of their commits
        self.pending = {}  # partition -> {offset: value}: polled, not committed
        self.failure = None
        self._commits = True
        self._ends = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop_committing(self):
        """From now on it only polls, until it has records that it did not commit."""
        self._commits = False

    def die(self):
        """Is killed as soon as it has records that it did not commit; returns those."""
        self._thread.join(60)
        assert not self._thread.is_alive(), f"{self.name} got no records; log:\n{self.jvm.log_tail()}"
        self.jvm.kill()
        assert self.failure is None, self.failure
        return self.pending

    def fall_silent(self):
        """Ends the thread that polls; the process lives on."""
        self._ends = True
        self._thread.join(60)
        assert not self._thread.is_alive(), f"{self.name} still polls; log:\n{self.jvm.log_tail()}"
        assert self.failure is None, self.failure

    def close(self):
        """Ends the process without a goodbye."""
        self._ends = True
        self._thread.join(60)
        self.jvm.close()

    def _run(self):
        try:
            while not self._ends and (self._commits or not self.pending):
                self._round()
        except Exception as failure:  # noqa: BLE001 - shown by the test
            self.failure = failure

    def _round(self):
        records = self.consumer.poll(POLL_MILLISECONDS)
        self.assigned = set(self.consumer.assignment())
        for partition in set(self.pending) - self.assigned:
            del self.pending[partition]  # the new owner reads them again
        for record in records:
            self.pending.setdefault(record["partition"], {})[record["offset"]] = record["value"]
        if self._commits:
            for partition in sorted(self.pending):
                self._commit(partition)

    def _commit(self, partition):
        following = max(self.pending[partition]) + 1
        try:
            self.consumer.commitAsync({partition: following})
        except JavaError:
            return  # the next poll shows whether the partition is still ours
        records = self.pending.pop(partition)
        self.done += [(partition, offset, records[offset]) for offset in sorted(records)]
