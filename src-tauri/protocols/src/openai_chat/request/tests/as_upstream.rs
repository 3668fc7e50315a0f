//! What a Chat target gets of requests that came in other protocols: they bring no notes.

use serde_json::{Value, json};

use super::{written, written_with_losses};
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::extra::Extra;
use crate::part::{Cache, Call, Document, Kind, Media, Part, Parts, Reasoning, Source, ToolResult};
use crate::quirks::{CacheStyle, Echo, MaxTokensField, Quirks, ReasoningStyle};
use crate::request::{
    Effort, Format, Hosted, Request, Role, Sampling, Thinking, ThinkingMode, Tool, ToolChoice,
    ToolKind, ToolName, Turn,
};

fn book() -> Quirks {
    Quirks::default()
}

fn call(id: &str, arguments: &str) -> Part {
    Part::new(Kind::Call(Call {
        id: id.into(),
        name: "f".into(),
        arguments: arguments.into(),
        ..Call::default()
    }))
}

fn result(id: &str, content: Parts) -> Part {
    Part::new(Kind::Result(ToolResult {
        call: id.into(),
        content,
        ..ToolResult::default()
    }))
}

fn thought(text: &str, opaque: Option<Opaque>) -> Part {
    let carrier = opaque.map(|opaque| Carrier {
        provider: "p1".into(),
        opaque,
    });
    Part::new(Kind::Reasoning(Reasoning {
        text: text.into(),
        carrier,
    }))
}

fn function(name: &str) -> Tool {
    Tool {
        name: name.into(),
        namespace: None,
        description: None,
        kind: ToolKind::Function {
            schema: Some(json!({"type": "object"})),
            strict: None,
        },
        cache: None,
        extra: Extra::default(),
    }
}

fn of(turns: Vec<Turn>) -> Request {
    Request {
        turns,
        ..Request::default()
    }
}

fn messages(turns: Vec<Turn>, quirks: &Quirks) -> Value {
    written(&of(turns), quirks)["messages"].clone()
}

/// A question, a call with a thought, its result, a question, and the same once more.
fn loops() -> Vec<Turn> {
    let ask = || Turn::of(Role::User, vec![Part::text("q")]);
    let act = |id: &str| Turn::of(Role::Assistant, vec![thought("hm", None), call(id, "{}")]);
    let done = |id: &str| Turn::of(Role::User, vec![result(id, Parts::plain("r"))]);
    vec![ask(), act("a"), done("a"), ask(), act("b"), done("b")]
}

fn told_thoughts(turns: Vec<Turn>, echo: Echo) -> Vec<Option<String>> {
    let quirks = Quirks {
        reasoning_echo: echo,
        ..book()
    };
    let messages = messages(turns, &quirks);
    let messages = messages.as_array().unwrap().iter();
    let assistants = messages.filter(|message| message["role"] == "assistant");
    assistants
        .map(|message| Some(message.get("reasoning_content")?.as_str()?.to_owned()))
        .collect()
}

#[test]
fn texts_become_one_string_and_results_messages_of_their_own() {
    let turns = vec![
        Turn::of(Role::User, vec![Part::text("a"), Part::text("b")]),
        Turn::of(
            Role::Assistant,
            vec![
                Part::text("x"),
                Part::text("y"),
                call("c", "{\"k\":1}"),
                Part::text("z"),
            ],
        ),
        Turn::of(
            Role::User,
            vec![
                result("c", Parts::list(vec![Part::text("1"), Part::text("2")])),
                Part::text("go"),
            ],
        ),
    ];
    assert_eq!(
        messages(turns, &book()),
        json!([
            {"role": "user", "content": "a\n\nb"},
            {"role": "assistant", "content": "xy\n\nz",
             "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"k\":1}"}}]},
            {"role": "tool", "tool_call_id": "c", "content": "1\n2"},
            {"role": "user", "content": "go"},
        ])
    );
}

#[test]
fn the_system_text_has_the_role_that_the_target_knows() {
    let request = Request {
        system: Some(Parts::list(vec![Part::text("a"), Part::text("b")])),
        ..Request::default()
    };
    assert_eq!(
        written(&request, &book())["messages"],
        json!([{"role": "system", "content": "a\n\nb"}])
    );
    let quirks = Quirks {
        developer_role: true,
        ..book()
    };
    assert_eq!(
        written(&request, &quirks)["messages"][0]["role"],
        "developer"
    );
}

