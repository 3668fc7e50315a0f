//! Fields that one provider refuses or wants, whatever the protocol's book says.

use serde_json::{Map, Value};

use crate::loss::{Losses, Weight};
use crate::quirks::Quirks;

/// Takes out what the target refuses and adds what it wants; says whether anything changed.
pub(super) fn apply(body: &mut Value, quirks: &Quirks, losses: &mut Losses) -> bool {
    let mut changed = false;
    for path in &quirks.refuses {
        if remove(body, path) {
            losses.dropped(path.as_str(), Weight::Harmless);
            changed = true;
        }
    }
    if let Value::Object(fields) = body {
        for (key, value) in &quirks.sets {
            if !fields.contains_key(key) {
                fields.insert(key.clone(), value.clone());
                changed = true;
            }
        }
    }
    changed
}

/// Whether a body may hold a field that the target refuses, by its first name.
pub(super) fn concerns(keys: &[&[u8]], quirks: &Quirks) -> bool {
    let has = |key: &str| keys.contains(&key.as_bytes());
    let refused = |path: &String| path.split('.').next().is_some_and(has);
    quirks.refuses.iter().any(refused) || quirks.sets.keys().any(|key| !has(key))
}

/// Takes out the field at a path (`a.b`), and objects that are empty without it.
fn remove(body: &mut Value, path: &str) -> bool {
    let Value::Object(fields) = body else {
        return false;
    };
    let Some((first, rest)) = path.split_once('.') else {
        return fields.shift_remove(path).is_some();
    };
    let Some(inner) = fields.get_mut(first) else {
        return false;
    };
    let is_removed = remove(inner, rest);
    if is_removed && inner.as_object().is_some_and(Map::is_empty) {
        fields.shift_remove(first);
    }
    is_removed
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::{apply, concerns};
    use crate::loss::Losses;
    use crate::quirks::Quirks;

    fn quirks() -> Quirks {
        let sets = json!({"tool_stream": true});
        Quirks {
            refuses: vec![
                "store".into(),
                "output_config.effort".into(),
                "no.such".into(),
            ],
            sets: sets.as_object().cloned().unwrap_or(Map::new()),
            ..Quirks::default()
        }
    }

    #[test]
    fn p073_p208_what_a_provider_refuses_is_left_out_and_what_it_wants_is_set() {
        let mut body = json!({"store": true, "output_config": {"effort": "high"}, "x": 1});
        let mut losses = Losses::default();

        assert!(apply(&mut body, &quirks(), &mut losses));

        assert_eq!(body, json!({"x": 1, "tool_stream": true}));
        assert_eq!(
            losses.header().as_deref(),
            Some("dropped store, dropped output_config.effort")
        );
    }

    #[test]
    fn what_the_request_says_itself_is_not_overwritten() {
        let mut body = json!({"tool_stream": false});
        assert!(!apply(&mut body, &quirks(), &mut Losses::default()));
        assert_eq!(body, json!({"tool_stream": false}));
    }

    #[test]
    fn bodies_that_are_not_concerned_are_told_by_their_keys() {
        let quirks = quirks();
        assert!(concerns(&[b"store", b"tool_stream"], &quirks));
        assert!(concerns(&[b"x"], &quirks));
        assert!(!concerns(&[b"x", b"tool_stream"], &quirks));
    }
}
