//! Lists of tasks and of results, page by page.

use crate::support::{World, ended, photographs, project, request};
use serde_json::json;
use tidemill_processing::{ResultsQuery, TaskFilter, TaskOrder, VersionOrder};

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_results_are_the_parts_of_the_whole() {
    let mut world = World::new().await;
    world.config.shard_samples = 4;
    let photographs = photographs(11);
    for (n, (name, bytes)) in photographs.iter().enumerate() {
        let bytes = if n % 3 == 0 { bytes[..bytes.len() / 2].to_vec() } else { bytes.clone() };
        world.put(&format!("in/{name}"), bytes).await;
    }
    let processing = world.process().await;
    let body = request("sys_data_validation", json!([{"name": "MetaValidation", "params": {}}]));
    let task = processing.create_task(&project(), body).await.unwrap();
    let version = ended(&processing, &task).await;
    let run = version.task_version_id;
    let page = async |property, offset, limit| {
        let query = ResultsQuery { property, offset, limit };
        processing.results(&project(), &task, &run, query).await.unwrap()
    };
    for (property, total) in [(None, 11), (Some(0), 7), (Some(2), 4), (Some(3), 0)] {
        let whole = page(property, 0, 100).await;
        assert_eq!((whole.total, whole.results.len()), (total, total), "{property:?}");
        let origins: Vec<_> = whole.results.iter().map(|row| row.origin.clone().unwrap().key).collect();
        assert!(origins.is_sorted());
        for limit in [1, 3, 4, 5] {
            let mut parts = Vec::new();
            while parts.len() < total {
                let part = page(property, parts.len(), limit).await;
                assert_eq!((part.total, part.results.len()), (total, limit.min(total - parts.len())));
                parts.extend(part.results);
            }
            assert!(parts == whole.results, "pages of {limit} of {property:?}");
        }
        assert_eq!(page(property, total, 5).await.results.len(), 0);
    }
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_and_versions_are_chosen_ordered_and_paged() {
    let world = World::new().await;
    world.put("in/a.jpg", photographs(1).remove(0).1).await;
    let processing = world.process().await;
    let mut ids = Vec::new();
    for (name, template) in
        [("b-1", "sys_data_validation"), ("A-2", "sys_data_selection"), ("c-1", "sys_data_validation")]
    {
        let mut body = request(template, json!([{"name": "MetaValidation", "params": {}}]));
        (body.name, body.create_version) = (Some(name.to_owned()), Some(name != "c-1"));
        ids.push(processing.create_task(&project(), body).await.unwrap());
    }
    ended(&processing, &ids[0]).await;
    ended(&processing, &ids[1]).await;
    let names = async |filter: TaskFilter| {
        let found = processing.list_tasks(&project(), &filter).await.unwrap();
        (found.count, found.tasks.into_iter().map(|task| task.name).collect::<Vec<_>>())
    };
    let all = || TaskFilter { limit: 10, order: TaskOrder::Name, ascending: true, ..TaskFilter::default() };
    assert_eq!(names(all()).await, (3, vec!["A-2".into(), "b-1".into(), "c-1".into()]));
    assert_eq!(names(TaskFilter { limit: 1, offset: 1, ..all() }).await, (3, vec!["b-1".into()]));
    assert_eq!(names(TaskFilter { ascending: false, limit: 2, ..all() }).await.1, ["c-1", "b-1"]);
    assert_eq!(names(TaskFilter { name: Some("a-".into()), ..all() }).await.1, ["A-2"]);
    assert_eq!(names(TaskFilter { status: Some(0), ..all() }).await.1, ["c-1"]);
    let template = Some("sys_data_validation".to_owned());
    assert_eq!(names(TaskFilter { template_id: template, ..all() }).await.0, 2);
    assert_eq!(names(TaskFilter { source_type: Some("OBS".into()), ..all() }).await.0, 3);
    assert_eq!(names(TaskFilter { source_type: Some("DATASET".into()), ..all() }).await.0, 0);
    let newest = TaskFilter { order: TaskOrder::CreateTime, limit: 10, ..TaskFilter::default() };
    assert_eq!(names(newest).await.0, 3);

    for _ in 0..2 {
        let body = serde_json::from_value(json!({})).unwrap();
        processing.create_version(&project(), &ids[2], body).await.unwrap();
    }
    assert_eq!(processing.describe_task(&project(), &ids[2]).await.unwrap().version_count, 2);
    let versions = async |ascending, page| {
        let order = VersionOrder::Name;
        let found = processing.list_versions(&project(), &ids[2], order, ascending, page).await.unwrap();
        (found.count, found.versions.into_iter().map(|version| version.version_name).collect::<Vec<_>>())
    };
    assert_eq!(versions(true, (0, 5)).await, (2, vec!["V001".into(), "V002".into()]));
    assert_eq!(versions(false, (1, 5)).await, (2, vec!["V001".into()]));
    processing.shutdown().await;
}
