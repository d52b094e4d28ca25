//! Accounts, projects, users, access keys and tokens.

use crate::{MetaError, Row, Tx, args};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainRow {
    /// 32 hexadecimal characters.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// Whether its owner administers the installation.
    pub administers: bool,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectRow {
    /// 32 hexadecimal characters.
    pub id: String,
    /// Id of its account.
    pub domain_id: String,
    /// Its name, unique in the account.
    pub name: String,
}

/// A user.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRow {
    /// 32 hexadecimal characters.
    pub id: String,
    /// Id of its account.
    pub domain_id: String,
    /// Its name, unique in the account.
    pub name: String,
    /// The password's argon2 hash.
    pub password_hash: String,
    /// Whether it may do all in its account.
    pub owner: bool,
}

/// An access key.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKeyRow {
    /// The public half.
    pub id: String,
    /// Id of the user it belongs to.
    pub user_id: String,
    /// The encrypted secret half.
    pub sealed_secret: String,
    /// Whether it verifies requests.
    pub active: bool,
    /// Free text.
    pub description: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Temporary keys: SHA-256 of the security token, in hexadecimal.
    pub token_hash: Option<String>,
    /// Temporary keys: their end, in milliseconds since the epoch.
    pub expires_ms: Option<i64>,
}

/// A token.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// SHA-256 of the token, in hexadecimal.
    pub hash: String,
    /// Id of the user it was issued to.
    pub user_id: String,
    /// How the user proved itself, separated by commas.
    pub methods: String,
    /// `project`, `domain` or `unscoped`.
    pub scope: String,
    /// Set for the scope `project`.
    pub project_id: Option<String>,
    /// Milliseconds since the epoch.
    pub issued_ms: i64,
    /// Milliseconds since the epoch.
    pub expires_ms: i64,
}

/// All accounts.
pub async fn domains(tx: &mut dyn Tx) -> Result<Vec<DomainRow>, MetaError> {
    let of = |row: &Row| Ok(DomainRow { id: row.text(0)?, name: row.text(1)?, administers: row.bool(2)? });
    let rows = tx.query("SELECT id, name, administers FROM domains ORDER BY id", args![]).await?;
    rows.iter().map(of).collect()
}

/// All projects.
pub async fn projects(tx: &mut dyn Tx) -> Result<Vec<ProjectRow>, MetaError> {
    let of = |row: &Row| Ok(ProjectRow { id: row.text(0)?, domain_id: row.text(1)?, name: row.text(2)? });
    let rows = tx.query("SELECT id, domain_id, name FROM projects ORDER BY id", args![]).await?;
    rows.iter().map(of).collect()
}

/// All users.
pub async fn users(tx: &mut dyn Tx) -> Result<Vec<UserRow>, MetaError> {
    let of = |row: &Row| {
        let (id, domain_id, name) = (row.text(0)?, row.text(1)?, row.text(2)?);
        Ok(UserRow { id, domain_id, name, password_hash: row.text(3)?, owner: row.bool(4)? })
    };
    let sql = "SELECT id, domain_id, name, password_hash, owner FROM users ORDER BY id";
    tx.query(sql, args![]).await?.iter().map(of).collect()
}

/// Adds an account.
pub async fn insert_domain(tx: &mut dyn Tx, row: &DomainRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO domains (id, name, administers) VALUES ($1, $2, $3)";
    tx.execute(sql, args![&row.id, &row.name, row.administers]).await.map(drop)
}

/// Adds a project.
pub async fn insert_project(tx: &mut dyn Tx, row: &ProjectRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO projects (id, domain_id, name) VALUES ($1, $2, $3)";
    tx.execute(sql, args![&row.id, &row.domain_id, &row.name]).await.map(drop)
}

/// Adds a user.
pub async fn insert_user(tx: &mut dyn Tx, row: &UserRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO users (id, domain_id, name, password_hash, owner) VALUES ($1, $2, $3, $4, $5)";
    let args = args![&row.id, &row.domain_id, &row.name, &row.password_hash, row.owner];
    tx.execute(sql, args).await.map(drop)
}

/// All access keys.
pub async fn access_keys(tx: &mut dyn Tx) -> Result<Vec<AccessKeyRow>, MetaError> {
    let of = |row: &Row| {
        Ok(AccessKeyRow {
            id: row.text(0)?,
            user_id: row.text(1)?,
            sealed_secret: row.text(2)?,
            active: row.bool(3)?,
            description: row.text(4)?,
            created_ms: row.int(5)?,
            token_hash: row.text_or_null(6)?,
            expires_ms: row.int_or_null(7)?,
        })
    };
    let sql = "SELECT id, user_id, sealed_secret, active, description, created_ms, token_hash, expires_ms \
               FROM access_keys ORDER BY created_ms, id";
    tx.query(sql, args![]).await?.iter().map(of).collect()
}

