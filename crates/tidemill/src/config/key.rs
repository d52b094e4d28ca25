//! Every setting, once: its name, its default and what it does. Flags, environment, file, the reference
//! page and `config check` are all made from this table.

/// Who reads a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// `tidemill serve`.
    Server,
    /// The commands that talk to a server.
    Client,
    /// Both.
    Both,
}

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name in `tidemill.toml`; the flag is `--name`, the variable `TIDEMILL_NAME`.
    pub(crate) name: &'static str,
    /// What kind of value it takes, as `--help` shows it.
    pub(crate) value: &'static str,
    /// The value without any layer; `None` if absence means something of its own, told in `doc`.
    pub(crate) default: Option<&'static str>,
    /// One or two sentences for people.
    pub(crate) doc: &'static str,
    /// Never printed, never a flag: command lines are visible to every user of a machine.
    pub(crate) secret: bool,
    /// Who reads it.
    pub(crate) scope: Scope,
}

impl Key {
    /// The environment variable.
    pub(crate) fn env(&self) -> String {
        format!("TIDEMILL_{}", self.name.replace(['-', '.'], "_").to_ascii_uppercase())
    }

    /// Whether a flag without a value means `true`.
    pub(crate) fn is_switch(&self) -> bool {
        self.value == "BOOL"
    }

    /// Whether `scope` reads it.
    pub(crate) fn is_read_by(&self, scope: Scope) -> bool {
        self.scope == scope || self.scope == Scope::Both
    }
}

const fn key(
    name: &'static str,
    value: &'static str,
    default: Option<&'static str>,
    scope: Scope,
    doc: &'static str,
) -> Key {
    Key { name, value, default, doc, secret: false, scope }
}

const fn secret(name: &'static str, scope: Scope, doc: &'static str) -> Key {
    Key { name, value: "TEXT", default: None, doc, secret: true, scope }
}

use Scope::{Both, Client, Server};

/// Groups of settings in the order of the reference page.
pub(crate) const GROUPS: &[(&str, &[Key])] = &[
    ("Where it keeps and offers things", PLACES),
    ("TLS", TLS),
    ("The first identity", IDENTITY),
    ("Limits", LIMITS),
    ("Logs and tests", LOGS),
    ("Commands that talk to a server", CLIENT),
];

const PLACES: &[Key] = &[
    key(
        "data-dir",
        "DIR",
        Some("tidemill-data"),
        Both,
        "Directory of everything the server keeps; made with mode 0700. One process at a time. Client commands find a running server and generated credentials in it.",
    ),
    key(
        "listen",
        "ADDR",
        Some("127.0.0.1:7070"),
        Server,
        "Address of the API. Port 0 picks a free one and prints it.",
    ),
    key(
        "objects-listen",
        "ADDR",
        Some("127.0.0.1:7071"),
        Server,
        "Address of the object endpoint (OBS and S3). Port 0 picks a free one and prints it.",
    ),
    key(
        "public-url",
        "URL",
        None,
        Server,
        "The API's URL as clients see it, for the catalog. Without it: the Host header of the request, else the address listened on.",
    ),
    key(
        "public-objects-url",
        "URL",
        None,
        Server,
        "The object endpoint's URL as clients see it, for the catalog and signed URLs. Without it: the address listened on.",
    ),
    key(
        "embedding.model",
        "DIR",
        None,
        Server,
        "Directory of the model that processing tasks compare images with; `tidemill model install` makes it. Without it: models/default in data-dir if there is one, else histograms of gradients, which find near-duplicates only and cannot cleanse.",
    ),
];

const TLS: &[Key] = &[
    key(
        "tls-cert",
        "FILE",
        None,
        Server,
        "PEM file with the certificate chain of both listeners. Needs tls-key.",
    ),
    key("tls-key", "FILE", None, Server, "PEM file with the certificate's private key. Needs tls-cert."),
    key(
        "allow-plaintext",
        "BOOL",
        Some("false"),
        Server,
        "Allows an address that other machines reach without TLS, for example behind a proxy that ends TLS.",
    ),
];

const IDENTITY: &[Key] = &[
    key(
        "access-key-id",
        "TEXT",
        None,
        Both,
        "Access key of the first user, and the one client commands sign with. Without it the server generates one at its first start.",
    ),
    secret("secret-access-key", Both, "Secret of that access key. Generated with it."),
    key(
        "project-id",
        "HEX",
        None,
        Both,
        "Id of the project: 32 hexadecimal characters. Generated at the first start without it.",
    ),
    key("domain", "TEXT", Some("local"), Server, "Name of the first user's domain (account)."),
    key("user", "TEXT", Some("admin"), Server, "Name of the first user."),
    secret(
        "password",
        Server,
        "Password of the first user, for tokens. Generated at the first start without it.",
    ),
    key("region", "TEXT", Some("local-1"), Both, "Region in the catalog; also the project's name."),
];

