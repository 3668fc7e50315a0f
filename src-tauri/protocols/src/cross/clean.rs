//! A body of the target's own protocol, without what only others can read.

use bytes::Bytes;
use serde_json::Value;

use super::fit;
use super::parse::parsed;
use super::patch;
use crate::Protocol;
use crate::carrier::Carrier;
use crate::codec::{self, Target, Unsayable};
use crate::json;
use crate::loss::{How, Losses, Weight};

/// A body of the target's own protocol without what only other providers can read, without what the target refuses
/// and with what it wants to be set; nothing if it may go as it is.
pub fn cleaned(
    protocol: Protocol,
    body: &[u8],
    target: &Target<'_>,
) -> Result<Option<(Bytes, Losses)>, Unsayable> {
    let has_carriers = Carrier::is_in(body);
    if !has_carriers && !is_concerned(body, target) {
        return Ok(None);
    }
    let mut losses = Losses::default();
    let mut value = parsed(body)?;
    if has_carriers {
        value = uncarried(protocol, value, target, &mut losses)?;
    }
    let is_patched = patch::apply(&mut value, target.quirks, &mut losses);
    let is_changed = has_carriers || is_patched;
    Ok(is_changed.then(|| (Bytes::from(value.to_string()), losses)))
}

/// Whether a quirk of the target is about one of the body's fields.
fn is_concerned(body: &[u8], target: &Target<'_>) -> bool {
    let quirks = target.quirks;
    if quirks.refuses.is_empty() && quirks.sets.is_empty() {
        return false;
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let keys: Vec<&[u8]> = json::members(body, 0).map(|member| member.key).collect();
    patch::concerns(&keys, quirks)
}

/// The body with each carrier unwrapped if it is for this provider, and its thoughts left out if not.
fn uncarried(
    protocol: Protocol,
    body: Value,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Value, Unsayable> {
    let model = body.get("model").cloned();
    let mut request = codec::read_request(protocol, body)?;
    let is_changed = fit::clean(&mut request, target, losses);
    if is_changed {
        losses.add(
            "thinking",
            How::Dropped,
            Weight::Notable,
            "another provider's",
        );
    }
    let mut body = codec::write_request(&request, target, losses)?;
    // The model's name is put in by whoever sends the body.
    if let (Some(fields), Some(model)) = (body.as_object_mut(), model) {
        fields.insert("model".to_owned(), model);
    }
    Ok(body)
}
