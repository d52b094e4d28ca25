"""huaweicloud-dis-kafka-adapter: Kafka's producer and consumer interfaces over the built server."""

import collections

import pytest

from support.dis import Dis
from support.java import JavaError, Jvm
from support.member import Member
from support.names import fresh, shard
from support.wait import wait_for

# What the adapter waits between two heartbeats, and between two questions for its assignment, is real time.
REBALANCE_SECONDS_MAX = 60


@pytest.fixture(scope="module")
def jvm(server):
    running = Jvm(server, "adapter")
    yield running
    running.close()


@pytest.fixture(scope="module")
def dis(server):
    return Dis(server)


@pytest.fixture
def stream(dis):
    name = fresh("kafka")
    dis.create_stream(name, 2)
    yield name
    dis.delete_stream(name)


def consumer(jvm, group, reset="earliest", **more):
    settings = {"group.id": group, "auto.offset.reset": reset, "enable.auto.commit": "false", **more}
    return jvm.open("kafka-consumer", **settings)


def values(records):
    return [record["value"] for record in records]


def poll(consumer, count, seconds=REBALANCE_SECONDS_MAX):
    """Polls until there are `count` records, and once more: there shall be no others."""
    found = []

    def enough():
        found.extend(consumer.poll(300))
        return len(found) >= count

    wait_for(enough, lambda: f"{count} records; there are {found}", seconds)
    return found + consumer.poll(300)


# -- without a group ---------------------------------------------------------------------------------


def test_producer_and_consumer(jvm, stream):
    producer = jvm.open("kafka-producer")
    sent = producer.send(stream, [[0, "k", "a"], [0, None, "b"], [1, "k", "c"], [None, "key", "d"]])
    assert [(s["partition"], s["offset"]) for s in sent] == [(0, 0), (0, 1), (1, 0), (0, 2)]
    assert producer.partitionsFor(stream) == 2
    producer.close()
    reader = consumer(jvm, fresh("group"))
    reader.assign([f"{stream}/0", f"{stream}/1"])
    found = sorted((r["partition"], r["offset"], r["key"], r["value"]) for r in poll(reader, 4))
    first, second = f"{stream}/0", f"{stream}/1"
    assert [entry[:2] + entry[3:] for entry in found] == [
        (first, 0, "a"), (first, 1, "b"), (first, 2, "d"), (second, 0, "c"),
    ]  # fmt: skip
    assert [entry[2] for entry in found if entry[3] != "b"] == ["k", "key", "k"]
    assert stream in reader.listTopics()
    assert reader.partitionsFor(stream) == 2


def test_positions(jvm, dis, stream):
    dis.put(stream, [b"%d" % n for n in range(5)])
    place = f"{stream}/0"
    reader = consumer(jvm, fresh("group"))
    reader.assign([place])
    assert (reader.beginningOffsets([place]), reader.endOffsets([place])) == ({place: 0}, {place: 5})
    assert values(poll(reader, 5)) == ["0", "1", "2", "3", "4"]
    assert reader.committed(place) is None
    assert reader.position(place) == 5
    reader.seek(place, 3)
    assert values(poll(reader, 2)) == ["3", "4"]
    reader.seekToBeginning([place])
    assert len(poll(reader, 5)) == 5
    reader.seekToEnd([place])
    assert reader.poll(300) == []
    dis.put(stream, [b"new"])
    assert values(poll(reader, 1)) == ["new"]


def test_offsets_for_times(jvm, dis, stream):
    dis.put(stream, [b"a", b"b"])
    place, other = f"{stream}/0", f"{stream}/1"
    first = dis.page(dis.cursor(stream))[0][0]["timestamp"]
    reader = consumer(jvm, fresh("group"))
    assert reader.offsetsForTimes({place: first, other: first}) == {
        place: {"offset": 0, "timestamp": first},
        other: {"offset": 0, "timestamp": first},
    }
    future = first + 3_600_000
    assert reader.offsetsForTimes({place: future})[place] == {"offset": 2, "timestamp": future}
    # older than what is kept: the adapter asks again with the time the refusal names
    expired = reader.offsetsForTimes({place: 1000})[place]
    assert expired["offset"] == 0 and expired["timestamp"] > first - 25 * 3_600_000


@pytest.mark.parametrize("reset", ["earliest", "latest"])
def test_seek_out_of_range(jvm, dis, stream, reset):
    dis.put(stream, [b"a", b"b"])
    place = f"{stream}/0"
    reader = consumer(jvm, fresh("group"), reset)
    reader.assign([place])
    reader.seek(place, 1_000)
    if reset == "earliest":
        assert values(poll(reader, 2)) == ["a", "b"]
    else:
        assert reader.poll(500) == []
    dis.put(stream, [b"c"])
    assert values(poll(reader, 1)) == ["c"]