#[test]
fn a_developers_turn_is_a_systems_where_that_role_is_unknown() {
    let turns = || vec![Turn::new(Role::Developer, Parts::plain("d"))];
    assert_eq!(messages(turns(), &book())[0]["role"], "system");
    let quirks = Quirks {
        developer_role: true,
        ..book()
    };
    assert_eq!(messages(turns(), &quirks)[0]["role"], "developer");
}

#[test]
fn p188_every_message_with_calls_brings_its_thought_or_an_empty_one() {
    let mut turns = loops();
    turns[1].content.list.remove(0);
    assert_eq!(
        told_thoughts(turns, Echo::ToolCalls),
        [Some(String::new()), Some("hm".into())]
    );
}

#[test]
fn p189_an_empty_thought_is_written() {
    let turns = vec![Turn::of(
        Role::Assistant,
        vec![thought("", None), call("a", "{}")],
    )];
    assert_eq!(told_thoughts(turns, Echo::ToolCalls), [Some(String::new())]);
}

#[test]
fn p190_no_words_are_put_into_a_models_mouth() {
    let turns = vec![Turn::of(Role::Assistant, vec![call("a", "{}")])];
    assert_eq!(told_thoughts(turns, Echo::ToolCalls), [Some(String::new())]);
    let turns = vec![Turn::of(Role::Assistant, vec![Part::text("x")])];
    assert_eq!(told_thoughts(turns, Echo::Always), [None]);
}

#[test]
fn p191_thoughts_of_older_questions_are_left_out() {
    assert_eq!(
        told_thoughts(loops(), Echo::ToolLoops),
        [None, Some("hm".into())]
    );
    assert_eq!(
        told_thoughts(loops(), Echo::Always),
        [Some("hm".into()), Some("hm".into())]
    );
}

#[test]
fn p192_a_target_that_refuses_thoughts_gets_none() {
    let (body, losses) = written_with_losses(&of(loops()), &book());
    assert!(!body.to_string().contains("reasoning"));
    assert_eq!(losses.header().as_deref(), Some("dropped reasoning"));
}

#[test]
fn p194_details_go_back_unchanged_and_in_order() {
    let (a, b) = (
        json!([{"type": "reasoning.text", "text": "a"}]),
        json!([{"type": "reasoning.encrypted", "data": "b"}]),
    );
    let turn = Turn::of(
        Role::Assistant,
        vec![
            thought("a", Some(Opaque::Details(a))),
            Part::text("x"),
            thought("", Some(Opaque::Details(b))),
            call("c", "{}"),
        ],
    );
    let message = &messages(vec![turn], &book())[0];
    assert_eq!(
        message["reasoning_details"],
        json!([
        {"type": "reasoning.text", "text": "a"}, {"type": "reasoning.encrypted", "data": "b"}])
    );
}

#[test]
fn a_thought_kept_for_the_client_is_told_from_its_carrier() {
    let turn = Turn::of(
        Role::Assistant,
        vec![
            thought("", Some(Opaque::Plain("hm".into()))),
            call("a", "{}"),
        ],
    );
    assert_eq!(
        told_thoughts(vec![turn], Echo::ToolCalls),
        [Some("hm".into())]
    );
}

#[test]
fn carriers_of_other_providers_never_leave() {
    let mut turn = Turn::of(
        Role::Assistant,
        vec![
            thought("x", Some(Opaque::Details(json!([1])))),
            call("a", "{}"),
        ],
    );
    let Kind::Reasoning(reasoning) = &mut turn.content.list[0].kind else {
        unreachable!()
    };
    reasoning.carrier.as_mut().unwrap().provider = "p2".into();
    assert_eq!(
        messages(vec![turn], &book())[0].get("reasoning_details"),
        None
    );
}

#[test]
fn a_gemini_signature_goes_back_onto_its_call() {
    let turn = Turn::of(
        Role::Assistant,
        vec![
            thought("", Some(Opaque::Thought("c2ln".into()))),
            call("a", "{}"),
            call("b", "{}"),
        ],
    );
    let calls = &messages(vec![turn], &book())[0]["tool_calls"];
    assert_eq!(
        calls[0]["extra_content"],
        json!({"google": {"thought_signature": "c2ln"}})
    );
    assert_eq!(calls[1].get("extra_content"), None);
}

