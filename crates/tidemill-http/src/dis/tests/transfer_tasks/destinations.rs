//! Creations for the other destinations: what is taken, how it is shown, which code each mistake has.

use super::*;

const SCHEMA: &str = r#"{"type":"record","name":"r","fields":[{"name":"f","type":"int"}]}"#;

async fn json_api() -> Api {
    let (api, _) = api().await;
    let body =
        json!({"stream_name": "rows", "partition_count": 1, "data_type": "JSON", "data_schema": SCHEMA});
    assert_eq!(api.post("/streams", body).await.status, 201);
    api
}

const ROWS: &str = "/streams/rows/transfer-tasks";

fn mrs() -> Value {
    json!({"task_name": "t", "agency_name": "dis_admin_agency", "deliver_time_interval": 30, "mrs_cluster_name": "c",
           "mrs_cluster_id": "i", "mrs_hdfs_path": "/user/dis", "obs_bucket_path": "bucket"})
}

fn dli() -> Value {
    json!({"task_name": "t", "agency_name": "dis_admin_agency", "dli_database_name": "d", "dli_table_name": "t",
           "obs_bucket_path": "bucket/dir", "retry_duration": "0"})
}

fn dws() -> Value {
    json!({"task_name": "t", "agency_name": "dis_admin_agency", "dws_cluster_name": "c", "dws_cluster_id": "i",
           "dws_database_name": "d", "dws_schema": "s", "dws_table_name": "t", "dws_delimiter": ";",
           "user_name": "u", "user_password": "secret-of-the-table", "kms_user_key_name": "k",
           "kms_user_key_id": "ki", "obs_bucket_path": "bucket", "dws_table_columns": "c1,c2",
           "options": {"fill_missing_fields": "true", "reject_limit": "3", "ignore_extra_data": "off"}})
}

fn hbase() -> Value {
    json!({"task_name": "t", "agency_name": "dis_admin_agency", "cloudtable_cluster_name": "c", "cloudtable_cluster_id": "i",
           "cloudtable_table_name": "ns:t", "obs_backup_bucket_path": "bucket",
           "cloudtable_schema": {"row_key": [{"value": "id", "type": "String"}],
             "columns": [{"column_family_name": "f", "column_name": "c", "value": "v", "type": "Bigint"}]}})
}

fn opentsdb() -> Value {
    let point = json!({"metric": [{"type": "Constant", "value": "a.b"}, {"type": "String", "value": "m"}],
        "timestamp": {"type": "String", "value": "at", "format": "yyyy-MM-dd HH:mm:ss"},
        "value": {"type": "Double", "value": "v"}, "tags": [{"name": "n", "type": "String", "value": "x"}]});
    json!({"task_name": "t", "agency_name": "dis_admin_agency", "cloudtable_cluster_name": "c", "cloudtable_cluster_id": "i",
           "opentsdb_schema": [point]})
}

fn body(kind: &str, descriptor: Value) -> Value {
    let member = format!("{}_destination_descriptor", kind.to_lowercase());
    json!({"destination_type": kind, member: descriptor})
}

/// Creates, shows and deletes a task; the answer of the detail.
async fn shown(api: &Api, body: Value) -> Value {
    let created = api.post(ROWS, body).await;
    assert_eq!((created.status.as_u16(), created.bytes.len()), (200, 0), "{}", created.body);
    let detail = api.get(&format!("{ROWS}/t")).await;
    assert_eq!(detail.status, 200, "{}", detail.body);
    assert_eq!(api.get(ROWS).await.body["tasks"][0]["destination_type"], detail.body["destination_type"]);
    assert_eq!(api.call("DELETE", &format!("{ROWS}/t"), "").await.status, 204);
    detail.body
}

