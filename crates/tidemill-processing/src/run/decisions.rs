//! What an operator on all samples found out about each, as numbers for tables; in words when a sample is written.

use crate::engine::{Decided, Verdict};
use crate::operator::{Reason, SetKind};
use serde_json::{Map, Value, json};
use tidemill_embedding::{DedupVerdict, PccVerdict, SelectionVerdict};

/// What was decided about one sample.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) kept: bool,
    pub(super) reason: Reason,
    pub(super) compared_with: Option<String>,
    pub(super) scores: Map<String, Value>,
}

/// Of SimDeduplication.
pub(super) fn of_duplicate(verdict: &DedupVerdict) -> Verdict {
    let DedupVerdict { kept, compared_with, similarity, identical, label_conflict, borderline } = *verdict;
    let other = compared_with.map(i64::from);
    Verdict { kept, other, similarity, identical, label_conflict, borderline, ..Verdict::default() }
}

/// Of RRD.
pub(super) fn of_selected(verdict: &SelectionVerdict) -> Verdict {
    let SelectionVerdict { kept, cluster, compared_with, similarity } = *verdict;
    let (other, cluster) = (compared_with.map(i64::from), i64::from(cluster));
    Verdict { kept, other, similarity, cluster, ..Verdict::default() }
}

/// Of PCC.
pub(super) fn of_cleansed(verdict: &PccVerdict) -> Verdict {
    let PccVerdict { kept, similarity, foreign, distance, prototype, borderline } = *verdict;
    let other = Some(i64::from(prototype));
    Verdict { kept, other, similarity, distance, foreign, borderline, ..Verdict::default() }
}

/// The same in words.
pub(super) fn decision(kind: &SetKind, Decided { verdict, compared_with }: Decided) -> Decision {
    match kind {
        SetKind::Deduplicate(_) => duplicate(&verdict, compared_with),
        SetKind::Select(_) => selected(&verdict, compared_with),
        SetKind::Cleanse { .. } => cleansed(&verdict, compared_with),
    }
}

fn scores(pairs: Value) -> Map<String, Value> {
    match pairs {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn duplicate(verdict: &Verdict, compared_with: Option<String>) -> Decision {
    let other = compared_with.clone().unwrap_or_default();
    let similarity = verdict.similarity;
    let reason = match (verdict.kept, &compared_with) {
        (true, None) => Reason::new("unique", "no kept image was compared with it", "没有可比较的保留图片"),
        (true, Some(_)) => Reason::new(
            "unique",
            format!(
                "its similarity to the nearest kept image {other} is {similarity:.4}, not above the threshold"
            ),
            format!("与最相似的保留图片{other}的相似度为{similarity:.4}，未超过阈值"),
        ),
        (false, _) if verdict.identical => Reason::new(
            "identical",
            format!("all its pixels are those of {other}"),
            format!("与{other}的像素完全相同"),
        ),
        (false, _) => Reason::new(
            "duplicate",
            format!("its similarity to the kept image {other} is {similarity:.4}, above the threshold"),
            format!("与保留图片{other}的相似度为{similarity:.4}，超过阈值"),
        ),
    };
    let scores = scores(json!({
        "similarity": similarity, "label_conflict": verdict.label_conflict, "borderline": verdict.borderline,
    }));
    Decision { kept: verdict.kept, reason, compared_with, scores }
}

fn selected(verdict: &Verdict, compared_with: Option<String>) -> Decision {
    let (cluster, similarity) = (verdict.cluster, verdict.similarity);
    let reason = match (verdict.kept, &compared_with) {
        (true, _) => Reason::new(
            "selected",
            format!("it is one of the most different images of group {cluster}"),
            format!("它是第{cluster}组中差异最大的图片之一"),
        ),
        (false, Some(other)) => Reason::new(
            "redundant",
            format!(
                "group {cluster} has enough without it; the kept image {other} has the similarity {similarity:.4}"
            ),
            format!("第{cluster}组已足够；保留图片{other}与其相似度为{similarity:.4}"),
        ),
        (false, None) => Reason::new("redundant", "nothing is to be kept", "按比例不保留任何图片"),
    };
    let scores = scores(json!({"cluster": cluster, "similarity": similarity}));
    Decision { kept: verdict.kept, reason, compared_with, scores }
}

fn cleansed(verdict: &Verdict, compared_with: Option<String>) -> Decision {
    let (similarity, distance) = (verdict.similarity, verdict.distance);
    let foreign = verdict.foreign.map(|foreign| format!("{foreign:.4}")).unwrap_or_else(|| "-".to_owned());
    let numbers = format!("{similarity:.4}, {distance:.4}, {foreign}");
    let reason = match verdict.kept {
        true => Reason::new(
            "like_prototypes",
            format!(
                "it resembles the prototypes (similarity, distance, similarity to the criticism: {numbers})"
            ),
            format!("与正样本相似（相似度、距离、与负样本相似度：{numbers}）"),
        ),
        false => Reason::new(
            "unlike_prototypes",
            format!(
                "it does not resemble the prototypes, or resembles the criticism more (similarity, distance, similarity to the criticism: {numbers})"
            ),
            format!("与正样本不相似，或与负样本更相似（相似度、距离、与负样本相似度：{numbers}）"),
        ),
    };
    let scores = scores(json!({
        "similarity": similarity, "embedding_distance": distance, "criticism_similarity": verdict.foreign,
        "borderline": verdict.borderline,
    }));
    Decision { kept: verdict.kept, reason, compared_with, scores }
}
