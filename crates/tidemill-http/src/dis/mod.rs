//! The stream API (DIS): one file a resource.
