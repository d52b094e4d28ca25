//! What an operator on all samples decided, a few numbers for each of them; words are found when a sample is written.

use super::decide::Decision;
use crate::operator::Reason;
use serde_json::{Map, Value, json};
use tidemill_embedding::{DedupVerdict, PccVerdict, SelectionVerdict};

/// The samples of a set: their numbers, rising, and where they came from.
#[derive(Debug, Default)]
pub(super) struct Rows {
    numbers: Vec<i64>,
    /// All origins behind each other, and where each ends.
    origins: String,
    ends: Vec<usize>,
}

impl Rows {
    /// Adds a sample; `None` if it does not follow the one before.
    pub(super) fn push(&mut self, number: i64, origin: &str) -> Option<()> {
        if self.numbers.last().is_some_and(|last| *last >= number) {
            return None;
        }
        self.numbers.push(number);
        self.origins.push_str(origin);
        self.ends.push(self.origins.len());
        Some(())
    }

    fn origin(&self, index: Option<u32>) -> Option<String> {
        let index = index? as usize;
        let begin = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.origins.get(begin..*self.ends.get(index)?).map(str::to_owned)
    }
}

/// Verdicts in the order of the samples.
#[derive(Debug)]
pub(super) enum Verdicts {
    /// Of SimDeduplication.
    Duplicates(Vec<DedupVerdict>),
    /// Of RRD.
    Selected(Vec<SelectionVerdict>),
    /// Of PCC, with the paths of the prototypes.
    Cleansed(Vec<PccVerdict>, Vec<String>),
}

/// All decisions.
#[derive(Debug)]
pub(crate) struct Decisions {
    rows: Rows,
    verdicts: Verdicts,
    /// What made the vectors that were compared.
    made: Value,
}

impl Decisions {
    pub(super) fn new(rows: Rows, verdicts: Verdicts, made: Value) -> Self {
        Self { rows, verdicts, made }
    }

    /// The decision about the record of this number.
    pub(super) fn of(&self, number: i64) -> Option<Decision> {
        let index = self.rows.numbers.binary_search(&number).ok()?;
        let mut decision = match &self.verdicts {
            Verdicts::Duplicates(found) => duplicate(found.get(index)?, &self.rows),
            Verdicts::Selected(found) => selected(found.get(index)?, &self.rows),
            Verdicts::Cleansed(found, prototypes) => cleansed(found.get(index)?, prototypes),
        };
        decision.scores.insert("embedding".to_owned(), self.made.clone());
        Some(decision)
    }
}

fn scores(pairs: Value) -> Map<String, Value> {
    match pairs {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn duplicate(verdict: &DedupVerdict, rows: &Rows) -> Decision {
    let compared_with = rows.origin(verdict.compared_with);
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

fn selected(verdict: &SelectionVerdict, rows: &Rows) -> Decision {
    let compared_with = rows.origin(verdict.compared_with);
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

fn cleansed(verdict: &PccVerdict, prototypes: &[String]) -> Decision {
    let compared_with = prototypes.get(verdict.prototype as usize).cloned();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_their_numbers_and_out_of_order_they_are_refused() {
        let mut rows = Rows::default();
        assert_eq!([(2, "b/x"), (5, ""), (9, "b/yy")].map(|(n, origin)| rows.push(n, origin)), [Some(()); 3]);
        assert_eq!(rows.push(9, "again"), None);
        let origins = [0, 1, 2, 3].map(|index| rows.origin(Some(index)));
        assert_eq!(origins, [Some("b/x".into()), Some(String::new()), Some("b/yy".into()), None]);
    }
}
