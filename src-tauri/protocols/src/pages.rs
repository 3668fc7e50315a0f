//! The pages of the gateway's own web searches, on their way through a client that brings them back.
//!
//! Anthropic's clients keep what a search found in blocks whose text only Anthropic can read. Where the gateway
//! searched, the text is ours: wrapped so that it is told apart, and read by everybody in the next turn.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::carrier::MARK;

/// What ids of searches begin with that the gateway made itself.
pub(crate) const ID: &str = "srvtoolu_kw1";

/// What a wrapped text begins with once it is unwrapped; carriers begin otherwise.
const BEGIN: &str = "page:";

/// The text of a page as clients keep it.
pub(crate) fn wrapped(text: &str) -> String {
    format!("{MARK}{}", URL_SAFE_NO_PAD.encode(format!("{BEGIN}{text}")))
}

/// The text of a page that was wrapped here; nothing if it is something else.
pub(crate) fn unwrapped(text: &str) -> Option<String> {
    let body = text.strip_prefix(MARK)?.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.strip_prefix(BEGIN)?.to_owned())
}

/// Whether a block tells of a search that the gateway made.
pub(crate) fn is_ours(block: &Value) -> bool {
    let key = match block.get("type").and_then(Value::as_str) {
        Some("server_tool_use") => "id",
        Some("web_search_tool_result") => "tool_use_id",
        Some(_) | None => return false,
    };
    let id = block.get(key).and_then(Value::as_str);
    id.is_some_and(|id| id.starts_with(ID))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_ours, unwrapped, wrapped};
    use crate::carrier::{Carrier, Opaque};

    #[test]
    fn a_page_is_read_back_and_is_no_carrier() {
        let text = wrapped("Grüße\n– a page");
        assert_eq!(unwrapped(&text).as_deref(), Some("Grüße\n– a page"));
        assert_eq!(Carrier::unwrapped(&text), None);
        assert!(Carrier::is_in(
            json!({"encrypted_content": text}).to_string().as_bytes()
        ));
    }

    #[test]
    fn what_others_wrapped_is_no_page() {
        let carrier = Carrier::genuine(Opaque::Signature("s".into())).wrapped();
        for text in ["", "EqgfCioIARgBIiQ3", "kw1_", "kw1_!!", carrier.as_str()] {
            assert_eq!(unwrapped(text), None, "{text}");
        }
    }

    #[test]
    fn our_blocks_are_known_by_their_ids() {
        assert!(is_ours(
            &json!({"type": "server_tool_use", "id": "srvtoolu_kw1a"})
        ));
        assert!(is_ours(
            &json!({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_kw1a"})
        ));
        for other in [
            json!({"type": "server_tool_use", "id": "srvtoolu_01A"}),
            json!({"type": "tool_use", "id": "srvtoolu_kw1a"}),
            json!("x"),
        ] {
            assert!(!is_ours(&other), "{other}");
        }
    }
}
