//! `tidemill dump create`

use crate::client::{Connection, NewTask};
use crate::output::Output;
use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;

/// Create a dump task that writes the records of a stream into a bucket.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The stream.
    stream: String,
    /// Name of the dump task: 1 to 64 letters, digits, - and _.
    task: String,
    /// The bucket to write into.
    #[arg(long)]
    bucket: String,
    /// Create the bucket if it is not there.
    #[arg(long)]
    create_bucket: bool,
    /// Directory in the bucket: letters, digits, _ and /.
    #[arg(long, default_value = "", hide_default_value = true)]
    prefix: String,
    /// Seconds between two files of a partition, 30 to 900.
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    interval: u32,
    /// What files are made. Parquet needs a stream that was created with --schema.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// What follows each record in files of text.
    #[arg(long, value_enum, default_value_t = Delimiter::Newline)]
    delimiter: Delimiter,
    /// Where to begin.
    #[arg(long, value_enum, default_value_t = Start::Latest)]
    from: Start,
    /// Directories by time: yyyy, yyyy/MM, yyyy/MM/dd, yyyy/MM/dd/HH or yyyy/MM/dd/HH/mm.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "FORMAT")]
    time_directories: String,
    /// The agency the service writes through, one of `tidemill agency list`.
    #[arg(long, default_value = "dis_admin_agency", value_name = "NAME")]
    agency: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Delimiter {
    Newline,
    Comma,
    Semicolon,
    Pipe,
    None,
}

impl Delimiter {
    fn text(self) -> &'static str {
        match self {
            Self::Newline => "\n",
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::Pipe => "|",
            Self::None => "",
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Records one after the other.
    Text,
    /// Rows with a column for each member of the schema.
    Parquet,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Start {
    /// With the records put from now on.
    Latest,
    /// With the oldest record kept.
    TrimHorizon,
}

impl Create {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        if self.create_bucket {
            connection.objects().create_bucket(&self.bucket)?;
        }
        let task = NewTask {
            name: &self.task,
            bucket: &self.bucket,
            prefix: &self.prefix,
            interval_s: self.interval,
            delimiter: self.delimiter.text(),
            start: match self.from {
                Start::Latest => "LATEST",
                Start::TrimHorizon => "TRIM_HORIZON",
            },
            partition_format: &self.time_directories,
            agency: &self.agency,
            file_type: match self.format {
                Format::Text => "text",
                Format::Parquet => "parquet",
            },
        };
        connection.create_task(&self.stream, &task)?;
        let text =
            format!("created dump task {} from stream {} into {}", self.task, self.stream, self.bucket);
        output.done(&json!({ "created": self.task, "stream": self.stream }), &text)
    }
}
