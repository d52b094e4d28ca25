//! Searching among samples: a tree of conditions becomes one statement with parameters.

use super::SampleRow;
use super::sample::{sample_columns, sample_of};
use super::sample_set::in_set;
use crate::{MetaError, Tx, Value, args};

/// How conditions are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// All hold.
    And,
    /// At least one holds.
    Or,
}

/// What a sample has to fulfil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Several conditions; no condition at all holds when joined by `And`, and not when joined by `Or`.
    Several(Join, Vec<Condition>),
    /// Its state is one of these codes.
    Status(Vec<i64>),
    /// It is of this type.
    SampleType(i64),
    /// It has an annotation that fulfils all that is given.
    Annotated {
        /// Name of the label.
        name: Option<String>,
        /// Type of the label.
        label_type: Option<i64>,
        /// Whether somebody stands for it.
        confirmed: Option<bool>,
        /// Least and largest score in millionths; annotations without a score count as sure.
        score: Option<(i64, i64)>,
        /// Attributes with the values that each may have; no values: it only has to be there.
        properties: Vec<(String, Vec<String>)>,
        /// How the attributes are joined.
        join: Join,
    },
    /// This one made an annotation of it.
    Annotator(String),
    /// Whether it is a hard example.
    Hard(bool),
    /// Least and largest coefficient in millionths.
    Coefficient(i64, i64),
    /// Its name is this.
    Name(String),
    /// It is in the directory `bucket/key/`, not below it.
    Directory(String),
    /// It was added at or after the first and before the second time, in ms since the epoch.
    Added(i64, i64),
    /// Where it came from, as a code of the API.
    ImportOrigin(i64),
    /// A property of its metadata has one of these values; no values: it only has to be there.
    Metadata(String, Vec<String>),
}

/// In which order samples are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Last added first.
    Newest,
    /// First added first.
    Oldest,
}

/// A page of the samples of a dataset that fulfil a condition.
#[derive(Clone, Debug)]
pub struct SampleQuery {
    /// The dataset.
    pub dataset: String,
    /// What they fulfil.
    pub condition: Condition,
    /// Their order.
    pub order: Order,
    /// How many are left out at the start.
    pub offset: u64,
    /// How many are wanted.
    pub limit: u64,
}

/// `$first, $first+1, …`, `count` of them.
pub(super) fn placeholders(first: usize, count: usize) -> String {
    let all: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    all.join(", ")
}

/// How many samples of a dataset fulfil a condition.
pub async fn count_samples(tx: &mut dyn Tx, dataset: &str, condition: &Condition) -> Result<u64, MetaError> {
    let mut statement = Statement::new("SELECT COUNT(*)", dataset);
    statement.add(condition);
    let rows = statement.run(tx).await?;
    rows.first().map_or(Ok(0), |row| row.uint(0))
}

/// The page of samples that a query asks for.
pub async fn search_samples(tx: &mut dyn Tx, query: &SampleQuery) -> Result<Vec<SampleRow>, MetaError> {
    let mut statement = Statement::new(concat!("SELECT ", sample_columns!()), &query.dataset);
    statement.add(&query.condition);
    statement.sql.push_str(match query.order {
        Order::Newest => " ORDER BY created_ms DESC, sample_id DESC LIMIT ",
        Order::Oldest => " ORDER BY created_ms, sample_id LIMIT ",
    });
    statement.bind(query.limit);
    statement.sql.push_str(" OFFSET ");
    statement.bind(query.offset);
    statement.run(tx).await?.iter().map(sample_of).collect()
}

/// Up to `limit` samples that fulfil a condition, behind `after`, by place: location, line, id.
pub async fn walk_samples(
    tx: &mut dyn Tx,
    dataset: &str,
    condition: &Condition,
    after: &(String, u64, String),
    limit: u32,
) -> Result<Vec<SampleRow>, MetaError> {
    let mut statement = Statement::new(concat!("SELECT ", sample_columns!()), dataset);
    statement.add(condition);
    statement.sql.push_str(" AND (location, line, sample_id) > (");
    statement.bind(after.0.as_str());
    statement.sql.push_str(", ");
    statement.bind(after.1);
    statement.sql.push_str(", ");
    statement.bind(after.2.as_str());
    statement.sql.push_str(") ORDER BY location, line, sample_id LIMIT ");
    statement.bind(limit);
    statement.run(tx).await?.iter().map(sample_of).collect()
}

/// A statement about samples of one dataset, whose id is `$1`.
struct Statement {
    sql: String,
    args: Vec<Value>,
}

impl Statement {
    fn new(select: &str, dataset: &str) -> Self {
        let sql = format!(concat!("{} FROM dataset_samples WHERE ", in_set!()), select);
        Self { sql, args: args![dataset] }
    }

    async fn run(self, tx: &mut dyn Tx) -> Result<Vec<crate::Row>, MetaError> {
        tx.query_built(self.sql, self.args).await
    }

    /// Writes a value as a parameter.
    fn bind(&mut self, value: impl Into<Value>) {
        self.args.push(value.into());
        self.sql.push_str(&format!("${}", self.args.len()));
    }