def test_commit_and_restart_of_an_assigned_consumer(jvm, dis, stream):
    dis.put(stream, [b"%d" % n for n in range(6)])
    place, group = f"{stream}/0", fresh("group")
    first = consumer(jvm, group)
    first.assign([place])
    assert len(poll(first, 6)) == 6
    first.commitSync({place: 4})
    first.close()
    second = consumer(jvm, group)
    second.assign([place])
    assert second.committed(place) == 4
    assert values(poll(second, 2)) == ["4", "5"]
    second.commitSync()
    assert second.committed(place) == 6
    second.close()


# -- groups ------------------------------------------------------------------------------------------


def test_commit_and_restart_of_a_subscriber(jvm, dis, stream):
    dis.put(stream, [b"%d" % n for n in range(6)])
    group = fresh("group")
    first = consumer(jvm, group)
    first.subscribe([stream])
    assert len(poll(first, 6)) == 6
    assert first.assignment() == [f"{stream}/0", f"{stream}/1"]
    first.commitAsync({f"{stream}/0": 4})
    first.unsubscribe()
    first.close()
    second = consumer(jvm, group)
    second.subscribe([stream])
    assert values(poll(second, 2)) == ["4", "5"]
    second.unsubscribe()
    second.close()


def test_a_restart_under_the_same_client_id_without_a_goodbye(jvm, dis, stream):
    dis.put(stream, [b"a", b"b"])
    group, name = fresh("group"), {"client.id": "the-same"}
    first = consumer(jvm, group, **name)
    first.subscribe([stream])
    assert values(poll(first, 2)) == ["a", "b"]
    first.commitAsync({f"{stream}/0": 1})
    first.close()
    second = consumer(jvm, group, **name)
    second.subscribe([stream])
    assert values(poll(second, 1)) == ["b"]
    second.unsubscribe()


def test_what_was_polled_is_committed_by_itself(jvm, dis, stream):
    dis.put(stream, [b"a", b"b"])
    group = fresh("group")
    first = consumer(jvm, group, **{"enable.auto.commit": "true", "auto.commit.interval.ms": "50"})
    first.subscribe([stream])
    assert values(poll(first, 2)) == ["a", "b"]
    query = {"app_name": group, "stream_name": stream, "partition_id": "0", "checkpoint_type": "LAST_READ"}

    def committed():
        assert first.poll(50) == []  # commits go out of polls
        return dis.call("GET", "/checkpoints", params=query, expect=200).json()["sequence_number"] == "2"

    wait_for(committed, "the commit")
    first.unsubscribe()
    first.close()
    second = consumer(jvm, group)
    second.subscribe([stream])
    dis.put(stream, [b"c"])
    assert values(poll(second, 1)) == ["c"]
    second.unsubscribe()


def test_commits_of_a_member_are_fenced(server, jvm, dis, stream):
    """The adapter's only release commits without saying who it is, so the SDK speaks for its member here."""
    dis.put(stream, [b"a"])
    group, other = fresh("group"), Jvm(server, "sdk")
    try:
        member = consumer(jvm, group, **{"client.id": "member"})
        member.subscribe([stream])
        assert values(poll(member, 1)) == ["a"]
        sdk = other.open("sdk")
        place = {"app_name": group, "stream_name": stream, "partition_id": shard(0), "checkpoint_type": "LAST_READ",
                 "sequence_number": "1", "metadata": ""}  # fmt: skip

        def refused(**who):
            with pytest.raises(JavaError) as caught:
                sdk.commitCheckpoint({**place, **who})
            return caught.value.type

        assert refused(client_id="stranger", generation_id=1) == "DISConsumerMemberNotExistsException"
        assert refused(client_id="member", generation_id=99) == "DISConsumerGroupIllegalGenerationException"
        assert member.committed(f"{stream}/0") is None
        join = {"groupId": group, "clientId": "newcomer", "interestedStream": [stream]}
        dis.call("POST", f"/apps/{group}/consumers", json=join, expect=200)
        rebalancing = refused(client_id="member", generation_id=1)
        assert rebalancing == "DISConsumerGroupRebalanceInProgressException"
        dis.call("DELETE", f"/apps/{group}/consumers/newcomer", expect=204)
        member.unsubscribe()
    finally:
        other.close()


def test_partitions_added_while_running_are_read_from_their_start(jvm, dis, stream):
    dis.put(stream, [b"before"])
    reader = consumer(jvm, fresh("group"), "latest")
    reader.subscribe([stream])
    assert reader.poll(300) == []
    dis.call("PUT", f"/streams/{stream}", json={"stream_name": stream, "target_partition_count": 4}, expect=200)
    dis.put(stream, [b"two"], 2)
    dis.put(stream, [b"three"], 3)
    assert sorted(values(poll(reader, 2, REBALANCE_SECONDS_MAX))) == ["three", "two"]
    assert reader.assignment() == [f"{stream}/{n}" for n in range(4)]
    reader.unsubscribe()


