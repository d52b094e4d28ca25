//! The label file of a sample.

use super::Reason;
use crate::voc::{Document, ImageSize, repair as repair_document};

/// Reads the label file, if there is one and it can be read.
pub(super) fn read(bytes: Option<&[u8]>, reasons: &mut Vec<Reason>) -> Option<Document> {
    match Document::parse(bytes?) {
        Ok(document) => Some(document),
        Err(error) => {
            reasons.push(Reason::LabelsUnparsable(error));
            None
        }
    }
}

/// Repairs labels made for an image of size `from` that is now `to`; those of no use are taken away. Whether anything
/// changed.
pub(super) fn repair(
    document: &mut Option<Document>,
    from: ImageSize,
    to: ImageSize,
    reasons: &mut Vec<Reason>,
) -> bool {
    let Some(labels) = document else { return false };
    let found = repair_document(labels, from, to);
    let changed = found.dropped.is_some() || !found.findings.is_empty();
    reasons.extend(found.findings.into_iter().map(Reason::Label));
    if let Some(code) = found.dropped {
        reasons.push(Reason::LabelsDropped(code));
        *document = None;
    }
    changed
}
