//! The one spelling of names: Google takes `system_instruction` for `systemInstruction`, at any depth.

use serde_json::{Map, Value};

/// Members whose names are the client's own.
const OPAQUE: [&str; 9] = [
    "args",
    "response",
    "parameters",
    "parametersJsonSchema",
    "responseSchema",
    "responseJsonSchema",
    "labels",
    "partMetadata",
    "headers",
];

/// Spells all names of a body in camel case, but for those that are not the protocol's.
pub(super) fn spell(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(spell),
        Value::Object(object) => {
            if object.keys().any(|name| is_snake(name)) {
                rename(object);
            }
            for (name, member) in object.iter_mut() {
                if !OPAQUE.contains(&name.as_str()) {
                    spell(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_snake(name: &str) -> bool {
    name.trim_start_matches('_').contains('_')
}

fn rename(object: &mut Map<String, Value>) {
    *object = std::mem::take(object)
        .into_iter()
        .map(|(name, member)| (camel(&name), member))
        .collect();
}

fn camel(name: &str) -> String {
    let word = name.trim_start_matches('_');
    let mut out = name[..name.len() - word.len()].to_owned();
    let mut is_start = false;
    for char in word.chars() {
        if char == '_' {
            is_start = true;
        } else if std::mem::take(&mut is_start) {
            out.push(char.to_ascii_uppercase());
        } else {
            out.push(char);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::spell;

    #[test]
    fn names_of_the_protocol_are_spelled_and_others_left() {
        let mut body = json!({"generation_config": {"thinking_config": {"thinking_budget": 1}, "_x": 2},
            "contents": [{"parts": [{"function_call": {"name": "a_b", "args": {"file_path": 1}}}]}],
            "tools": {"function_declarations": [{"parameters_json_schema": {"my_name": {"in_it": 1}}}]}});
        spell(&mut body);
        assert_eq!(
            body,
            json!({"generationConfig": {"thinkingConfig": {"thinkingBudget": 1}, "_x": 2},
            "contents": [{"parts": [{"functionCall": {"name": "a_b", "args": {"file_path": 1}}}]}],
            "tools": {"functionDeclarations": [{"parametersJsonSchema": {"my_name": {"in_it": 1}}}]}})
        );
    }
}
