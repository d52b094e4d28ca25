"""The huaweicloud Terraform provider, whole and unmodified, under OpenTofu: apply, plan without a difference, destroy."""

import pytest

from support import names
from support.dis import Dis
from support.names import fresh
from support.terraform import Terraform

LOGINS = {
    "key": {"access_key": names.ACCESS_KEY_ID, "secret_key": names.SECRET_ACCESS_KEY},
    "password": {"user_name": names.USER, "password": names.PASSWORD, "domain_name": names.DOMAIN},
}


@pytest.fixture(params=LOGINS)
def terraform(request, server, tmp_path):
    login = LOGINS[request.param]
    return Terraform(tmp_path, api=server.api, region=server.region, login=login, name=fresh("tf"))


def is_gone(server, stream):
    return Dis(server).call("GET", f"/streams/{stream}").json()["errorCode"] == "DIS.4301"


def test_apply_plan_destroy(server, terraform):
    made = terraform.apply()
    assert terraform.difference() == ""
    scaled, csv = made["scaled"], made["csv"]
    assert scaled["status"] == csv["status"] == "RUNNING"
    assert [partition["status"] for partition in scaled["partitions"]] == ["ACTIVE"] * 2
    assert scaled["tags"] == {"team": "tide", "stage": "trial"}

    told = Dis(server).describe(scaled["stream_name"])
    assert told["stream_id"] == scaled["stream_id"]
    assert (told["retention_period"], told["compression_format"]) == (48, "gzip")
    assert (told["auto_scale_min_partition_count"], told["auto_scale_max_partition_count"]) == (1, 6)
    assert Dis(server).describe(csv["stream_name"])["csv_properties"] == {"delimiter": ";"}

    terraform.destroy()
    assert all(is_gone(server, stream["stream_name"]) for stream in (scaled, csv))


# The provider looks at the number of partitions once, ten seconds after it asked for another one.
@pytest.mark.parametrize("terraform", ["key"], indirect=True)
def test_scaling_and_tags_are_changed_in_place(terraform):
    before = terraform.apply()["scaled"]
    terraform.variables.update(partitions=4, tags={"stage": "real", "owner": "harbour"})
    assert "partition_count" in terraform.difference()
    after = terraform.apply()["scaled"]
    assert terraform.difference() == ""
    assert after["stream_id"] == before["stream_id"]
    assert after["writable_partition_count"] == 4
    assert after["tags"] == {"stage": "real", "owner": "harbour"}
    terraform.destroy()


@pytest.mark.parametrize("terraform", ["key"], indirect=True)
def test_a_stream_made_elsewhere_is_imported(server, terraform):
    terraform.apply()
    name = f"{terraform.variables['name']}-scaled"
    terraform.succeeds("state", "rm", "huaweicloud_dis_stream.scaled")
    terraform.succeeds("import", "huaweicloud_dis_stream.scaled", name)
    assert terraform.difference() == ""
    terraform.destroy()
    assert is_gone(server, name)