#[tokio::test]
async fn each_destination_is_shown_as_its_clients_read_it() {
    let api = json_api().await;
    let mrs = shown(&api, body("MRS", mrs())).await;
    assert_eq!((&mrs["state"], &mrs["destination_type"]), (&json!("ERROR"), &json!("MRS")));
    assert!(mrs["cause"].as_str().unwrap().contains("MRS is not offered"), "{mrs}");
    let wanted = json!({"agency_name": "dis_admin_agency", "deliver_time_interval": "30", "consumer_strategy": "LATEST",
        "retry_duration": "1800", "mrs_cluster_name": "c", "mrs_cluster_id": "i", "mrs_hdfs_path": "/user/dis",
        "mrs_hdfs_patch": "/user/dis", "hdfs_prefix_folder": "", "obs_bucket_path": "bucket", "file_prefix": "",
        "destination_file_type": "text", "partition_format": ""});
    assert_eq!(mrs["mrs_destination_description"], wanted);
    let dli = shown(&api, body("DLI", dli())).await;
    let wanted = json!({"agency_name": "dis_admin_agency", "deliver_time_interval": "300", "consumer_strategy": "LATEST",
        "retry_duration": "0", "dli_database_name": "d", "dli_table_name": "t", "obs_bucket_path": "bucket/dir",
        "file_prefix": ""});
    assert_eq!(dli["dli_destination_description"], wanted);
    let dws = shown(&api, body("DWS", dws())).await;
    assert!(!dws.to_string().contains("secret-of-the-table") && !dws.to_string().contains("user_password"));
    assert_eq!(dws["dws_destination_description"], dws["dws_destination_descripton"]);
    let options = json!({"fill_missing_fields": "true", "reject_limit": "3", "ignore_extra_data": "off"});
    assert_eq!(dws["dws_destination_description"]["options"], options);
    assert_eq!(dws["dws_destination_description"]["dws_table_columns"], "c1,c2");
    let table = shown(&api, body("CLOUDTABLE", hbase())).await;
    for name in [
        "cloudtable_destination_description",
        "cloudtable_destination_descripton",
        "cloud_table_destination_description",
    ] {
        assert_eq!(table[name]["cloudtable_schema"], hbase()["cloudtable_schema"], "{name}");
        assert_eq!(table[name]["cloudtable_row_key_delimiter"], ".");
    }
    for detail in [&mrs, &dli, &dws, &table] {
        assert_eq!(detail.get("obs_destination_description"), None);
    }
}

#[tokio::test]
async fn quirks_of_clients_are_understood() {
    let api = json_api().await;
    // One descriptor under another's name; a misspelled path; numbers as text.
    let misplaced = json!({"destination_type": "DLI", "mrs_destination_descriptor": dli()});
    assert_eq!(shown(&api, misplaced).await["dli_destination_description"]["dli_table_name"], "t");
    let mut patch = mrs();
    let path = patch.as_object_mut().unwrap().remove("mrs_hdfs_path").unwrap();
    (patch["mrs_hdfs_patch"], patch["deliver_time_interval"]) = (path, json!("900"));
    let patched = shown(&api, body("MRS", patch)).await;
    assert_eq!(patched["mrs_destination_description"]["mrs_hdfs_path"], "/user/dis");
    assert_eq!(patched["mrs_destination_description"]["deliver_time_interval"], "900");
    let mut old = dli();
    let members = old.as_object_mut().unwrap();
    for (new, old) in [("dli_database_name", "uquery_database_name"), ("dli_table_name", "uquery_table_name")]
    {
        let value = members.remove(new).unwrap();
        members.insert(old.into(), value);
    }
    let old = json!({"destination_type": "UQUERY", "uquery_destination_descriptor": old});
    assert_eq!(shown(&api, old).await["destination_type"], "DLI");
    // Both schemas, one of them with nothing in it; the other without a list around it.
    let mut bare = opentsdb();
    bare["opentsdb_schema"] = bare["opentsdb_schema"][0].clone();
    bare["cloudtable_schema"] = json!({"row_key": null, "columns": null});
    let point = bare["opentsdb_schema"].clone();
    let bare =
        shown(&api, json!({"destination_type": "OPENTSDB", "cloudtable_destination_descriptor": bare})).await;
    assert_eq!(bare["cloud_table_destination_description"]["opentsdb_schema"], point);
    let listed = shown(&api, body("CLOUDTABLE", opentsdb())).await;
    assert_eq!(listed["cloudtable_destination_descripton"]["opentsdb_schema"], json!([point]));
}

