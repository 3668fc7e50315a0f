//! Between JSON Schema and Gemini's older dialect.

use serde_json::{Map, json};

use crate::schema::{from_openapi, to_openapi, to_parameters};

#[test]
fn p247_keywords_that_gemini_does_not_know_are_replaced_or_told_in_words() {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#", "$id": "x", "type": "object",
        "additionalProperties": false, "unevaluatedProperties": false,
        "properties": {
            "a": {"$ref": "#/$defs/A", "description": "an A"},
            "b": {"const": "x"},
            "c": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "d": {"allOf": [{"type": "object", "properties": {"x": {"type": "string"}}},
                            {"properties": {"y": {"type": "number"}}, "required": ["y"]}]},
            "e": {"type": "integer", "exclusiveMinimum": 0, "multipleOf": 5},
            "f": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
            "g": {"type": "string", "contentEncoding": "base64", "encrypted": true, "deprecated": true,
                  "readOnly": true, "examples": ["q"]},
            "h": {"type": "object", "properties": {"k": {"type": "string"}}, "patternProperties": {"^x": {}},
                  "propertyNames": {"pattern": "x"}},
            "i": {"not": {"type": "null"}, "type": "string"},
            "j": {"if": {}, "then": {}, "else": {}, "type": "string"},
        },
        "required": ["a"],
        "$defs": {"A": {"type": "string", "minLength": 1}},
    });
    assert_eq!(
        to_openapi(&schema),
        json!({
            "type": "OBJECT",
            "properties": {
                "a": {"type": "STRING", "description": "an A", "minLength": 1},
                "b": {"type": "STRING", "enum": ["x"]},
                "c": {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}]},
                "d": {"type": "OBJECT", "properties": {"x": {"type": "STRING"}, "y": {"type": "NUMBER"}},
                      "required": ["y"]},
                "e": {"type": "INTEGER", "description": "(exclusiveMinimum: 0; multipleOf: 5)"},
                "f": {"type": "ARRAY", "description": "(uniqueItems: true)", "items": {"type": "STRING"}},
                "g": {"type": "STRING", "description": "(contentEncoding: base64)"},
                "h": {"type": "OBJECT", "properties": {"k": {"type": "STRING"}},
                      "description": "(patternProperties: {\"^x\":{}}; propertyNames: {\"pattern\":\"x\"})"},
                "i": {"type": "STRING", "description": "(not: {\"type\":\"null\"})"},
                "j": {"type": "STRING", "description": "(if: {}; then: {}; else: {})"},
            },
            "required": ["a"],
        })
    );
}

#[test]
fn p248_lists_of_types_become_nullable_or_a_choice() {
    assert_eq!(
        to_openapi(&json!({"type": ["string", "null"], "description": "d"})),
        json!({"type": "STRING", "description": "d", "nullable": true})
    );
    assert_eq!(
        to_openapi(
            &json!({"type": ["string", "array"], "minLength": 1, "description": "d",
            "items": {"type": "string"}})
        ),
        json!({"description": "d", "anyOf": [
            {"type": "STRING", "minLength": 1}, {"type": "ARRAY", "items": {"type": "STRING"}}]})
    );
    assert_eq!(
        to_openapi(
            &json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": null})
        ),
        json!({"type": "INTEGER", "nullable": true, "minimum": 1})
    );
}

#[test]
fn p249_a_tool_without_arguments_has_no_schema_and_nested_objects_have_a_property() {
    for none in [
        None,
        Some(json!(null)),
        Some(json!({})),
        Some(json!({"type": "object", "properties": {}})),
    ] {
        assert_eq!(to_parameters(none.as_ref()), None, "{none:?}");
    }
    let nested = to_openapi(
        &json!({"type": "object", "properties": {"m": {"type": "object",
        "additionalProperties": {"type": "string"}}}}),
    );
    let member = &nested["properties"]["m"];
    assert_eq!(member["type"], "OBJECT");
    assert_eq!(member["properties"].as_object().map(Map::len), Some(1));
    assert_eq!(member.get("required"), None);
}

#[test]
fn p250_every_list_says_what_it_holds() {
    for list in [
        json!({"type": "array"}),
        json!({"type": "array", "items": true}),
        json!({"type": "array", "items": {}}),
    ] {
        assert_eq!(
            to_openapi(&list),
            json!({"type": "ARRAY", "items": {"type": "STRING"}})
        );
    }
    assert_eq!(
        to_openapi(
            &json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]})
        ),
        json!({"type": "ARRAY", "items": {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]}})
    );
}

#[test]
fn p251_only_properties_that_there_are_are_required() {
    assert_eq!(
        to_openapi(&json!({"type": "string", "properties": {}, "required": ["zz"]})),
        json!({"type": "STRING"})
    );
    assert_eq!(
        to_openapi(
            &json!({"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["zz", "a"]})
        ),
        json!({"type": "OBJECT", "properties": {"a": {"type": "BOOLEAN"}}, "required": ["a"]})
    );
}

#[test]
fn p252_enums_hold_strings_only() {
    assert_eq!(
        to_openapi(&json!({"enum": ["a", "", 1, true, null]})),
        json!({"type": "STRING", "nullable": true, "enum": ["a", "1", "true"]})
    );
    assert_eq!(
        to_openapi(&json!({"type": "integer", "enum": [1, 2]})),
        json!({"type": "INTEGER", "description": "(one of: 1, 2)"})
    );
    assert_eq!(
        to_openapi(&json!({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]})),
        json!({"type": "STRING", "enum": ["a", "b"]})
    );
}

#[test]
fn p253_formats_that_a_type_does_not_have_are_told_in_words() {
    assert_eq!(
        to_openapi(&json!({"type": "string", "format": "uri", "description": "where"})),
        json!({"type": "STRING", "description": "where (format: uri)"})
    );
    assert_eq!(
        to_openapi(&json!({"type": "string", "format": "date-time"})),
        json!({"type": "STRING", "format": "date-time"})
    );
    assert_eq!(
        to_openapi(&json!({"type": "string", "format": "int32"})),
        json!({"type": "STRING", "description": "(format: int32)"})
    );
}

#[test]
fn p144_openapi_types_and_counts_become_json_schema() {
    let schema = json!({"type": "OBJECT", "propertyOrdering": ["a", "type"], "properties": {
        "a": {"type": "STRING", "nullable": true, "minLength": "1", "maxLength": 9},
        "type": {"type": "STRING", "enum": ["x"], "nullable": true, "format": "enum"},
        "nullable": {"type": "INTEGER", "format": "int32", "minimum": "0", "example": 3},
        "c": {"any_of": [{"type": "NUMBER", "format": "double"}, {"type": "BOOLEAN"}], "nullable": true},
        "d": {"type": "ARRAY", "items": {"type": "TYPE_UNSPECIFIED"}, "min_items": "2"},
    }, "required": ["a"]});
    assert_eq!(
        from_openapi(&schema),
        json!({"type": "object", "properties": {
            "a": {"type": ["string", "null"], "minLength": 1, "maxLength": 9},
            "type": {"type": ["string", "null"], "enum": ["x", null]},
            "nullable": {"type": "integer", "minimum": 0, "examples": [3]},
            "c": {"anyOf": [{"type": "number"}, {"type": "boolean"}, {"type": "null"}]},
            "d": {"type": "array", "items": {}, "minItems": 2},
        }, "required": ["a"]})
    );
}