#[test]
fn p213_an_assistant_that_only_calls_has_the_content_that_the_target_takes() {
    let turns = || vec![Turn::of(Role::Assistant, vec![call("a", "{}")])];
    assert_eq!(messages(turns(), &book())[0]["content"], Value::Null);
    let quirks = Quirks {
        empty_content: true,
        ..book()
    };
    assert_eq!(messages(turns(), &quirks)[0]["content"], "");
}

#[test]
fn p214_a_result_is_a_string() {
    let turns = vec![Turn::of(
        Role::User,
        vec![result("a", Parts::list(vec![Part::text("x")]))],
    )];
    assert_eq!(messages(turns, &book())[0]["content"], "x");
}

#[test]
fn a_failed_result_says_so_once() {
    for (text, expected) in [
        ("boom", "Error: boom"),
        ("error: boom", "error: boom"),
        ("", "Error: "),
    ] {
        let mut part = result("a", Parts::plain(text));
        let Kind::Result(told) = &mut part.kind else {
            unreachable!()
        };
        told.is_error = Some(true);
        assert_eq!(
            messages(vec![Turn::of(Role::User, vec![part])], &book())[0]["content"],
            expected
        );
    }
}

#[test]
fn p232_no_arguments_are_an_empty_object() {
    let turns = vec![Turn::of(Role::Assistant, vec![call("a", "")])];
    assert_eq!(
        messages(turns, &book())[0]["tool_calls"][0]["function"]["arguments"],
        "{}"
    );
}

#[test]
fn p209_the_limit_stands_in_the_field_that_the_target_knows() {
    let request = Request {
        sampling: Sampling {
            max_output: Some(9),
            ..Sampling::default()
        },
        ..Request::default()
    };
    let body = written(&request, &book());
    assert_eq!(
        (body.get("max_tokens"), body.get("max_completion_tokens")),
        (Some(&json!(9)), None)
    );
    let quirks = Quirks {
        max_tokens_field: MaxTokensField::MaxCompletionTokens,
        ..book()
    };
    let body = written(&request, &quirks);
    assert_eq!(
        (body.get("max_tokens"), body.get("max_completion_tokens")),
        (None, Some(&json!(9)))
    );
}

#[test]
fn p208_optional_fields_go_only_to_those_that_know_them() {
    let request = Request {
        stream: Some(true),
        tools: vec![function("f")],
        parallel_tools: Some(false),
        user: Some("u".into()),
        cache_key: Some("k".into()),
        verbosity: Some("low".into()),
        ..Request::default()
    };
    let plain = Quirks {
        stream_options: false,
        parallel_tool_calls: false,
        ..book()
    };
    let body = written(&request, &plain);
    let keys: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, ["model", "messages", "tools", "stream"]);

    let rich = Quirks {
        cache_hints: true,
        verbosity: true,
        ..book()
    };
    let body = written(&request, &rich);
    assert_eq!(body["stream_options"], json!({"include_usage": true}));
    assert_eq!(body["parallel_tool_calls"], false);
    assert_eq!(body["safety_identifier"], "u");
    assert_eq!(
        (&body["prompt_cache_key"], &body["verbosity"]),
        (&json!("k"), &json!("low"))
    );
}

#[test]
fn p217_a_choice_without_tools_is_left_out() {
    let request = Request {
        tool_choice: Some(ToolChoice::Any),
        parallel_tools: Some(true),
        ..Request::default()
    };
    let body = written(&request, &book());
    assert_eq!(
        (body.get("tool_choice"), body.get("parallel_tool_calls")),
        (None, None)
    );
}

#[test]
fn p218_choices_are_said_in_chats_words() {
    let name = || ToolName {
        name: "f".into(),
        ..ToolName::default()
    };
    for (choice, expected) in [
        (ToolChoice::Auto, json!("auto")),
        (ToolChoice::Any, json!("required")),
        (ToolChoice::None, json!("none")),
        (
            ToolChoice::Tool(name()),
            json!({"type": "function", "function": {"name": "f"}}),
        ),
    ] {
        let request = Request {
            tools: vec![function("f")],
            tool_choice: Some(choice),
            ..Request::default()
        };
        assert_eq!(written(&request, &book())["tool_choice"], expected);
    }
}