    fn bind_list(&mut self, values: impl IntoIterator<Item = impl Into<Value>>) {
        self.sql.push('(');
        for (n, value) in values.into_iter().enumerate() {
            self.sql.push_str(if n == 0 { "" } else { ", " });
            self.bind(value);
        }
        self.sql.push(')');
    }

    fn add(&mut self, condition: &Condition) {
        self.sql.push_str(" AND ");
        self.write(condition);
    }

    fn joined<T>(&mut self, join: Join, parts: &[T], write: impl Fn(&mut Self, &T)) {
        let (word, nothing) = match join {
            Join::And => (" AND ", "1 = 1"),
            Join::Or => (" OR ", "1 = 0"),
        };
        self.sql.push('(');
        for (n, part) in parts.iter().enumerate() {
            self.sql.push_str(if n == 0 { "" } else { word });
            write(self, part);
        }
        self.sql.push_str(if parts.is_empty() { nothing } else { "" });
        self.sql.push(')');
    }

    fn write(&mut self, condition: &Condition) {
        match condition {
            Condition::Several(join, parts) => self.joined(*join, parts, Self::write),
            Condition::Status(codes) => {
                self.sql.push_str("status IN ");
                self.bind_list(codes.iter().copied());
            }
            Condition::SampleType(code) => self.equals("sample_type", *code),
            Condition::Annotated { .. } => self.annotated(condition),
            Condition::Annotator(who) => {
                self.annotations();
                self.sql.push_str(" AND annotated_by = ");
                self.bind(who.as_str());
                self.sql.push(')');
            }
            Condition::Hard(true) => self.equals("hard", true),
            Condition::Hard(false) => self.sql.push_str("COALESCE(hard, 0) = 0"),
            Condition::Coefficient(low, high) => self.between("coefficient", *low, *high),
            Condition::Name(name) => self.equals("name", name.as_str()),
            Condition::Directory(directory) => self.directory(directory),
            Condition::Added(from, until) => self.between("created_ms", *from, until.saturating_sub(1)),
            Condition::ImportOrigin(code) => self.equals("import_origin", *code),
            Condition::Metadata(key, values) => self.member("metadata", key, values),
        }
    }

    fn equals(&mut self, column: &str, value: impl Into<Value>) {
        self.sql.push_str(column);
        self.sql.push_str(" = ");
        self.bind(value);
    }

    fn between(&mut self, column: &str, low: i64, high: i64) {
        self.sql.push_str(column);
        self.sql.push_str(" BETWEEN ");
        self.bind(low);
        self.sql.push_str(" AND ");
        self.bind(high);
    }

    /// Everything below a directory is one range of places; what has a further slash is deeper.
    fn directory(&mut self, directory: &str) {
        self.sql.push_str("location >= ");
        self.bind(directory);
        // `0` follows `/`.
        self.sql.push_str(" AND location < ");
        self.bind(format!("{}0", directory.trim_end_matches('/')));
        self.sql.push_str(" AND instr(substr(location, ");
        self.bind(directory.chars().count() as u64 + 1);
        self.sql.push_str("), '/') = 0");
    }

    /// The sample has an annotation of which more follows.
    fn annotations(&mut self) {
        let sql = concat!("sample_id IN (SELECT sample_id FROM dataset_sample_labels WHERE ", in_set!());
        self.sql.push_str(sql);
    }

    fn annotated(&mut self, condition: &Condition) {
        let Condition::Annotated { name, label_type, confirmed, score, properties, join } = condition else {
            return;
        };
        self.annotations();
        if let Some(name) = name {
            self.sql.push_str(" AND ");
            self.equals("name", name.as_str());
        }
        if let Some(code) = label_type {
            self.sql.push_str(" AND ");
            self.equals("label_type", *code);
        }
        if let Some(confirmed) = confirmed {
            self.sql.push_str(" AND ");
            self.equals("confirmed", *confirmed);
        }
        if let Some((low, high)) = score {
            self.sql.push_str(" AND ");
            self.between("COALESCE(score, 1000000)", *low, *high);
        }
        if !properties.is_empty() {
            self.sql.push_str(" AND ");
            self.joined(*join, properties, |s, (key, values)| s.member("property", key, values));
        }
        self.sql.push(')');
    }

    /// A member of a JSON object is there, or has one of some values.
    fn member(&mut self, column: &str, key: &str, values: &[String]) {
        if key.contains(['"', '\\']) {
            return self.sql.push_str("1 = 0"); // No member can be asked for by such a name.
        }
        self.sql.push_str(&format!("CAST({column} ->> "));
        self.bind(format!("$.\"{key}\""));
        if values.is_empty() {
            return self.sql.push_str(" AS TEXT) IS NOT NULL");
        }
        self.sql.push_str(" AS TEXT) IN ");
        self.bind_list(values.iter().map(|value| match value.as_str() {
            "true" => "1",
            "false" => "0",
            other => other,
        }));
    }
}