def test_streams_that_match_a_pattern_also_when_they_come_later(jvm, dis):
    prefix = fresh("pattern")
    early, late, other = f"{prefix}-early", f"{prefix}-late", fresh("other")
    for name in (early, other):
        dis.create_stream(name)
        dis.put(name, [name.encode()])
    reader = consumer(jvm, fresh("group"))
    reader.subscribePattern(f"{prefix}-.*")
    assert values(poll(reader, 1)) == [early]
    reader.commitAsync({f"{early}/0": 1})
    dis.create_stream(late)
    dis.put(late, [late.encode()])
    assert values(poll(reader, 1, REBALANCE_SECONDS_MAX)) == [late]
    assert reader.assignment() == [f"{early}/0", f"{late}/0"]
    reader.unsubscribe()
    for name in (early, late, other):
        dis.delete_stream(name)


def test_the_share_of_a_member_that_falls_silent_moves(own_server):
    """This release sends heartbeats out of polls: a consumer that nobody polls any more is as good as dead."""
    dis, name, group = Dis(own_server), fresh("kafka"), fresh("group")
    dis.create_stream(name, 2)
    # Each is polled all the time by a thread of its own: a poll that waits for its share waits for the other's heartbeat.
    members = [Member(own_server, f"member-{n}", group, [name]) for n in range(2)]
    alive, silent = members
    both = [f"{name}/0", f"{name}/1"]

    def seen():
        return [(member.assigned, member.done, member.failure) for member in members]

    try:
        shared = [both[:1], both[1:]]
        wait_for(lambda: sorted(sorted(m.assigned) for m in members) == shared, seen, REBALANCE_SECONDS_MAX)
        silent.fall_silent()
        # Of the 30 s without a heartbeat. The other member sends one every 10 s: far from 30 s.
        own_server.advance(12)
        wait_for(lambda: alive.assigned == set(both), seen, REBALANCE_SECONDS_MAX)
        for partition in range(2):
            dis.put(name, [b"%d" % partition], partition)
        wait_for(lambda: sorted(value for _, _, value in alive.done) == ["0", "1"], seen, REBALANCE_SECONDS_MAX)
    finally:
        for member in members:
            member.close()
    dis.delete_stream(name)


def test_three_members_share_six_partitions_and_one_is_killed(own_server):
    dis, group, sent = Dis(own_server), "group", set()
    dis.create_stream("s", 6)

    def produce(label, count):
        for partition in range(6):
            payloads = [f"{label}-{partition}-{n}" for n in range(count)]
            numbers = dis.put("s", [p.encode() for p in payloads], partition)
            sent.update((f"s/{partition}", number, text) for number, text in zip(numbers, payloads, strict=True))

    members = [Member(own_server, f"member-{n}", group, ["s"]) for n in range(3)]

    def shares(of):
        """The shares, if they are disjoint and cover all partitions."""
        for member in of:
            assert member.failure is None, f"{member.name}: {member.failure}\n{member.jvm.log_tail()}"
        counts = [len(member.assigned) for member in of]
        whole = set().union(*(member.assigned for member in of)) == {f"s/{n}" for n in range(6)}
        return sorted(counts) if whole and sum(counts) == 6 else None

    def done():
        return [entry for member in members for entry in member.done]

    def all_done():
        return set(done()) >= sent

    try:
        produce("shared", 10)
        wait_for(lambda: shares(members) == [2, 2, 2], lambda: [m.assigned for m in members], REBALANCE_SECONDS_MAX)
        produce("even", 10)
        wait_for(all_done, lambda: sent - set(done()), REBALANCE_SECONDS_MAX)

        victim, survivors = members[0], members[1:]
        lost = set(victim.assigned)
        victim.stop_committing()
        produce("last", 5)
        orphans = victim.die()
        assert orphans and set(orphans) <= lost
        produce("after", 5)
        # Of the 30 s without a heartbeat. The others send one every 10 s: far from 30 s.
        own_server.advance(12)
        wait_for(lambda: shares(survivors) == [3, 3], lambda: [m.assigned for m in members], REBALANCE_SECONDS_MAX)
        wait_for(all_done, lambda: sent - set(done()), REBALANCE_SECONDS_MAX)

        twice = [entry for entry, count in collections.Counter(done()).items() if count > 1]
        assert (twice, set(done()) - sent) == ([], set())
        for partition, records in orphans.items():
            taken = {offset for m in survivors for place, offset, _ in m.done if place == partition}
            assert set(records) <= taken
    finally:
        for member in members:
            member.close()