#[test]
fn only_the_allowed_tools_are_offered_to_a_target_that_cannot_be_told() {
    let names = vec![ToolName {
        name: "g".into(),
        ..ToolName::default()
    }];
    let request = Request {
        tools: vec![function("f"), function("g")],
        tool_choice: Some(ToolChoice::Allowed {
            required: true,
            names,
        }),
        ..Request::default()
    };
    let body = written(&request, &book());
    assert_eq!(
        (
            body["tools"].as_array().unwrap().len(),
            &body["tool_choice"]
        ),
        (1, &json!("required"))
    );

    let body = written(
        &request,
        &Quirks {
            allowed_tools: true,
            ..book()
        },
    );
    assert_eq!(body["tools"].as_array().unwrap().len(), 2);
    assert_eq!(body["tool_choice"]["allowed_tools"]["mode"], "required");
}

#[test]
fn thinking_is_said_in_the_targets_words() {
    let said = |style: ReasoningStyle, thinking: Thinking| {
        let quirks = Quirks {
            reasoning: style,
            efforts: Effort::ALL.to_vec(),
            ..book()
        };
        let mut body = written(
            &Request {
                thinking,
                ..Request::default()
            },
            &quirks,
        );
        let object = body.as_object_mut().unwrap();
        object.shift_remove("model");
        object.shift_remove("messages");
        body
    };
    let effort = || Thinking {
        effort: Some(Effort::High),
        ..Thinking::default()
    };
    let budget = || Thinking {
        mode: Some(ThinkingMode::On),
        budget: Some(5000),
        ..Thinking::default()
    };
    let off = || Thinking {
        mode: Some(ThinkingMode::Off),
        ..Thinking::default()
    };
    for (style, thinking, expected) in [
        (ReasoningStyle::None, effort(), json!({})),
        (
            ReasoningStyle::Effort,
            effort(),
            json!({"reasoning_effort": "high"}),
        ),
        (
            ReasoningStyle::Effort,
            budget(),
            json!({"reasoning_effort": "medium"}),
        ),
        (
            ReasoningStyle::Effort,
            off(),
            json!({"reasoning_effort": "none"}),
        ),
        (
            ReasoningStyle::Switch,
            effort(),
            json!({"thinking": {"type": "enabled"}}),
        ),
        (
            ReasoningStyle::Switch,
            off(),
            json!({"thinking": {"type": "disabled"}}),
        ),
        (
            ReasoningStyle::SwitchAndEffort,
            effort(),
            json!({"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ),
        (
            ReasoningStyle::SwitchAndEffort,
            off(),
            json!({"thinking": {"type": "disabled"}}),
        ),
        (
            ReasoningStyle::EnableThinking,
            budget(),
            json!({"enable_thinking": true, "thinking_budget": 5000}),
        ),
        (
            ReasoningStyle::EnableThinking,
            off(),
            json!({"enable_thinking": false}),
        ),
        (
            ReasoningStyle::Object,
            effort(),
            json!({"reasoning": {"effort": "high"}}),
        ),
        (
            ReasoningStyle::Object,
            budget(),
            json!({"reasoning": {"max_tokens": 5000}}),
        ),
        (
            ReasoningStyle::Object,
            off(),
            json!({"reasoning": {"enabled": false}}),
        ),
        (
            ReasoningStyle::Budget,
            budget(),
            json!({"thinking": {"type": "enabled", "budget_tokens": 5000}}),
        ),
        (ReasoningStyle::Effort, Thinking::default(), json!({})),
    ] {
        assert_eq!(said(style, thinking), expected, "{style:?}");
    }
}

#[test]
fn the_shape_of_the_answer_is_nested() {
    let schema = Format::Schema {
        name: None,
        description: None,
        schema: json!({"type": "object"}),
        strict: Some(true),
    };
    let request = Request {
        format: Some(schema),
        ..Request::default()
    };
    assert_eq!(
        written(&request, &book())["response_format"],
        json!({"type": "json_schema",
        "json_schema": {"name": "response", "schema": {"type": "object"}, "strict": true}})
    );
}

#[test]
fn media_are_written_in_chats_shapes() {
    let inline = |mime: &str| Source::Inline {
        mime: mime.into(),
        data: "AAAA".into(),
    };
    let turn = Turn::of(
        Role::User,
        vec![
            Part::text("see"),
            Part::new(Kind::Image(Media {
                source: inline("image/png"),
                detail: Some("low".into()),
            })),
            Part::new(Kind::Audio(Media {
                source: inline("audio/mpeg"),
                detail: None,
            })),
            Part::new(Kind::Document(Document {
                source: inline("application/pdf"),
                title: None,
                context: None,
            })),
            Part::new(Kind::Document(Document {
                source: Source::Text("words".into()),
                title: Some("t".into()),
                context: None,
            })),
        ],
    );
    assert_eq!(
        messages(vec![turn], &book())[0]["content"],
        json!([
            {"type": "text", "text": "see"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "document.pdf"}},
            {"type": "text", "text": "t\n\nwords"},
        ])
    );
}

#[test]
fn p221_the_original_size_is_asked_only_of_those_that_know_it() {
    let image = || {
        Part::new(Kind::Image(Media {
            source: Source::Url {
                url: "https://a.example/x.png".into(),
                mime: None,
            },
            detail: Some("original".into()),
        }))
    };
    let detail = |quirks: &Quirks| {
        messages(vec![Turn::of(Role::User, vec![image()])], quirks)[0]["content"][0]["image_url"]["detail"].clone()
    };
    assert_eq!(detail(&book()), "auto");
    assert_eq!(
        detail(&Quirks {
            original_images: true,
            ..book()
        }),
        "original"
    );
}

#[test]
fn p233_cache_marks_go_only_to_those_that_know_them() {
    let marked = |ttl: Option<&str>| {
        let mut part = Part::text("x");
        part.cache = Some(Cache {
            ttl: ttl.map(str::to_owned),
        });
        vec![Turn::of(Role::User, vec![part])]
    };
    assert_eq!(messages(marked(None), &book())[0]["content"], "x");

    let breakpoint = Quirks {
        cache: CacheStyle::Breakpoint,
        ..book()
    };
    assert_eq!(
        messages(marked(Some("1h")), &breakpoint)[0]["content"],
        json!([
        {"type": "text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"}}])
    );

    let anthropic = Quirks {
        cache: CacheStyle::Anthropic,
        ..book()
    };
    assert_eq!(
        messages(marked(Some("5m")), &anthropic)[0]["content"],
        json!([
        {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "5m"}}])
    );
}