#[tokio::test]
async fn every_mistake_has_its_code() {
    let api = json_api().await;
    let long = "x".repeat(257);
    let set = |mut descriptor: Value, key: &str, value: Value| {
        descriptor[key] = value;
        descriptor
    };
    for (kind, descriptor, key, value, code) in [
        ("MRS", mrs(), "mrs_cluster_id", json!(long), "DIS.4208"),
        ("MRS", mrs(), "agency_name", json!("a".repeat(65)), "DIS.4335"),
        ("MRS", mrs(), "agency_name", json!("nobody"), "DIS.4335"),
        ("DLI", dli(), "agency_name", json!("nobody"), "DIS.4335"),
        ("DWS", dws(), "agency_name", json!("nobody"), "DIS.4335"),
        ("CLOUDTABLE", hbase(), "agency_name", json!("nobody"), "DIS.4335"),
        ("MRS", mrs(), "mrs_hdfs_path", json!("user"), "DIS.4336"),
        ("MRS", mrs(), "mrs_hdfs_path", json!("/a/../b"), "DIS.4336"),
        ("MRS", mrs(), "hdfs_prefix_folder", json!("/a"), "DIS.4200"),
        ("MRS", mrs(), "partition_format", json!("yy"), "DIS.4200"),
        ("MRS", mrs(), "destination_file_type", json!("CarbonData"), "DIS.4200"),
        ("MRS", mrs(), "compression_format", json!("gzip"), "DIS.4200"),
        ("MRS", mrs(), "retry_duration", json!(7201), "DIS.4200"),
        ("MRS", mrs(), "obs_bucket_path", json!("nobody"), "DIS.4306"),
        ("MRS", mrs(), "obs_bucket_path", json!("locked"), "DIS.4310"),
        ("DLI", dli(), "dli_database_name", json!("a b"), "DIS.4337"),
        ("DLI", dli(), "dli_table_name", json!("a-b"), "DIS.4338"),
        ("DLI", dli(), "dli_table_name", json!(7), "DIS.4200"),
        ("DLI", dli(), "deliver_time_interval", json!("29"), "DIS.4200"),
        ("DWS", dws(), "dws_cluster_name", json!(long), "DIS.4350"),
        ("DWS", dws(), "kms_user_key_id", json!(long), "DIS.4351"),
        ("DWS", dws(), "dws_delimiter", json!("."), "DIS.4200"),
        ("DWS", dws(), "dws_table_columns", json!("a,,b"), "DIS.4200"),
        ("DWS", dws(), "options", json!({"fill_missing_fields": "maybe"}), "DIS.4200"),
        ("DWS", dws(), "options", json!({"reject_limit": "-1"}), "DIS.4200"),
        ("DWS", dws(), "options", json!({"reject_limit": 3}), "DIS.4200"),
        ("DWS", dws(), "options", json!({"fill_missing_fields": true}), "DIS.4200"),
        ("DWS", dws(), "options", json!({"error_table_name": 7}), "DIS.4200"),
        ("DWS", dws(), "options", json!([]), "DIS.4200"),
        ("CLOUDTABLE", hbase(), "cloudtable_cluster_name", json!(long), "DIS.4341"),
        ("CLOUDTABLE", hbase(), "cloudtable_table_name", json!("a b"), "DIS.4342"),
        ("CLOUDTABLE", hbase(), "cloudtable_table_name", json!(""), "DIS.4200"),
        ("CLOUDTABLE", hbase(), "cloudtable_row_key_delimiter", json!("+"), "DIS.4200"),
        (
            "CLOUDTABLE",
            hbase(),
            "cloudtable_schema",
            json!({"row_key": [], "columns": [{"value": "v"}]}),
            "DIS.4345",
        ),
        ("CLOUDTABLE", hbase(), "cloudtable_schema", json!(7), "DIS.4345"),
        ("CLOUDTABLE", hbase(), "cloudtable_schema", json!(null), "DIS.4200"),
        ("CLOUDTABLE", hbase(), "opentsdb_schema", opentsdb()["opentsdb_schema"].clone(), "DIS.4200"),
        ("CLOUDTABLE", opentsdb(), "opentsdb_schema", json!({"metric": "m"}), "DIS.4348"),
        ("CLOUDTABLE", opentsdb(), "backup_file_prefix", json!("a".repeat(51)), "DIS.4200"),
    ] {
        let wrong = body(kind, set(descriptor, key, value.clone()));
        let refused = api.post(ROWS, wrong).await;
        assert_eq!(refused.body["errorCode"], code, "{kind} {key}={value}: {}", refused.body);
        refused.refused(400, code);
    }
    for (kind, descriptor) in
        [("MRS", mrs()), ("DLI", dli()), ("DWS", dws()), ("CLOUDTABLE", hbase()), ("CLOUDTABLE", opentsdb())]
    {
        let optional = [
            "deliver_time_interval",
            "mrs_hdfs_path",
            "retry_duration",
            "options",
            "dws_table_columns",
            "obs_backup_bucket_path",
        ];
        for key in descriptor.as_object().unwrap().keys().filter(|key| !optional.contains(&key.as_str())) {
            for absent in [json!(null), json!("")] {
                let wrong = body(kind, set(descriptor.clone(), key, absent));
                assert!(api.post(ROWS, wrong).await.refused(400, "DIS.4200").contains(key), "{kind} {key}");
            }
        }
    }
    assert_eq!(api.get(ROWS).await.body["total_number"], 0);
}

