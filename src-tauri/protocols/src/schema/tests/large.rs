//! Schemas with very many branches: joined one by one, each of these would take minutes.

use serde_json::{Map, Value, json};

use crate::schema::{rooted, to_openapi, to_parameters};

const BRANCHES: usize = 20_000;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("n{number}")).collect()
}

#[test]
fn all_that_very_many_branches_require_is_required() {
    let names = names(BRANCHES);
    let branches: Vec<Value> = names
        .iter()
        .map(|name| json!({"required": [name]}))
        .collect();
    let top = json!({"allOf": branches, "properties": {"n7": {"type": "string"}}});
    assert_eq!(rooted(Some(&top)).schema["required"], json!(names));
    assert_eq!(to_openapi(&top)["required"], json!(["n7"]));

    let inner: Vec<Value> = branches
        .iter()
        .map(|branch| json!({"properties": {"a": branch}}))
        .collect();
    let merged = rooted(Some(&json!({ "allOf": inner }))).schema;
    assert_eq!(merged["properties"]["a"]["required"], json!(names));
}

#[test]
fn a_property_may_be_what_very_many_branches_say() {
    let choices: Vec<Value> = (0..BRANCHES)
        .map(|number| json!({"const": number}))
        .collect();
    let branches: Vec<Value> = choices
        .iter()
        .chain(&choices)
        .map(|choice| json!({"properties": {"a": choice}, "required": ["a"]}))
        .collect();
    let merged = rooted(Some(&json!({ "anyOf": branches }))).schema;
    assert_eq!(merged["properties"]["a"]["anyOf"], json!(choices));
    assert_eq!(merged["required"], json!(["a"]));
}

#[test]
fn very_many_names_in_several_branches_are_joined() {
    let names = names(1500);
    let properties = |kind: &str| -> Map<String, Value> {
        let entries = names
            .iter()
            .map(|name| (name.clone(), json!({"type": kind})));
        entries.collect()
    };
    let branch = |number: usize| {
        let kind = if number == 0 { "string" } else { "integer" };
        json!({"properties": properties(kind), "required": names})
    };
    let branches: Vec<Value> = (0..20).map(branch).collect();
    let any = rooted(Some(&json!({ "anyOf": branches }))).schema;
    assert_eq!(any["required"], json!(names));
    assert_eq!(
        any["properties"]["n1499"],
        json!({"anyOf": [{"type": "string"}, {"type": "integer"}]})
    );
    let all = to_parameters(Some(&json!({ "allOf": branches }))).unwrap();
    assert_eq!(all["required"], json!(names));
    assert_eq!(all["properties"]["n0"], json!({"type": "STRING"}));
}

#[test]
fn each_of_very_many_values_is_listed_once() {
    let values = names(BRANCHES);
    let twice: Vec<&String> = values.iter().chain(&values).collect();
    let schema = to_openapi(&json!({"type": "string", "enum": twice}));
    assert_eq!(schema["enum"], json!(values));
}
