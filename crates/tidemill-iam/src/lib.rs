//! Identities, tokens, request signatures and permissions.