#[tokio::test]
async fn schemas_are_checked_in_every_part() {
    let api = json_api().await;
    let column = json!({"column_family_name": "f", "column_name": "c", "value": "v", "type": "Bigint"});
    let key = json!({"value": "id", "type": "String"});
    for (path, value, code) in [
        ("/row_key", json!([]), "DIS.4345"),
        ("/row_key", json!(vec![key; 65]), "DIS.4345"),
        ("/row_key/0/type", json!("Text"), "DIS.4345"),
        ("/columns", json!([]), "DIS.4345"),
        ("/columns", json!(vec![column; 4097]), "DIS.4345"),
        ("/columns/0/column_name", json!("x".repeat(33)), "DIS.4345"),
        ("/columns/0/column_name", json!("a-b"), "DIS.4345"),
        ("/columns/0/value", json!(""), "DIS.4345"),
        ("/columns/0/column_family_name", json!("a:b"), "DIS.4343"),
        ("/columns/0/column_family_name", json!(""), "DIS.4343"),
    ] {
        let mut wrong = hbase();
        *wrong["cloudtable_schema"].pointer_mut(path).unwrap() = value;
        api.post(ROWS, body("CLOUDTABLE", wrong)).await.refused(400, code);
    }
    for (path, value) in [
        ("/0/metric", json!([])),
        ("/0/metric/0/type", json!("Bigint")),
        ("/0/metric/0/value", json!("a_b")),
        ("/0/metric/0/value", json!("x".repeat(33))),
        ("/0/timestamp/format", json!("yyyy")),
        ("/0/timestamp/type", json!("Date")),
        ("/0/timestamp/value", json!("a.b")),
        ("/0/value/type", json!("Text")),
        ("/0/value/value", json!("")),
        ("/0/tags/0/name", json!("a b")),
        ("/0/tags", json!(null)),
    ] {
        let mut wrong = opentsdb();
        *wrong["opentsdb_schema"].pointer_mut(path).unwrap() = value.clone();
        let refused = api.post(ROWS, body("CLOUDTABLE", wrong)).await;
        assert_eq!(refused.body["errorCode"], "DIS.4348", "{path}={value}: {}", refused.body);
    }
}

