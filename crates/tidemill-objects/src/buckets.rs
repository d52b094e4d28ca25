//! Buckets.

use crate::{BucketStore, Objects, ObjectsError};
use tidemill_meta::object::{self as rows, BucketRow};
use tidemill_model::BucketName;

/// Who may read a bucket's objects without signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketAcl {
    /// Nobody.
    Private,
    /// Everybody: get objects and list them.
    PublicRead,
}

impl BucketAcl {
    /// `private` or `public-read`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::PublicRead => "public-read",
        }
    }

    /// Reads `private` or `public-read`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Private, Self::PublicRead].into_iter().find(|acl| acl.as_str() == text)
    }
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name, unique on the endpoint.
    pub name: String,
    /// Id of the domain that owns it.
    pub domain: String,
    /// Id of the project it was created in.
    pub project: String,
    /// Who may read it without signing.
    pub acl: BucketAcl,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
}

impl From<BucketRow> for Bucket {
    fn from(row: BucketRow) -> Self {
        // An unknown word, from a later version, must not open a bucket to everybody.
        let acl = BucketAcl::parse(&row.acl).unwrap_or(BucketAcl::Private);
        Self { name: row.name, domain: row.domain, project: row.project, acl, created_ms: row.created_ms }
    }
}

impl Objects {
    /// Creates a bucket.
    ///
    /// # Errors
    /// [`ObjectsError::BucketExists`] with the owner's domain if the name is taken.
    pub async fn create_bucket(
        &self,
        name: &BucketName,
        domain: &str,
        project: &str,
        acl: BucketAcl,
    ) -> Result<(), ObjectsError> {
        let row = BucketRow {
            name: name.as_str().to_owned(),
            domain: domain.to_owned(),
            project: project.to_owned(),
            acl: acl.as_str().to_owned(),
            created_ms: self.0.clock.now_ms(),
        };
        self.change(move |tx| {
            let row = row.clone();
            Box::pin(async move {
                if rows::insert_bucket(tx, &row).await? {
                    return Ok(((), 0));
                }
                let there = rows::bucket(tx, &row.name).await?;
                Err(ObjectsError::BucketExists { owner: there.map(|b| b.domain).unwrap_or_default() })
            })
        })
        .await
    }

    /// The store of a bucket that only the server itself uses, made if it is not there. Its name begins with a
    /// dot, so that no client can make or name it, and it belongs to no account.
    ///
    /// # Errors
    /// [`ObjectsError::Meta`].
    pub async fn hidden_bucket(&self, name: &'static str) -> Result<BucketStore, ObjectsError> {
        let row = BucketRow {
            name: name.to_owned(),
            domain: String::new(),
            project: String::new(),
            acl: BucketAcl::Private.as_str().to_owned(),
            created_ms: self.0.clock.now_ms(),
        };
        self.change(move |tx| {
            let row = row.clone();
            Box::pin(async move {
                rows::insert_bucket(tx, &row).await?;
                Ok(((), 0))
            })
        })
        .await?;
        self.bucket(name).await
    }

    /// A bucket's facts.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`].
    pub async fn bucket_info(&self, name: &str) -> Result<Bucket, ObjectsError> {
        let name = name.to_owned();
        let row = self.0.meta.read::<_, ObjectsError, _>(move |tx| {
            let name = name.clone();
            Box::pin(async move { Ok(rows::bucket(tx, &name).await?) })
        });
        row.await?.map(Bucket::from).ok_or(ObjectsError::NoSuchBucket)
    }

    /// All buckets of a domain by name.
    ///
    /// # Errors
    /// [`ObjectsError::Meta`].
    pub async fn buckets(&self, domain: &str) -> Result<Vec<Bucket>, ObjectsError> {
        let domain = domain.to_owned();
        let found = self.0.meta.read::<_, ObjectsError, _>(move |tx| {
            let domain = domain.clone();
            Box::pin(async move { Ok(rows::buckets_of(tx, &domain).await?) })
        });
        Ok(found.await?.into_iter().map(Bucket::from).collect())
    }

    /// Changes who may read a bucket without signing.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`].
    pub async fn set_bucket_acl(&self, name: &str, acl: BucketAcl) -> Result<(), ObjectsError> {
        let name = name.to_owned();
        self.change(move |tx| {
            let name = name.clone();
            Box::pin(async move {
                let found = rows::set_bucket_acl(tx, &name, acl.as_str()).await?;
                if found { Ok(((), 0)) } else { Err(ObjectsError::NoSuchBucket) }
            })
        })
        .await
    }

    /// Deletes a bucket that holds nothing.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`], [`ObjectsError::BucketNotEmpty`].
    pub async fn delete_bucket(&self, name: &str) -> Result<(), ObjectsError> {
        let name = name.to_owned();
        self.change(move |tx| {
            let name = name.clone();
            Box::pin(async move {
                if rows::bucket_in_use(tx, &name).await? {
                    return Err(ObjectsError::BucketNotEmpty);
                }
                let found = rows::delete_bucket(tx, &name).await?;
                if found { Ok(((), 0)) } else { Err(ObjectsError::NoSuchBucket) }
            })
        })
        .await
    }
}