const LIMITS: &[Key] = &[
    key(
        "log-ring-size",
        "SIZE",
        Some("512MiB"),
        Server,
        "Size of the record log's journal ring on disk, at least 32MiB. Fixed when the data directory is made.",
    ),
    key(
        "delivery-hold",
        "DURATION",
        Some("72h"),
        Server,
        "How long beyond their retention records are kept that a running dump task has not delivered.",
    ),
    key(
        "delivery-hold-size",
        "SIZE",
        Some("10GiB"),
        Server,
        "How many bytes are kept for that over all streams. Past it the oldest go, and the task's ledger gets a gap.",
    ),
    key(
        "disk-full-below",
        "SIZE",
        Some("512MiB"),
        Server,
        "Puts are refused while the file system of data-dir has less free space; everything else goes on.",
    ),
    key(
        "common-partitions-max",
        "COUNT",
        Some("50"),
        Server,
        "Active partitions the COMMON streams of a project may have together.",
    ),
    key(
        "advanced-partitions-max",
        "COUNT",
        Some("10"),
        Server,
        "Active partitions the ADVANCED streams of a project may have together.",
    ),
    key(
        "limits.throughput",
        "BOOL",
        Some("true"),
        Server,
        "Whether a partition takes and gives no more a second than its stream's type promises. COMMON: 1 MiB and 1000 records in, 2 MiB out; ADVANCED: 5 MiB and 2000 records in, 10 MiB out.",
    ),
    key(
        "limits.retention-hours",
        "COUNT",
        Some("72"),
        Server,
        "Longest retention a stream may be made with, in hours: 24 to 87600.",
    ),
    key(
        "limits.retention-hours-updated",
        "COUNT",
        Some("168"),
        Server,
        "Longest retention a stream may be changed to, in hours: 24 to 87600.",
    ),
    key(
        "limits.scale-ups-per-hour",
        "COUNT",
        Some("10"),
        Server,
        "How often in an hour a request may give a stream more partitions; more often is answered DIS.4200.",
    ),
    key(
        "limits.auto-scale-ups-per-hour",
        "COUNT",
        Some("10"),
        Server,
        "How often in an hour the load may give a stream more partitions.",
    ),
    key(
        "limits.scale-downs-per-hour",
        "COUNT",
        Some("1"),
        Server,
        "How often in an hour a stream may get fewer partitions, by request or by the load.",
    ),
    key(
        "limits.stream-requests",
        "COUNT",
        Some("1000"),
        Server,
        "Requests about streams, their dump tasks, metrics and tags that a project may send in a second; more are answered DIS.4305. Records, cursors and checkpoints do not count.",
    ),
    key(
        "limits.failed-authentications",
        "COUNT",
        Some("1000"),
        Server,
        "Failed authentications of one address at the stream API in five minutes. Then it is answered DIS.4309 until they are over. Loopback addresses are never blocked; a proxy elsewhere counts as one address.",
    ),
    key(
        "limits.publish-interval",
        "DURATION",
        Some("60s"),
        Server,
        "Least time between two versions of a dataset that are published by request; sooner is answered ModelArts.4370. 0s is no limit.",
    ),
    key(
        "request-bytes-max",
        "SIZE",
        Some("192MiB"),
        Server,
        "Request bodies of the stream API held in memory at once. Further requests wait in their sockets, at most 30s.",
    ),
    key(
        "drain-window",
        "DURATION",
        Some("4s"),
        Server,
        "How long a stop waits for requests under way, and stopping or deleting a dump task for a flush under way.",
    ),
    key(
        "processing.threads",
        "COUNT",
        None,
        Server,
        "Pictures that processing tasks work on at once. Without it: as many as there are processors.",
    ),
    key(
        "processing.memory-bytes",
        "SIZE",
        Some("1GiB"),
        Server,
        "Memory for the pictures of processing tasks that are worked on, together. One that takes more alone is dropped as too_large.",
    ),
];

const LOGS: &[Key] = &[
    key(
        "log-level",
        "LEVEL",
        Some("info"),
        Server,
        "error, warn, info, debug or trace; also per module, for example info,tidemill_dump=debug.",
    ),
    key("log-format", "FORMAT", Some("text"), Server, "text or json. Logs go to stderr."),
    key(
        "test-control",
        "SOCKET",
        None,
        Server,
        "Unix socket (mode 0600) through which tests move the server's clock. Never for production.",
    ),
];

const CLIENT: &[Key] = &[
    key(
        "endpoint",
        "URL",
        None,
        Client,
        "URL of the API. Without it: the server running on data-dir, else http://127.0.0.1:7070.",
    ),
    key(
        "objects-endpoint",
        "URL",
        None,
        Client,
        "URL of the object endpoint. Without it: the server running on data-dir, else http://127.0.0.1:7071.",
    ),
    key(
        "ca-cert",
        "FILE",
        None,
        Client,
        "PEM file with the authorities to trust for https URLs, instead of the public ones.",
    ),
];

/// All settings.
pub(crate) fn all() -> impl Iterator<Item = &'static Key> {
    GROUPS.iter().flat_map(|(_, keys)| keys.iter())
}

/// The setting called `name`.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    all().find(|key| key.name == name)
}

/// Whether a setting's name begins with `table` and a dot.
pub(crate) fn has_prefix(table: &str) -> bool {
    all().any(|key| key.name.split_once('.').is_some_and(|(before, _)| before == table))
}

/// The setting whose name is most like `name`, if one is.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let name = name.replace('_', "-").to_ascii_lowercase();
    all()
        .map(|key| (strsim::jaro_winkler(key.name, &name), key.name))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
