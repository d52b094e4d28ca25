//! The canonical header lines in the ways clients write them.

use super::error::AuthError;
use crate::encoding::header_value;
use crate::request_head::RequestHead;

/// The candidates, likeliest first, without repetitions. A listed header that is absent is an error.
pub(crate) fn candidates<'a>(
    head: &RequestHead<'_>,
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<Vec<u8>>, AuthError> {
    let absent = AuthError::Malformed("SignedHeaders lists a header that the request does not have");
    let headers: Option<Vec<(&str, Vec<u8>)>> =
        names.map(|name| head.joined(name).map(|value| (name, value))).collect();
    let headers = headers.ok_or(absent)?;
    let mut all: Vec<Vec<u8>> = Vec::new();
    for (collapse, bare_host) in [(false, false), (false, true), (true, false), (true, true)] {
        let block = lines(&headers, collapse, bare_host);
        if !all.contains(&block) {
            all.push(block);
        }
    }
    Ok(all)
}

fn lines(headers: &[(&str, Vec<u8>)], collapse: bool, bare_host: bool) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in headers {
        let value = if bare_host && *name == "host" { without_port(value) } else { value };
        block.extend_from_slice(name.as_bytes());
        block.push(b':');
        block.extend_from_slice(&header_value(value, collapse));
        block.push(b'\n');
    }
    block
}

/// The host's name alone: one client signs it so, while its HTTP layer sends the port too.
fn without_port(host: &[u8]) -> &[u8] {
    match host.iter().rposition(|b| *b == b':') {
        Some(colon) if !host[colon + 1..].is_empty() && host[colon + 1..].iter().all(u8::is_ascii_digit) => {
            &host[..colon]
        }
        _ => host,
    }
}
