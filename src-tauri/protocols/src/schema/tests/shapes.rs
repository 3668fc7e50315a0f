//! The shapes that arguments and answers have to have.

use serde_json::{Value, json};

use crate::schema::{for_output, qualifies_for_strict, rooted, without};

#[test]
fn p168_a_missing_schema_is_that_of_a_tool_without_arguments() {
    let empty = json!({"type": "object", "properties": {}});
    for none in [None, Some(json!(null)), Some(json!({})), Some(json!(true))] {
        assert_eq!(rooted(none.as_ref()).schema, empty, "{none:?}");
    }
    let untyped = rooted(Some(
        &json!({"properties": {"a": {}}, "type": ["object", "null"]}),
    ));
    assert_eq!(
        untyped.schema,
        json!({"properties": {"a": {}}, "type": "object"})
    );
}

#[test]
fn p169_choices_at_the_top_are_merged_into_one_object() {
    let schema = json!({"anyOf": [
        {"type": "object", "properties": {"id": {"type": "string"}, "q": {"type": "string"}}, "required": ["id", "q"]},
        {"type": "object", "properties": {"id": {"type": "integer"}, "n": {"type": "string"}}, "required": ["id"]},
    ], "not": {"required": ["n", "q"]}});
    let rooted = rooted(Some(&schema));
    assert_eq!(
        rooted.schema,
        json!({"type": "object", "required": ["id"], "properties": {
            "id": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "q": {"type": "string"}, "n": {"type": "string"}}})
    );
    assert_eq!(
        rooted.note.as_deref(),
        Some(
            "Give at least one of these: {id, q} or {id}. The arguments must not match: {\"required\":[\"n\",\"q\"]}."
        )
    );
}

#[test]
fn p169_what_must_hold_besides_and_references_at_the_top_are_taken_in() {
    let schema = json!({"$ref": "#/definitions/Args", "definitions": {
        "Args": {"allOf": [{"$ref": "#/definitions/Base"}, {"properties": {"b": {}}, "required": ["b"]}]},
        "Base": {"type": "object", "properties": {"a": {"$ref": "#/definitions/T"}}, "required": ["a"]},
        "T": {"type": "string"}}});
    let rooted = rooted(Some(&schema));
    assert_eq!(rooted.note, None);
    assert_eq!(rooted.schema["required"], json!(["a", "b"]));
    assert_eq!(
        rooted.schema["properties"],
        json!({"a": {"$ref": "#/definitions/T"}, "b": {}})
    );
    assert_eq!(rooted.schema["definitions"], schema["definitions"]);
    assert_eq!(rooted.schema.get("$ref"), None);
}

#[test]
fn a_plain_schema_of_arguments_stays_as_it_is() {
    let schema = json!({"$schema": "s", "type": "object", "properties": {"a": {"oneOf": [{}, {}]}}, "required": ["a"]});
    let rooted = rooted(Some(&schema));
    assert_eq!(
        rooted.schema.to_string(),
        schema.to_string(),
        "and in the same order"
    );
    assert_eq!(rooted.note, None);
}

#[test]
fn refused_keywords_go_at_any_depth_and_properties_of_that_name_stay() {
    let schema = json!({"type": "object", "encrypted": true, "properties": {
        "encrypted": {"type": "string", "encrypted": true, "default": {"encrypted": 1}},
        "l": {"items": [{"encrypted": 1}], "anyOf": [{"encrypted": 2}]}},
        "required": ["encrypted"], "$defs": {"encrypted": {"encrypted": 3}}});
    assert_eq!(
        without(&schema, &["encrypted"]),
        json!({"type": "object", "properties": {
            "encrypted": {"type": "string", "default": {"encrypted": 1}},
            "l": {"items": [{}], "anyOf": [{}]}},
            "required": ["encrypted"], "$defs": {"encrypted": {}}})
    );
}

#[test]
fn references_are_replaced_where_they_are_refused() {
    let schema = json!({"properties": {"a": {"$ref": "#/$defs/a~1b%20c"}}, "$defs": {"a/b c": {"type": "null"}}});
    assert_eq!(
        without(&schema, &["$defs".to_owned()]),
        json!({"properties": {"a": {"type": "null"}}})
    );
}

#[test]
fn p219_only_closed_schemas_that_require_everything_are_strict() {
    let strict = json!({"type": "object", "properties": {
        "a": {"type": ["string", "null"]},
        "b": {"type": "array", "items": {"$ref": "#/$defs/t"}}},
        "required": ["b", "a"], "additionalProperties": false,
        "$defs": {"t": {"type": "object", "properties": {"t": {"$ref": "#/$defs/t"}}, "required": ["t"],
            "additionalProperties": false}}});
    assert!(qualifies_for_strict(&strict));

    let changed = |pointer: &str, value: Value| {
        let mut changed = strict.clone();
        *changed.pointer_mut(pointer).expect("there is such a place") = value;
        changed
    };
    for free in [
        changed("/required", json!(["a"])),
        changed("/additionalProperties", json!(true)),
        changed("/additionalProperties", json!({})),
        changed("/properties/a", json!({})),
        changed("/properties/a", json!({"type": "string", "minLength": 1})),
        changed(
            "/properties/a",
            json!({"type": "string", "format": "uri-template"}),
        ),
        changed("/properties/a", json!({"$ref": "#/$defs/none"})),
        changed("/properties/a", json!({"oneOf": [{"type": "string"}]})),
        changed("/$defs/t/required", json!([])),
        json!({"type": "object"}),
        json!({"anyOf": [strict.clone()]}),
        json!(null),
    ] {
        assert!(!qualifies_for_strict(&free), "{free}");
    }
}

#[test]
fn p180_limits_of_answers_are_told_in_words_and_objects_are_closed() {
    let schema = json!({"$schema": "s", "type": "object", "additionalProperties": true, "properties": {
        "n": {"type": "integer", "minimum": 1, "maximum": 9, "description": "a count"},
        "s": {"type": "string", "minLength": 2, "pattern": "^x", "format": "email"},
        "l": {"type": "array", "items": {"type": "object", "properties": {"x": {"const": 1}}}, "minItems": 1, "maxItems": 3},
        "o": {"oneOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}},
        "required": ["n"], "$defs": {"A": {"type": "string", "format": "byte"}}});
    assert_eq!(
        for_output(&schema),
        Some(
            json!({"type": "object", "additionalProperties": false, "properties": {
            "n": {"type": "integer", "description": "a count (minimum: 1; maximum: 9)"},
            "s": {"type": "string", "format": "email", "description": "(minLength: 2; pattern: ^x)"},
            "l": {"type": "array", "minItems": 1, "description": "(maxItems: 3)",
                  "items": {"type": "object", "properties": {"x": {"const": 1}}, "additionalProperties": false}},
            "o": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}},
            "required": ["n"], "$defs": {"A": {"type": "string", "description": "(format: byte)"}}})
        )
    );
}

#[test]
fn p180_what_cannot_be_followed_has_to_be_told_in_words() {
    for schema in [
        json!({"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}}}}),
        json!({"type": "object", "properties": {"n": {"$ref": "#"}}}),
        json!({"$ref": "https://example.com/schema.json"}),
        json!({"type": "object", "properties": {"m": {"type": "object", "additionalProperties": {"type": "string"}}}}),
    ] {
        assert_eq!(for_output(&schema), None, "{schema}");
    }
}