#[test]
fn a_hosted_search_is_an_option_where_the_target_searches() {
    let raw = json!({"type": "web_search_20250305", "user_location": {"type": "approximate", "city": "Bonn"}});
    let kind = ToolKind::Hosted {
        what: Hosted::WebSearch,
        origin: Protocol::Anthropic,
        raw,
    };
    let request = Request {
        tools: vec![Tool {
            kind,
            ..function("web_search")
        }],
        ..Request::default()
    };

    let (body, losses) = written_with_losses(&request, &book());
    assert_eq!(body.get("tools"), None);
    assert_eq!(losses.header().as_deref(), Some("dropped tools[]"));
    let body = written(
        &request,
        &Quirks {
            web_search: true,
            ..book()
        },
    );
    assert_eq!(
        body["web_search_options"],
        json!({"user_location": {"type": "approximate", "approximate": {"city": "Bonn"}}})
    );
}

#[test]
fn p297_and_p298_what_other_protocols_keep_for_themselves_is_not_copied() {
    let mut request = Request::default();
    request
        .extra
        .keep(Protocol::Anthropic, "metadata", json!({"user_id": "u"}));
    request
        .extra
        .keep(Protocol::Anthropic, "service_tier", "standard_only".into());
    let (body, losses) = written_with_losses(&request, &book());
    assert_eq!(body, json!({"model": "m", "messages": []}));
    assert_eq!(
        losses.header().as_deref(),
        Some("dropped metadata, dropped service_tier")
    );
}

#[test]
fn p300_empty_lists_are_left_out() {
    let body = written(&Request::default(), &book());
    assert_eq!(body, json!({"model": "m", "messages": []}));
}