#[tokio::test]
async fn tables_need_a_stream_with_a_schema() {
    let (api, _bucket) = api().await;
    for kind in ["JSON", "CSV"] {
        let name = kind.to_lowercase();
        let stream = json!({"stream_name": name, "partition_count": 1, "data_type": kind});
        assert_eq!(api.post("/streams", stream).await.status, 201);
        let path = format!("/streams/{name}/transfer-tasks");
        api.post(&path, body("DLI", dli())).await.refused(400, "DIS.4360");
        api.post(&path, body("DWS", dws())).await.refused(400, "DIS.4360");
    }
    api.post(TASKS, body("DLI", dli())).await.refused(400, "DIS.4200");
    let mut parquet = obs("p");
    parquet["obs_destination_descriptor"]["destination_file_type"] = json!("Parquet");
    api.post("/streams/json/transfer-tasks", parquet.clone()).await.refused(400, "DIS.4360");
    api.post("/streams/csv/transfer-tasks", parquet.clone()).await.refused(400, "DIS.4200");
    let stream =
        json!({"stream_name": "rows", "partition_count": 1, "data_type": "JSON", "data_schema": SCHEMA});
    api.post("/streams", stream).await;
    assert_eq!(api.post(ROWS, parquet.clone()).await.status, 201);
    parquet["obs_destination_descriptor"]["destination_file_type"] = json!("carbon");
    assert!(api.post(ROWS, parquet).await.refused(400, "DIS.4200").contains("not offered"));
    for kind in ["NOWHERE", "", "obs"] {
        api.post(ROWS, json!({"destination_type": kind, "obs_destination_descriptor": {}}))
            .await
            .refused(400, "DIS.4200");
    }
}

#[tokio::test]
async fn start_and_stop_are_answered_and_the_quota_counts_all() {
    let api = json_api().await;
    for (n, kind, mut descriptor) in [
        (1, "MRS", mrs()),
        (2, "DLI", dli()),
        (3, "DWS", dws()),
        (4, "CLOUDTABLE", hbase()),
        (5, "CLOUDTABLE", opentsdb()),
    ] {
        descriptor["task_name"] = json!(format!("t{n}"));
        assert_eq!(api.post(ROWS, body(kind, descriptor)).await.status, 200);
    }
    api.post(ROWS, body("MRS", mrs())).await.refused(400, "DIS.4357");
    let mut again = mrs();
    again["task_name"] = json!("t1");
    api.post(ROWS, body("MRS", again)).await.refused(400, "DIS.4355");
    for (action, state) in [("start", "ERROR"), ("stop", "PAUSED"), ("start", "ERROR")] {
        let act = json!({"action": action, "tasks": [{"id": "t1"}]});
        assert_eq!(api.post(&format!("{ROWS}/action"), act).await.status, 200);
        assert_eq!(api.get(&format!("{ROWS}/t1")).await.body["state"], state);
    }
    let change = json!({"destination_type": "DWS", "dws_destination_descriptor": {"task_name": "t3", "user_name": "v"}});
    assert_eq!(api.call("PUT", ROWS, change.to_string()).await.status, 200);
    let detail = api.get(&format!("{ROWS}/t3")).await.body;
    assert_eq!(
        (&detail["state"], &detail["dws_destination_description"]["user_name"]),
        (&json!("ERROR"), &json!("v"))
    );
    assert_eq!(detail["partitions"][0]["state"], "ERROR");
}
