"""A consumer group member that behaves as the Java Kafka adapter: which call follows which answer."""

import base64

from support.names import shard

RETRIES_MAX = 60


class Adapter:
    """One consumer. It has no threads: a test says when it polls, and moves the clock in between."""

    def __init__(self, dis, group, client, **subscription):
        self.dis, self.group, self.client, self.subscription = dis, group, client, subscription
        self.state, self.generation, self.fetched = "INIT", -1, {}
        self.assigned, self.positions, self.matched = {}, {}, None
        self.read, self.payloads = [], []

    def _call(self, path, body):
        common = {"groupId": self.group, "clientId": self.client}
        url = f"/apps/{self.group}/consumers/{path}"
        return self.dis.call("POST", url, json={**common, **body}, expect=200).json()

    # -- membership ------------------------------------------------------------------------------------

    def heartbeat(self):
        """One heartbeat and everything the client does about its answer, up to WAITING."""
        answer = self._call(f"{self.client}/heartbeats/", {"generation": self.generation})
        beat = answer["state"]
        if self.state == "STABLE" and beat != "STABLE":
            self.assigned, self.positions = {}, {}
        if self.state == "SYNCING" and beat == "STABLE":
            self._apply()
        if beat == "STABLE" and self.state in ("SYNCING", "STABLE"):
            self.state = "STABLE"
        elif beat == "SYNCING":
            self._sync()
        elif beat in ("JOINING", "STABLE"):
            self._join()
        else:
            raise AssertionError(answer)

    def _join(self):
        self.state = "JOINING"
        body = {"accelerateAssignEnabled": False, "rebalanceTimeoutMs": 20000, **self.subscription}
        answer = self._call("", body)
        assert answer["state"] == "OK", answer
        assert answer["syncDelayedTimeMs"] is not None
        if "streamPattern" in self.subscription:
            self.matched = answer["subscription"]
        self._sync()

    def _sync(self):
        self.state = "SYNCING"
        answer = self._call(f"{self.client}/partitions/", {"generation": self.generation})
        if answer["state"] == "OK":
            self.generation, self.fetched = answer["generation"], answer["assignment"]
        elif answer["state"] == "REJOIN":
            self._join()
        else:
            assert answer == {"state": "WAITING"}, answer

    def _apply(self):
        assert self.matched is None or set(self.fetched) <= set(self.matched), "partitions of no subscribed stream"
        self.assigned = self.fetched
        self.positions = {(s, p): self.committed(s, p) for s, all_of_it in self.assigned.items() for p in all_of_it}

    def leave(self):
        """What closing the client sends."""
        self.dis.call("DELETE", f"/apps/{self.group}/consumers/{self.client}/", expect=204)

    # -- records ---------------------------------------------------------------------------------------

    def _place(self, stream, partition):
        by_id = stream in self.subscription.get("interestedStreamIdList", [])
        return {"stream_id" if by_id else "stream_name": stream, "partition_id": shard(partition)}

    def committed(self, stream, partition):
        """The next number to read; 0 if nothing was committed."""
        params = {"app_name": self.group, "checkpoint_type": "LAST_READ", **self._place(stream, partition)}
        answer = self.dis.call("GET", "/checkpoints/", params=params, expect=200).json()
        return max(0, int(answer["sequence_number"]))

    def poll(self, limit=10_000):
        """Reads what is there and commits it. Read records count only once their commit was accepted."""
        for (stream, partition), position in sorted(self.positions.items()):
            cursor = self.dis.cursor(stream, partition, "AT_SEQUENCE_NUMBER", **{"starting-sequence-number": position})
            records, _ = self.dis.page(cursor, limit=limit)
            following = position + len(records)
            if records and self.commit(stream, partition, following).status_code == 201:
                self.read += [(stream, partition, int(record["sequence_number"])) for record in records]
                self.payloads += [base64.b64decode(record["data"]) for record in records]
                self.positions[stream, partition] = following

    def commit(self, stream, partition, number, generation=None):
        """Commits as this member; returns the answer, whatever it is."""
        body = {
            "app_name": self.group, "checkpoint_type": "LAST_READ", "sequence_number": str(number), "metadata": "",
            "client_id": self.client, "generation_id": self.generation if generation is None else generation,
            **self._place(stream, partition),
        }  # fmt: skip
        return self.dis.call("POST", "/checkpoints/", json=body)


def settle(members):
    """Lets live members poll until all are stable at once in one generation."""
    for _ in range(RETRIES_MAX):
        for member in members:
            member.heartbeat()
        if all(m.state == "STABLE" for m in members) and len({m.generation for m in members}) == 1:
            return members[0].generation if members else None
    raise AssertionError(f"the group goes on rebalancing: {[(m.client, m.state, m.generation) for m in members]}")


def shares(members):
    """(stream, partition) of every member, in the order of the members."""
    return [[(s, p) for s, all_of_it in sorted(m.assigned.items()) for p in all_of_it] for m in members]