/// How many keys the user has, temporary ones or the others.
pub async fn count_access_keys(tx: &mut dyn Tx, user_id: &str, temporary: bool) -> Result<u64, MetaError> {
    let sql = "SELECT COUNT(*) FROM access_keys WHERE user_id = $1 AND (expires_ms IS NOT NULL) = ($2 <> 0)";
    tx.query(sql, args![user_id, temporary]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Adds an access key; `false` if its id is taken.
pub async fn insert_access_key(tx: &mut dyn Tx, row: &AccessKeyRow) -> Result<bool, MetaError> {
    let sql = "INSERT INTO access_keys (id, user_id, sealed_secret, active, description, created_ms, \
               token_hash, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
    let args = args![
        &row.id,
        &row.user_id,
        &row.sealed_secret,
        row.active,
        &row.description,
        row.created_ms,
        row.token_hash.as_ref(),
        row.expires_ms,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Changes an access key; `false` if it is gone.
pub async fn update_access_key(
    tx: &mut dyn Tx,
    id: &str,
    active: bool,
    description: &str,
) -> Result<bool, MetaError> {
    let sql = "UPDATE access_keys SET active = $2, description = $3 WHERE id = $1";
    Ok(tx.execute(sql, args![id, active, description]).await? == 1)
}

/// Removes an access key; `false` if it is gone already.
pub async fn delete_access_key(tx: &mut dyn Tx, id: &str) -> Result<bool, MetaError> {
    Ok(tx.execute("DELETE FROM access_keys WHERE id = $1", args![id]).await? == 1)
}

/// Removes temporary keys and tokens that have ended.
pub async fn delete_expired(tx: &mut dyn Tx, now_ms: i64) -> Result<(), MetaError> {
    tx.execute("DELETE FROM access_keys WHERE expires_ms <= $1", args![now_ms]).await?;
    tx.execute("DELETE FROM tokens WHERE expires_ms <= $1", args![now_ms]).await.map(drop)
}

/// Adds a token.
pub async fn insert_token(tx: &mut dyn Tx, row: &TokenRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO tokens (hash, user_id, methods, scope, project_id, issued_ms, expires_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let project = row.project_id.as_ref();
    let args =
        args![&row.hash, &row.user_id, &row.methods, &row.scope, project, row.issued_ms, row.expires_ms];
    tx.execute(sql, args).await.map(drop)
}

/// All tokens, ended or not.
pub async fn tokens(tx: &mut dyn Tx) -> Result<Vec<TokenRow>, MetaError> {
    let of = |row: &Row| {
        Ok(TokenRow {
            hash: row.text(0)?,
            user_id: row.text(1)?,
            methods: row.text(2)?,
            scope: row.text(3)?,
            project_id: row.text_or_null(4)?,
            issued_ms: row.int(5)?,
            expires_ms: row.int(6)?,
        })
    };
    let sql = "SELECT hash, user_id, methods, scope, project_id, issued_ms, expires_ms FROM tokens";
    tx.query(sql, args![]).await?.iter().map(of).collect()
}

/// Removes a token; `false` if it is gone already.
pub async fn delete_token(tx: &mut dyn Tx, hash: &str) -> Result<bool, MetaError> {
    Ok(tx.execute("DELETE FROM tokens WHERE hash = $1", args![hash]).await? == 1)
}

/// Streams and buckets of an account.
pub async fn count_of_domain(tx: &mut dyn Tx, id: &str) -> Result<u64, MetaError> {
    let sql = "SELECT (SELECT COUNT(*) FROM streams WHERE project IN \
               (SELECT id FROM projects WHERE domain_id = $1)) + \
               (SELECT COUNT(*) FROM buckets WHERE domain = $1)";
    tx.query(sql, args![id]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Streams and buckets made in a project.
pub async fn count_of_project(tx: &mut dyn Tx, id: &str) -> Result<u64, MetaError> {
    let sql = "SELECT (SELECT COUNT(*) FROM streams WHERE project = $1) + \
               (SELECT COUNT(*) FROM buckets WHERE project = $1)";
    tx.query(sql, args![id]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Removes an account with its projects, their apps, its agencies, its users, their keys and tokens.
pub async fn delete_domain(tx: &mut dyn Tx, id: &str) -> Result<(), MetaError> {
    for sql in [
        "DELETE FROM apps WHERE project IN (SELECT id FROM projects WHERE domain_id = $1)",
        "DELETE FROM notifications WHERE subscription_id IN (SELECT id FROM subscriptions \
         WHERE project IN (SELECT id FROM projects WHERE domain_id = $1))",
        "DELETE FROM subscriptions WHERE project IN (SELECT id FROM projects WHERE domain_id = $1)",
        "DELETE FROM users WHERE domain_id = $1",
        "DELETE FROM projects WHERE domain_id = $1",
        "DELETE FROM domains WHERE id = $1",
    ] {
        tx.execute(sql, args![id]).await?;
    }
    Ok(())
}

/// Removes a project with its apps, its subscriptions and the tokens for it.
pub async fn delete_project(tx: &mut dyn Tx, id: &str) -> Result<(), MetaError> {
    for sql in [
        "DELETE FROM apps WHERE project = $1",
        "DELETE FROM notifications WHERE subscription_id IN (SELECT id FROM subscriptions WHERE project = $1)",
        "DELETE FROM subscriptions WHERE project = $1",
        "DELETE FROM projects WHERE id = $1",
    ] {
        tx.execute(sql, args![id]).await?;
    }
    Ok(())
}

/// Removes a user with its keys and tokens.
pub async fn delete_user(tx: &mut dyn Tx, id: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM users WHERE id = $1", args![id]).await.map(drop)
}
