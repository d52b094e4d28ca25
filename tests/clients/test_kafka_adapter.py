"""huaweicloud-dis-kafka-adapter: Kafka's producer and consumer interfaces over the built server."""

import pytest

from support.dis import Dis
from support.java import Jvm
from support.names import fresh
from support.wait import wait_for


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


def poll(consumer, count, seconds=15):
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
