//! The server's settings as values.

use super::layers::Layers;
use super::value;
use crate::failure::usage;
use anyhow::Result;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tidemill_model::ProjectId;
use tidemill_model::limits::RETENTION_HOURS_MIN;

/// What `tidemill serve` runs with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) objects_listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) public_objects_url: Option<String>,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) embedding_model: EmbeddingModel,
    pub(crate) identity: IdentitySettings,
    pub(crate) limits: LimitSettings,
    pub(crate) log_level: String,
    pub(crate) log_format: LogFormat,
    pub(crate) test_control: Option<PathBuf>,
}

/// Bounds of one deployment.
#[derive(Clone, Debug)]
pub(crate) struct LimitSettings {
    pub(crate) log_ring_bytes: u64,
    pub(crate) delivery_hold: Duration,
    pub(crate) delivery_hold_bytes: u64,
    pub(crate) disk_full_below: u64,
    pub(crate) common_partitions_max: u32,
    pub(crate) advanced_partitions_max: u32,
    pub(crate) throughput: bool,
    pub(crate) retention_hours_max: u32,
    pub(crate) retention_hours_updated_max: u32,
    pub(crate) scale_ups_per_hour: u32,
    pub(crate) auto_scale_ups_per_hour: u32,
    pub(crate) scale_downs_per_hour: u32,
    pub(crate) stream_requests: u32,
    pub(crate) failed_authentications: u32,
    pub(crate) publish_interval: Duration,
    pub(crate) request_bytes_max: u32,
    pub(crate) drain_window: Duration,
    pub(crate) processing_threads: Option<u32>,
    pub(crate) processing_memory_bytes: u64,
}

/// Where the embedding model is.
#[derive(Clone, Debug)]
pub(crate) struct EmbeddingModel {
    pub(crate) directory: PathBuf,
    /// Whether someone asked for this directory; else it need not be there.
    pub(crate) required: bool,
}

/// PEM files of both listeners.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// The first identity as far as it was given; the rest is generated at the first start.
#[derive(Clone)]
pub(crate) struct IdentitySettings {
    /// Access key and its secret: always together.
    pub(crate) key: Option<(String, String)>,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) password: Option<String>,
    pub(crate) domain: String,
    pub(crate) user: String,
    pub(crate) region: String,
}

impl std::fmt::Debug for IdentitySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdentitySettings({}@{}, {})", self.user, self.domain, self.region)
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Settings {
    /// Reads all server settings; the first wrong one is the error.
    pub(crate) fn read(layers: &Layers) -> Result<Self> {
        let settings = Self {
            data_dir: layers.required("data-dir", path)?,
            listen: layers.required("listen", value::address)?,
            objects_listen: layers.required("objects-listen", value::address)?,
            public_url: layers.get("public-url", value::url)?,
            public_objects_url: layers.get("public-objects-url", value::url)?,
            tls: tls(layers)?,
            embedding_model: EmbeddingModel {
                directory: model_directory(layers)?,
                required: layers.text("embedding.model").is_some(),
            },
            identity: identity(layers)?,
            limits: limits(layers)?,
            log_level: layers.required("log-level", level)?,
            log_format: layers.required("log-format", format)?,
            test_control: layers.get("test-control", path)?,
        };
        settings.refuse_open_plaintext(layers.required("allow-plaintext", value::boolean)?)?;
        Ok(settings)
    }

    fn refuse_open_plaintext(&self, allowed: bool) -> Result<()> {
        let open = [self.listen, self.objects_listen].into_iter().find(|a| !a.ip().is_loopback());
        match open {
            Some(address) if self.tls.is_none() && !allowed => Err(usage(format!(
                "{address} is reachable from other machines and there is no TLS: \
                 give --tls-cert and --tls-key, or --allow-plaintext"
            ))),
            _ => Ok(()),
        }
    }
}

fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.into()) }
}

/// Where the server looks for its embedding model.
pub(crate) fn model_directory(layers: &Layers) -> Result<PathBuf> {
    let data_dir = layers.required("data-dir", path)?;
    Ok(layers.get("embedding.model", path)?.unwrap_or_else(|| data_dir.join("models/default")))
}

fn text(text: &str) -> Result<String, String> {
    let ok = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if ok {
        Ok(text.to_owned())
    } else {
        Err("must be 1 to 64 printable characters without blanks".to_owned())
    }
}

