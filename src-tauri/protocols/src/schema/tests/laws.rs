//! Nothing panics, nothing grows without end, and what comes out is what the target takes.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::schema::{
    for_output, from_openapi, qualifies_for_strict, rooted, to_openapi, to_parameters, without,
};

#[test]
fn schemas_that_hold_themselves_end() {
    let schema =
        json!({"type": "object", "properties": {"next": {"$ref": "#"}, "n": {"type": "integer"}}});
    let next = &to_openapi(&schema)["properties"]["next"];
    assert_eq!(next["properties"]["next"], json!({"type": "STRING"}));
    assert_eq!(next["properties"]["n"], json!({"type": "INTEGER"}));

    let looping = json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}});
    assert_eq!(rooted(Some(&looping)).schema["type"], "object");
    assert_eq!(to_parameters(Some(&looping)), None);
    assert!(for_output(&looping).is_none());
}

#[test]
fn references_do_not_blow_a_schema_up() {
    let mut definitions = Map::new();
    for level in 0..40 {
        let below = json!({"$ref": format!("#/$defs/l{}", level + 1)});
        definitions.insert(
            format!("l{level}"),
            json!({"type": "object", "properties": {"a": below, "b": below}, "allOf": [below, below],
                "anyOf": [below, below]}),
        );
    }
    definitions.insert("l40".into(), json!({"type": "string"}));
    let schema = json!({"$ref": "#/$defs/l0", "$defs": definitions});

    assert!(to_openapi(&schema).to_string().len() < 16 << 20);
    assert!(rooted(Some(&schema)).schema.to_string().len() < 16 << 20);
    assert!(without(&schema, &["$ref"]).to_string().len() < 16 << 20);
    for_output(&schema);
    qualifies_for_strict(&schema);
}

#[test]
fn choices_do_not_blow_a_schema_up() {
    let mut schema = json!({"type": "string"});
    for _ in 0..50 {
        let choices = json!([{"type": "array"}, {"type": "array", "minItems": 1}]);
        schema = json!({"anyOf": choices, "items": schema});
    }

    assert!(to_openapi(&schema).to_string().len() < 16 << 20);
}

#[test]
fn schemas_that_are_nested_too_deep_are_cut() {
    let mut deep = json!({"type": "string", "encrypted": 1});
    for _ in 0..1000 {
        deep = json!({"type": "array", "items": deep});
    }
    try_all(&deep);
    // A drop of so deep a value is a recursion, too; it is the deepest that JSON text gives many times over.
    assert!(
        !without(&deep, &["encrypted"])
            .to_string()
            .contains("encrypted")
    );
}

fn try_all(schema: &Value) {
    to_openapi(schema);
    to_parameters(Some(schema));
    from_openapi(schema);
    rooted(Some(schema));
    without(schema, &["type", "encrypted"]);
    without(schema, &["$ref"]);
    qualifies_for_strict(schema);
    for_output(schema);
}

/// Values that look like schemas, with right and wrong kinds of values under every keyword.
fn schemas() -> impl Strategy<Value = Value> {
    let keyword = prop::sample::select(vec![
        "type",
        "properties",
        "items",
        "anyOf",
        "oneOf",
        "allOf",
        "not",
        "enum",
        "const",
        "$ref",
        "$defs",
        "definitions",
        "required",
        "additionalProperties",
        "nullable",
        "format",
        "description",
        "minItems",
        "any_of",
        "prefixItems",
        "if",
        "a",
        "b",
        "default",
        "title",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(vec![
            "string",
            "object",
            "ARRAY",
            "null",
            "#",
            "#/$defs/a",
            "#/properties/a",
            "#/anyOf/0",
            "",
            "é",
            "a",
            "date-time",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 5, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => prop::collection::vec((keyword.clone(), inner), 0..5).prop_map(|members| members
                .into_iter()
                .map(|(keyword, value)| (keyword.to_owned(), value))
                .collect::<Map<_, _>>()
                .into()),
        ]
    })
}

/// Whether a schema is one that Gemini's older dialect takes.
fn is_openapi(schema: &Value) -> bool {
    let known = [
        "type",
        "format",
        "title",
        "description",
        "nullable",
        "enum",
        "items",
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "minProperties",
        "maxProperties",
        "minimum",
        "maximum",
        "pattern",
        "properties",
        "required",
        "anyOf",
        "default",
    ];
    let Some(object) = schema.as_object() else {
        return false;
    };
    let kind = object.get("type").and_then(Value::as_str);
    let has_shape = match kind {
        Some("OBJECT") => object["properties"].as_object().is_some_and(|properties| {
            !properties.is_empty() && properties.values().all(is_openapi)
        }),
        Some("ARRAY") => is_openapi(&object["items"]),
        Some("STRING" | "NUMBER" | "INTEGER" | "BOOLEAN") => true,
        Some(_) => false,
        None => object["anyOf"]
            .as_array()
            .is_some_and(|choices| !choices.is_empty() && choices.iter().all(is_openapi)),
    };
    has_shape
        && object
            .keys()
            .all(|keyword| known.contains(&keyword.as_str()))
}

proptest! {
    #[test]
    fn nothing_panics_and_everything_ends(schema in schemas()) {
        try_all(&schema);
    }

    #[test]
    fn whatever_comes_in_gemini_takes_what_comes_out(schema in schemas()) {
        let out = to_openapi(&schema);
        prop_assert!(is_openapi(&out), "{out}");
    }

    #[test]
    fn a_rooted_schema_is_an_object_without_choices(schema in schemas()) {
        let rooted = rooted(Some(&schema)).schema;
        prop_assert_eq!(&rooted["type"], "object");
        for keyword in ["anyOf", "oneOf", "allOf", "enum", "not", "$ref"] {
            prop_assert_eq!(rooted.get(keyword), None);
        }
    }
}
