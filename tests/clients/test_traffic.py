"""Throughput limits and metrics through the real SDKs, in real time and with a moved clock."""

import base64
import time

import pytest
import requests
from dis_sdk_python.com.huaweicloud.dis.sdk.python.client import disclient as client_module
from dis_sdk_python.com.huaweicloud.dis.sdk.python.models.disexception import DisException

from support import names
from support.dis import Dis
from support.names import fresh, shard
from support.server import Server


def py_dis(server):
    return client_module.disclient(
        server.api, names.ACCESS_KEY_ID, names.SECRET_ACCESS_KEY, names.PROJECT_ID, names.REGION
    )


@pytest.fixture
def stream(server):
    name, dis = fresh("traffic"), Dis(server)
    dis.create_stream(name)
    yield name
    dis.delete_stream(name)


def test_py_dis_sends_refused_records_again_until_all_are_there_in_order(server, stream):
    dis = Dis(server)
    texts = [f"{number:05}" for number in range(2500)]
    # This client cuts into requests of 1,000 and sends refused records again after 50 ms, 100 ms, 200 ms ...
    answer = py_dis(server).putRecords(stream, [{"data": text, "partition_id": "0"} for text in texts])
    assert answer.failedRecordCount == 0
    assert len(answer.recordResult) == len(texts)
    found = dis.read_all(stream)
    assert [number for number, _ in found] == list(range(2500))
    assert [payload.decode() for _, payload in found] == texts
    assert limited(dis, stream) > 0, "the limit was met"


def limited(dis, stream):
    now = int(time.time())
    query = {"label": "traffic_control_put", "start_time": now - 600, "end_time": now + 60}
    answer = dis.call("GET", f"/streams/{stream}/metrics", params=query, expect=200).json()
    return sum(point["value"] for point in answer["metrics"]["dataPoints"])


def test_the_command_line_keeps_the_order_of_a_file_that_is_faster_than_its_partition(server, stream, tmp_path):
    lines = [f"line {number}" for number in range(2500)]
    (tmp_path / "lines").write_text("\n".join(lines))
    arguments = ["record", "put", stream, str(tmp_path / "lines"), "--partition", "0", "--endpoint", server.api]
    done = server.command(*arguments)
    assert done.returncode == 0, done.stderr
    dis = Dis(server)
    assert [payload.decode() for _, payload in dis.read_all(stream)] == lines
    assert limited(dis, stream) > 0, "the limit was met"


def test_a_reader_is_refused_and_let_in_again(own_server):
    dis = Dis(own_server)
    dis.create_stream("s")
    for _ in range(3):
        dis.put("s", [bytes(1024 * 1024)])
        own_server.advance(1)
    cursor = dis.cursor("s")
    assert len(dis.page(cursor)[0]) == 3
    refusal = dis.call("GET", "/records", params={"partition-cursor": cursor}, expect=400).json()
    assert refusal["error_code"] == "DIS.4303"
    with pytest.raises(DisException, match="DIS.4303"):
        py_dis(own_server).getRecords(cursor)
    own_server.advance(2)
    assert len(py_dis(own_server).getRecords(cursor).recordResult) == 3


def test_limits_can_be_switched_off():
    server = Server(args=["--limits.throughput=false"]).start()
    try:
        dis = Dis(server)
        dis.create_stream("s")
        for _ in range(3):
            dis.put("s", [b"x"] * 5000)
        assert limited(dis, "s") == 0
    finally:
        server.close()


def test_py_dis_reads_metrics(server, stream):
    dis = py_dis(server)
    dis.putRecords(stream, [{"data": "abc", "partition_id": "0"}])
    now = int(time.time())
    for label, expected in [("total_put_bytes_per_stream", 3), ("total_put_records_per_stream", 1),
                            ("total_put_req_suc_per_stream", 1), ("traffic_control_put", 0),
                            ("traffic_controll_get", 0)]:  # fmt: skip
        answer = dis.streamMonitor(stream, label, now - 600, now + 60)
        assert (answer.statusCode, answer.label) == (200, label)
        assert sum(point["value"] for point in answer.dataPoints) == expected
        assert all(point["timestamp"] % 60 == 0 for point in answer.dataPoints)
    answer = dis.partitionMonitor(stream, "0", "total_put_records_per_partition", now - 600, now + 60)
    assert sum(point["value"] for point in answer.dataPoints) == 1
    # Without times, as this client's defaults are, the start is missing.
    with pytest.raises(DisException, match="DIS.4203"):
        dis.streamMonitor(stream, "total_put_bytes_per_stream")


def test_metrics_reach_back_seven_days_and_survive_a_restart(own_server):
    dis = Dis(own_server)
    dis.create_stream("s")
    for _ in range(3):
        dis.put("s", [b"abc", b"de"])
        own_server.advance(24 * 3600)
    dis.put("s", [b"f"])
    now_ms = own_server.advance(120)

    def points(days, now_ms):
        now = now_ms // 1000
        query = {"label": "total_put_bytes_per_stream", "start_time": now - days * 24 * 3600, "end_time": now}
        answer = dis.call("GET", "/streams/s/metrics", params=query, expect=200).json()["metrics"]
        assert answer["dataPoints"] == answer["data_points"]
        return [point["value"] for point in answer["dataPoints"]]

    assert points(7, now_ms) == [5, 5, 5, 1]
    assert points(2, now_ms) == [5, 1]
    own_server.restart(kill=False)
    assert points(7, own_server.advance(1)) == [5, 5, 5, 1]
    now_ms = own_server.advance(5 * 24 * 3600)
    assert points(7, now_ms) == [5, 1]
    dis.delete_stream("s")
    dis.create_stream("s")
    assert points(7, now_ms) == []


def test_the_load_scales_a_stream(own_server):
    dis = Dis(own_server)
    dis.create_stream("s", 2, auto_scale_enabled=True, auto_scale_min_partition_count=1,
                      auto_scale_max_partition_count=4)  # fmt: skip
    own_server.advance(300)
    deadline = time.monotonic() + 30
    while dis.describe("s")["writable_partition_count"] != 1 and time.monotonic() < deadline:
        pass
    detail = dis.describe("s")
    assert [p["status"] for p in detail["partitions"]] == ["ACTIVE", "DELETED"]
    history = detail["update_partition_counts"]
    assert [(h["src_partition_count"], h["target_partition_count"], h["auto_scale"]) for h in history] == [(2, 1, True)]


def test_a_single_record_tells_the_code_in_its_text(own_server):
    dis = Dis(own_server)
    dis.create_stream("s")
    body = {"stream_name": "s", "records": [{"data": base64.b64encode(b"x").decode(), "partition_id": shard(0)}] * 5000}
    answer = dis.call("POST", "/records", json=body, expect=200).json()
    refused = [entry for entry in answer["records"] if "error_code" in entry]
    assert answer["failed_record_count"] == len(refused) > 0
    assert {tuple(sorted(entry.items())) for entry in refused} == {
        (("error_code", "DIS.4303"), ("error_message", "Exceeded traffic control limit. [DIS.4303]"))
    }
    assert requests.get(f"{own_server.api}/metrics", timeout=10).status_code == 200
