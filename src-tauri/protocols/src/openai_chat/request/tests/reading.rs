//! What is understood of a request.

use serde_json::{Value, json};

use super::super::read_request;
use super::read;
use crate::carrier::{Carrier, Opaque};
use crate::part::{CallForm, Kind, Part, Source};
use crate::request::{Effort, Hosted, Role, ThinkingMode, ToolChoice, ToolKind};

fn conversation(messages: &Value) -> Value {
    json!({ "model": "m", "messages": messages })
}

#[test]
fn each_message_is_a_turn_and_results_are_the_users() {
    let request = read(conversation(&json!([
        {"role": "developer", "content": "d"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "f", "input": "x"}}]},
        {"role": "tool", "tool_call_id": "a", "content": "r"},
    ])));

    let roles: Vec<Role> = request.turns.iter().map(|turn| turn.role).collect();
    assert_eq!(
        roles,
        [Role::Developer, Role::User, Role::Assistant, Role::User]
    );
    let result = request.turns[3].parts()[0].as_result().unwrap();
    assert_eq!((result.call.as_str(), result.form), ("a", CallForm::Custom));
    assert_eq!(result.content.joined(""), "r");
}

#[test]
fn calls_of_old_clients_get_ids_that_their_results_find() {
    let request = read(json!({
        "model": "m",
        "functions": [{"name": "f", "parameters": {"type": "object"}}],
        "function_call": "auto",
        "messages": [
            {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{\"a\":1}"}},
            {"role": "function", "name": "f", "content": "one"},
            {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": "two"},
        ],
    }));

    let call = |at: usize| request.turns[at].parts()[0].as_call().unwrap();
    let result = |at: usize| request.turns[at].parts()[0].as_result().unwrap();
    assert_eq!(
        (call(0).id.as_str(), result(1).call.as_str()),
        ("call_0", "call_0")
    );
    assert_eq!(
        (call(2).id.as_str(), result(3).call.as_str()),
        ("call_1", "call_1")
    );
    assert_eq!(request.tools[0].name, "f");
    assert_eq!(request.tool_choice, Some(ToolChoice::Auto));
}

#[test]
fn thoughts_come_first_whichever_name_they_have() {
    for key in ["reasoning_content", "reasoning"] {
        let request = read(conversation(
            &json!([{"role": "assistant", "content": "x", key: "hm"}]),
        ));
        let parts = request.turns[0].parts();
        assert!(
            matches!(&parts[0].kind, Kind::Reasoning(thought) if thought.text == "hm"),
            "{key}"
        );
        assert_eq!(parts[1].as_text(), Some("x"));
    }
}

#[test]
fn p193_a_thought_told_under_two_names_is_one() {
    let request = read(conversation(&json!([
        {"role": "assistant", "content": "x", "reasoning": "hm", "reasoning_content": "hm"}])));
    assert_eq!(request.turns[0].parts().len(), 2);
}

#[test]
fn wrapped_carriers_stand_before_the_call_they_name() {
    let carrier = |text: &str| Carrier {
        provider: "p1".into(),
        opaque: Opaque::Signature(text.into()),
    };
    let request = read(conversation(
        &json!([{"role": "assistant", "content": "x", "reasoning_content": "one two",
        "reasoning_details": [
            {"type": "reasoning.encrypted", "data": carrier("a").wrapped(), "index": 0},
            {"type": "reasoning.encrypted", "data": carrier("b").wrapped(), "index": 1, "id": "c2", "text": " two"},
        ],
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "c2", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        ]}]),
    ));

    let said: Vec<String> = request.turns[0].parts().iter().map(in_words).collect();
    let thought = |text: &str, name: &str| format!("{text}: {:?}", Some(carrier(name)));
    assert_eq!(
        said,
        [
            thought("one", "a"),
            "x".into(),
            "c1".into(),
            thought(" two", "b"),
            "c2".into()
        ]
    );
}

fn in_words(part: &Part) -> String {
    if let Kind::Reasoning(thought) = &part.kind {
        return format!("{}: {:?}", thought.text, thought.carrier);
    }
    let id = part.as_call().map(|call| call.id.as_str());
    id.or(part.as_text()).unwrap_or_default().to_owned()
}

#[test]
fn a_signature_on_a_call_is_a_thought_before_it_and_told_once() {
    let carrier = Carrier {
        provider: "g".into(),
        opaque: Opaque::Thought("c2ln".into()),
    };
    let request = read(conversation(
        &json!([{"role": "assistant", "content": null, "reasoning_content": "hm",
        "reasoning_details": [{"type": "reasoning.encrypted", "data": carrier.wrapped(), "id": "c"}],
        "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"},
            "extra_content": {"google": {"thought_signature": carrier.wrapped()}}}]}]),
    ));

    let parts = request.turns[0].parts();
    assert_eq!(parts.len(), 2);
    assert!(matches!(&parts[0].kind, Kind::Reasoning(thought)
        if thought.text == "hm" && thought.carrier.as_ref() == Some(&carrier)));
}

