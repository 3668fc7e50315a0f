//! Schemas without keywords that a provider refuses.

use serde_json::{Map, Value};

use super::{MOST_DEPTH, refs, walk};

/// The schema without these keywords, however deep; properties of the same name stay.
///
/// If references or the definitions they point to are unwanted, they are replaced by what they point to.
pub fn without<S: AsRef<str>>(schema: &Value, keywords: &[S]) -> Value {
    let is_refused = |keyword: &str| keywords.iter().any(|refused| refused.as_ref() == keyword);
    if ["$ref", "$defs", "definitions"].into_iter().any(is_refused) {
        strip(&refs::inlined(schema), &is_refused, 0)
    } else {
        strip(schema, &is_refused, 0)
    }
}

fn strip(schema: &Value, is_refused: &dyn Fn(&str) -> bool, depth: usize) -> Value {
    let Value::Object(object) = schema else {
        return schema.clone();
    };
    if depth > MOST_DEPTH {
        return Value::Object(Map::new());
    }
    object
        .iter()
        .filter(|(keyword, _)| !is_refused(keyword))
        .map(|(keyword, value)| {
            let value = walk::map_value(keyword, value, &mut |child| {
                strip(child, is_refused, depth + 1)
            });
            (keyword.clone(), value)
        })
        .collect::<Map<_, _>>()
        .into()
}