fn level(text: &str) -> Result<String, String> {
    let general = text.split(',').next().unwrap_or_default();
    let ok = ["error", "warn", "info", "debug", "trace"].contains(&general)
        && text.parse::<tracing_subscriber::EnvFilter>().is_ok();
    if ok { Ok(text.to_owned()) } else { Err("must be error, warn, info, debug or trace".to_owned()) }
}

fn format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".to_owned()),
    }
}

fn tls(layers: &Layers) -> Result<Option<TlsFiles>> {
    match (layers.get("tls-cert", path)?, layers.get("tls-key", path)?) {
        (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert, key })),
        (None, None) => Ok(None),
        _ => Err(usage("tls-cert and tls-key need each other: only one of them is set".to_owned())),
    }
}

/// The smallest ring that takes the largest request, settling included.
const RING_BYTES_MIN: u64 = 32 << 20;

fn limits(layers: &Layers) -> Result<LimitSettings> {
    Ok(LimitSettings {
        log_ring_bytes: layers.required("log-ring-size", |text| at_least(RING_BYTES_MIN, "32MiB", text))?,
        delivery_hold: layers.required("delivery-hold", value::duration)?,
        delivery_hold_bytes: layers.required("delivery-hold-size", value::size)?,
        disk_full_below: layers.required("disk-full-below", value::size)?,
        common_partitions_max: layers.required("common-partitions-max", value::count)?,
        advanced_partitions_max: layers.required("advanced-partitions-max", value::count)?,
        throughput: layers.required("limits.throughput", value::boolean)?,
        retention_hours_max: layers.required("limits.retention-hours", retention_hours)?,
        retention_hours_updated_max: layers.required("limits.retention-hours-updated", retention_hours)?,
        scale_ups_per_hour: layers.required("limits.scale-ups-per-hour", value::count)?,
        auto_scale_ups_per_hour: layers.required("limits.auto-scale-ups-per-hour", value::count)?,
        scale_downs_per_hour: layers.required("limits.scale-downs-per-hour", value::count)?,
        stream_requests: layers.required("limits.stream-requests", value::count)?,
        failed_authentications: layers.required("limits.failed-authentications", value::count)?,
        publish_interval: layers.required("limits.publish-interval", value::duration)?,
        request_bytes_max: layers.required("request-bytes-max", request_bytes)?,
        drain_window: layers.required("drain-window", value::duration)?,
        processing_threads: layers.get("processing.threads", value::count)?,
        processing_memory_bytes: layers.required("processing.memory-bytes", value::size)?,
    })
}

fn at_least(least: u64, shown: &str, text: &str) -> Result<u64, String> {
    value::size(text).and_then(|n| if n < least { Err(format!("must be at least {shown}")) } else { Ok(n) })
}

/// From what every stream may ask for to ten years.
fn retention_hours(text: &str) -> Result<u32, String> {
    let allowed = RETENTION_HOURS_MIN..=87_600;
    let hours = value::count(text).ok().filter(|hours| allowed.contains(&i64::from(*hours)));
    hours.ok_or_else(|| format!("must be a number of hours from {} to {}", allowed.start(), allowed.end()))
}

/// Room for one of the largest requests at least; below 4 GiB.
fn request_bytes(text: &str) -> Result<u32, String> {
    let bytes = at_least(16 << 20, "16MiB", text)?;
    u32::try_from(bytes).map_err(|_| "must be below 4GiB".to_owned())
}

fn identity(layers: &Layers) -> Result<IdentitySettings> {
    let key = match (layers.get("access-key-id", text)?, layers.get("secret-access-key", text)?) {
        (Some(access), Some(secret)) => Some((access, secret)),
        (None, None) => None,
        _ => {
            return Err(usage(
                "access-key-id and secret-access-key need each other: only one is set".to_owned(),
            ));
        }
    };
    let project =
        |text: &str| ProjectId::parse(text).ok_or_else(|| "must be 32 hexadecimal characters".to_owned());
    Ok(IdentitySettings {
        key,
        project_id: layers.get("project-id", project)?,
        password: layers.get("password", |text| Ok(text.to_owned()))?,
        domain: layers.required("domain", text)?,
        user: layers.required("user", text)?,
        region: layers.required("region", text)?,
    })
}