#[test]
fn media_are_taken_out_of_their_addresses() {
    let request = read(conversation(&json!([{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
        {"type": "input_audio", "input_audio": {"data": "BBBB", "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,CCCC", "filename": "a.pdf"}},
    ]}])));

    let inline = |mime: &str, data: &str| Source::Inline {
        mime: mime.into(),
        data: data.into(),
    };
    let parts = request.turns[0].parts();
    assert!(matches!(&parts[0].kind, Kind::Image(image)
        if image.source == inline("image/png", "AAAA") && image.detail.as_deref() == Some("low")));
    assert!(
        matches!(&parts[1].kind, Kind::Audio(audio) if audio.source == inline("audio/wav", "BBBB"))
    );
    assert!(matches!(&parts[2].kind, Kind::Document(file)
        if file.source == inline("application/pdf", "CCCC") && file.title.as_deref() == Some("a.pdf")));
}

#[test]
fn thinking_is_understood_in_every_vendors_words() {
    let thinking = |fields: Value| {
        let mut body = conversation(&json!([]));
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let told = read(body).thinking;
        (told.mode, told.effort, told.budget)
    };
    let (on, off) = (Some(ThinkingMode::On), Some(ThinkingMode::Off));
    assert_eq!(
        thinking(json!({"reasoning_effort": "XHIGH"})),
        (None, Some(Effort::Xhigh), None)
    );
    assert_eq!(
        thinking(json!({"thinking": {"type": "enabled", "budget_tokens": 9}})),
        (on, None, Some(9))
    );
    assert_eq!(
        thinking(json!({"thinking": {"type": "disabled"}})),
        (off, None, None)
    );
    assert_eq!(
        thinking(json!({"enable_thinking": true, "thinking_budget": 9})),
        (on, None, Some(9))
    );
    assert_eq!(
        thinking(json!({"reasoning": {"enabled": false}})),
        (off, None, None)
    );
    assert_eq!(
        thinking(json!({"reasoning": {"effort": "low"}})),
        (None, Some(Effort::Low), None)
    );
    assert_eq!(
        thinking(json!({"reasoning": {"max_tokens": 9, "exclude": true}})),
        (None, None, Some(9))
    );
}

#[test]
fn choices_of_tools_are_read_in_all_their_shapes() {
    let choice = |choice: Value| {
        let mut body = conversation(&json!([]));
        body["tool_choice"] = choice;
        read(body).tool_choice
    };
    assert_eq!(choice(json!("required")), Some(ToolChoice::Any));
    assert_eq!(choice(json!("any")), Some(ToolChoice::Any));
    for shape in [
        json!({"type": "function", "function": {"name": "f"}}),
        json!({"type": "function", "name": "f"}),
    ] {
        assert!(
            matches!(choice(shape), Some(ToolChoice::Tool(name)) if name.name == "f" && !name.custom)
        );
    }
    let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto",
        "tools": [{"type": "custom", "custom": {"name": "p"}}]}});
    assert!(
        matches!(choice(allowed), Some(ToolChoice::Allowed { required: false, names }) if names[0].custom)
    );
}

#[test]
fn tools_are_functions_free_texts_or_the_providers() {
    let request = read(json!({"model": "m", "messages": [], "tools": [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": true}},
        {"type": "custom", "custom": {"name": "p", "format": {"type": "grammar", "grammar": {"syntax": "regex", "definition": "x"}}}},
    ], "web_search_options": {}}));

    assert_eq!(
        request.tools[0].kind,
        ToolKind::Function {
            schema: Some(json!({"type": "object"})),
            strict: Some(true)
        }
    );
    let format = json!({"type": "grammar", "syntax": "regex", "definition": "x"});
    assert_eq!(
        request.tools[1].kind,
        ToolKind::Custom {
            format: Some(format)
        }
    );
    assert!(matches!(
        request.tools[2].kind,
        ToolKind::Hosted {
            what: Hosted::WebSearch,
            ..
        }
    ));
}

#[test]
fn what_cannot_be_read_names_the_field_at_fault() {
    for (body, field) in [
        (json!([]), ""),
        (json!({"model": "m"}), "messages"),
        (conversation(&json!(["hi"])), "messages[0]"),
        (
            conversation(&json!([{"role": "user", "content": "x"}, {"content": "x"}])),
            "messages[1].role",
        ),
    ] {
        assert_eq!(read_request(body).unwrap_err().field, field);
    }
}
