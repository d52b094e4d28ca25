"""Consumer groups over HTTP with members that call as the Kafka adapter does."""

import threading

import pytest

from support.adapter import Adapter, settle, shares
from support.dis import Dis
from support.names import fresh


@pytest.fixture
def dis(own_server):
    return Dis(own_server)


@pytest.fixture
def group(dis):
    name = fresh("group")
    dis.call("POST", "/apps/", json={"app_name": name}, expect=201)
    return name


def make_stream(dis, partitions, name=None):
    name = name or fresh("shared")
    dis.create_stream(name, partitions)
    return name


def put_everywhere(dis, stream, partitions, count):
    for partition in range(partitions):
        dis.put(stream, [b"x"] * count, partition)


def code(answer):
    return answer.json()["error_code"]


def test_a_share_moves_and_nothing_is_skipped_or_read_twice(own_server, dis, group):
    stream = make_stream(dis, 6)
    members = [Adapter(dis, group, f"c{n}", interestedStream=[stream]) for n in range(3)]
    settle(members)
    assert [len(share) for share in shares(members)] == [2, 2, 2]
    assert sorted(sum(shares(members), [])) == [(stream, p) for p in range(6)]
    put_everywhere(dis, stream, 6, 20)
    for member in members:
        member.poll(limit=7)
    dead, living = members[1], members[:1] + members[2:]
    old_generation = dead.generation
    for _ in range(2):
        own_server.advance(15)
        for member in living:
            member.heartbeat()
    # What the silent one read meanwhile is not taken from it any more.
    before = list(dead.read)
    dead.poll()
    assert dead.read == before
    assert code(dead.commit(stream, shares([dead])[0][0][1], 20)) == "DIS.4702"
    assert settle(living) > old_generation
    assert [len(share) for share in shares(living)] == [3, 3]
    put_everywhere(dis, stream, 6, 5)
    for member in living:
        member.poll()
    read = sorted(entry for member in members for entry in member.read)
    assert read == [(stream, p, n) for p in range(6) for n in range(25)]
    # It comes back as an old member would: with its old generation.
    assert code(dead.commit(stream, 0, 0)) == "DIS.4702"
    settle(members)
    assert sorted(sum(shares(members), [])) == [(stream, p) for p in range(6)]
    assert code(dead.commit(stream, 0, 0, generation=old_generation)) == "DIS.4703"


def test_a_pattern_follows_streams(own_server, dis, group):
    prefix = fresh("follow")
    make_stream(dis, 2, f"{prefix}-a")
    members = [Adapter(dis, group, f"c{n}", streamPattern=f"{prefix}-.*") for n in range(2)]
    settle(members)
    make_stream(dis, 2, f"{prefix}-b")
    make_stream(dis, 1, fresh("other"))
    settle(members)
    assert members[0].matched == [f"{prefix}-a", f"{prefix}-b"]
    expected = [(f"{prefix}-{s}", p) for s in "ab" for p in range(2)]
    assert sorted(sum(shares(members), [])) == expected
    dis.delete_stream(f"{prefix}-a")
    settle(members)
    assert sorted(sum(shares(members), [])) == expected[2:]


def test_added_partitions_are_shared_while_running(own_server, dis, group):
    stream = make_stream(dis, 2)
    stream_id = dis.describe(stream)["stream_id"]
    by_name = Adapter(dis, group, "name", interestedStream=[stream])
    by_id = Adapter(dis, group, "id", interestedStreamIdList=[stream_id])
    settle([by_name, by_id])
    generation = by_name.generation
    dis.call("PUT", f"/streams/{stream}", json={"stream_name": stream, "target_partition_count": 5}, expect=200)
    assert settle([by_name, by_id]) > generation
    parts = shares([by_name, by_id])
    assert {s for s, _ in parts[0]} == {stream} and {s for s, _ in parts[1]} == {stream_id}
    assert sorted(p for share in parts for _, p in share) == list(range(5))
    put_everywhere(dis, stream, 5, 3)
    for member in (by_name, by_id):
        member.poll()
    assert len(by_name.read) + len(by_id.read) == 15


def test_a_restart_forgets_members_but_no_generation(own_server, dis, group):
    stream = make_stream(dis, 4)
    members = [Adapter(dis, group, f"c{n}", interestedStream=[stream]) for n in range(2)]
    generation = settle(members)
    dis.put(stream, [b"x"] * 3)
    own_server.restart(kill=True)
    owner = next(m for m in members if (stream, 0) in shares([m])[0])
    assert code(owner.commit(stream, 0, 3)) == "DIS.4702"
    assert settle(members) > generation
    assert code(owner.commit(stream, 0, 3, generation=generation)) == "DIS.4703"
    assert owner.commit(stream, 0, 3).status_code == 201


def test_members_that_call_at_the_same_time_come_to_rest(own_server, dis, group):
    stream = make_stream(dis, 8)
    members = [Adapter(Dis(own_server), group, f"c{n}", interestedStream=[stream]) for n in range(4)]
    failures = []

    def run(member):
        try:
            for _ in range(30):
                member.heartbeat()
        except Exception as failure:  # a thread's failure is the test's
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(m,)) for m in members]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not failures
    settle(members)
    assert sorted(sum(shares(members), [])) == [(stream, p) for p in range(8)]
    for member in members:
        member.leave()
    dis.call("DELETE", f"/apps/{group}", expect=204)


def test_an_app_in_use_stays(own_server, dis, group):
    stream = make_stream(dis, 1)
    member = Adapter(dis, group, "only", interestedStream=[stream])
    settle([member])
    assert code(dis.call("DELETE", f"/apps/{group}")) == "DIS.4331"
    own_server.advance(30)
    dis.call("DELETE", f"/apps/{group}", expect=204)
