//! What is asked of providers by requests that came in another protocol.

use serde_json::{Value, json};

use super::{write, write_to};
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::codec::Target;
use crate::extra::Extra;
use crate::loss::Losses;
use crate::openai_responses::write_request;
use crate::part::{
    Cache, Call, CallForm, Citation, Document, Foreign, Kind, Media, Part, Parts, Reasoning,
    Source, Text, ToolResult,
};
use crate::quirks::{CacheStyle, Quirks, ReasoningStyle};
use crate::request::{
    Effort, Format, Hosted, Request, Role, Sampling, Thinking, Tool, ToolChoice, ToolKind,
    ToolName, Turn,
};

fn book() -> Quirks {
    Quirks::book(Protocol::OpenAiResponses)
}

fn asking(turns: Vec<Turn>) -> Request {
    Request {
        model: "m".into(),
        turns,
        ..Request::default()
    }
}

fn model(parts: Vec<Part>) -> Turn {
    Turn::of(Role::Assistant, parts)
}

fn user(parts: Vec<Part>) -> Turn {
    Turn::of(Role::User, parts)
}

fn items(turns: Vec<Turn>) -> Value {
    write(&asking(turns)).0["input"].clone()
}

fn thought(text: &str, carrier: Option<Opaque>) -> Part {
    Part::new(Kind::Reasoning(Reasoning {
        text: text.into(),
        carrier: carrier.map(Carrier::genuine),
    }))
}

fn call(form: CallForm, arguments: &str) -> Part {
    Part::new(Kind::Call(Call {
        id: "c".into(),
        name: "f".into(),
        namespace: None,
        form,
        arguments: arguments.into(),
    }))
}

fn result(is_error: Option<bool>, content: Parts) -> Part {
    Part::new(Kind::Result(ToolResult {
        call: "c".into(),
        name: Some("f".into()),
        form: CallForm::Function,
        is_error,
        content,
    }))
}

fn image(source: Source) -> Part {
    Part::new(Kind::Image(Media {
        source,
        detail: None,
    }))
}

fn inline(mime: &str) -> Source {
    Source::Inline {
        mime: mime.into(),
        data: "aGk=".into(),
    }
}

fn document(source: Source, title: Option<&str>) -> Part {
    Part::new(Kind::Document(Document {
        source,
        title: title.map(str::to_owned),
        context: None,
    }))
}

fn tool(name: &str, kind: ToolKind) -> Tool {
    Tool {
        name: name.into(),
        namespace: None,
        description: None,
        kind,
        cache: None,
        extra: Extra::default(),
    }
}

fn hosted(what: Hosted, origin: Protocol, raw: Value) -> Tool {
    tool("h", ToolKind::Hosted { what, origin, raw })
}

#[test]
fn p237_nothing_is_stored_and_thoughts_come_back_encrypted() {
    let (body, _) = write(&asking(vec![user(vec![Part::text("hi")])]));
    assert_eq!(body["store"], false);
    assert_eq!(body["include"], json!(["reasoning.encrypted_content"]));

    let quirks = Quirks {
        reasoning: ReasoningStyle::None,
        ..book()
    };
    let (body, _) = write_to(&asking(Vec::new()), &quirks);
    assert_eq!(body["store"], false);
    assert!(
        body.get("include").is_none(),
        "models that do not think refuse it"
    );
}

#[test]
fn p241_p124_what_a_model_said_keeps_its_order_and_its_thoughts_stand_in_front() {
    let turn = model(vec![
        thought("hm", Some(Opaque::Encrypted("e".into()))),
        Part::text("ok"),
        call(CallForm::Function, "{}"),
        call(CallForm::Custom, "x"),
    ]);

    assert_eq!(
        items(vec![turn]),
        json!([
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "e"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "ok"}]},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "x"},
        ])
    );
}

#[test]
fn p122_items_go_out_without_ids() {
    let turns = vec![
        model(vec![
            thought("hm", None),
            Part::text("ok"),
            call(CallForm::Function, "{}"),
        ]),
        user(vec![
            result(None, Parts::plain("done")),
            Part::text("go on"),
        ]),
    ];
    for item in items(turns).as_array().unwrap() {
        assert!(item.get("id").is_none(), "{item}");
    }
}

#[test]
fn p125_a_thought_always_has_a_summary() {
    let turn = model(vec![thought("", Some(Opaque::Encrypted("e".into())))]);
    assert_eq!(
        items(vec![turn]),
        json!([{"type": "reasoning", "summary": [], "encrypted_content": "e"}])
    );
}

#[test]
fn signatures_of_others_are_not_sent() {
    let turn = model(vec![thought("hm", Some(Opaque::Signature("s".into())))]);
    let (body, losses) = write(&asking(vec![turn]));
    assert!(!body.to_string().contains("encrypted_content\":"));
    assert!(!losses.is_empty());
}

#[test]
fn p234_free_schemas_are_not_strict() {
    let schema = json!({"type": "object", "properties": {"a": {}}});
    let function = |strict| ToolKind::Function {
        schema: Some(schema.clone()),
        strict,
    };
    let request = Request {
        tools: vec![
            tool("a", function(None)),
            tool("b", function(Some(true))),
            tool(
                "c",
                ToolKind::Function {
                    schema: None,
                    strict: None,
                },
            ),
        ],
        ..asking(Vec::new())
    };

    let (body, _) = write(&request);
    assert_eq!(
        body["tools"],
        json!([
            {"type": "function", "name": "a", "parameters": schema, "strict": false},
            {"type": "function", "name": "b", "parameters": schema, "strict": true},
            {"type": "function", "name": "c", "parameters": {"type": "object", "properties": {}}, "strict": false},
        ])
    );

    let quirks = Quirks {
        strict_schemas: false,
        ..book()
    };
    assert_eq!(write_to(&request, &quirks).0["tools"][1]["strict"], false);
}

#[test]
fn p235_the_limit_of_the_answer_is_said_in_this_protocols_words() {
    let sampling = Sampling {
        max_output: Some(16),
        ..Sampling::default()
    };
    let request = Request {
        sampling,
        ..asking(Vec::new())
    };
    assert_eq!(write(&request).0["max_output_tokens"], 16);
}

#[test]
fn p236_what_this_protocol_cannot_be_told_is_a_loss() {
    let sampling = Sampling {
        stop: vec!["END".into()],
        top_k: Some(5.into()),
        seed: Some(1.into()),
        ..Sampling::default()
    };
    let request = Request {
        sampling,
        ..asking(Vec::new())
    };

    let (body, losses) = write(&request);

    assert!(body.get("stop").is_none());
    assert_eq!(
        losses.header().as_deref(),
        Some("dropped stop, dropped top_k, dropped seed")
    );
}

#[test]
fn p238_a_model_that_cannot_be_told_to_think_is_not_told() {
    let thinking = Thinking {
        effort: Some(Effort::High),
        ..Thinking::default()
    };
    let request = Request {
        thinking,
        ..asking(Vec::new())
    };
    assert_eq!(
        write(&request).0["reasoning"],
        json!({"effort": "high", "summary": "auto"})
    );

    let quirks = Quirks {
        reasoning: ReasoningStyle::None,
        ..book()
    };
    assert!(write_to(&request, &quirks).0.get("reasoning").is_none());
    assert!(write(&asking(Vec::new())).0.get("reasoning").is_none());
}

#[test]
fn thoughts_that_nobody_wants_to_read_are_not_summed_up() {
    let hidden = Thinking {
        effort: Some(Effort::Low),
        shown: Some(false),
        ..Thinking::default()
    };
    let off = Thinking {
        effort: Some(Effort::None),
        ..Thinking::default()
    };
    for (thinking, expected) in [
        (hidden, json!({"effort": "low"})),
        (off, json!({"effort": "none"})),
    ] {
        let request = Request {
            thinking,
            ..asking(Vec::new())
        };
        assert_eq!(write(&request).0["reasoning"], expected);
    }
}

#[test]
fn p239_instructions_are_one_text() {
    let system = Parts::list(vec![Part::text("a"), Part::text("b")]);
    let request = Request {
        system: Some(system),
        ..asking(vec![user(vec![Part::text("hi")])])
    };
    assert_eq!(write(&request).0["instructions"], "a\n\nb");
}

#[test]
fn marks_of_a_cache_are_kept_where_the_target_knows_them() {
    let mut marked = Part::text("a");
    marked.cache = Some(Cache {
        ttl: Some("1h".into()),
    });
    let request = Request {
        system: Some(Parts::list(vec![marked.clone(), Part::text("b")])),
        ..asking(vec![user(vec![marked])])
    };
    let quirks = Quirks {
        cache: CacheStyle::Breakpoint,
        ..book()
    };
    let mark = json!({"mode": "explicit", "ttl": "12h"});

    let (body, losses) = write_to(&request, &quirks);
    assert!(body.get("instructions").is_none());
    assert_eq!(body["input"][0]["role"], "developer");
    assert_eq!(
        body["input"][0]["content"][0]["prompt_cache_breakpoint"],
        mark
    );
    assert_eq!(
        body["input"][1]["content"][0]["prompt_cache_breakpoint"],
        mark
    );
    assert!(losses.is_empty());

    let (body, losses) = write(&request);
    assert!(!body.to_string().contains("prompt_cache_breakpoint"));
    assert_eq!(losses.iter().count(), 2);
}

#[test]
fn p121_developers_are_systems_where_nobody_knows_developers() {
    let turn = Turn::new(Role::Developer, Parts::plain("d"));
    let quirks = Quirks {
        developer_role: false,
        ..book()
    };
    let request = asking(vec![turn]);
    assert_eq!(write(&request).0["input"][0]["role"], "developer");
    assert_eq!(write_to(&request, &quirks).0["input"][0]["role"], "system");
}

#[test]
fn media_are_said_in_this_protocols_words() {
    let web = Source::Url {
        url: "https://x.test/a".into(),
        mime: None,
    };
    let recording = Part::new(Kind::Audio(Media {
        source: inline("audio/mpeg"),
        detail: None,
    }));
    let turn = user(vec![
        image(inline("image/png")),
        image(web.clone()),
        image(Source::File("file-1".into())),
        document(inline("application/pdf"), None),
        document(inline("application/pdf"), Some("a.pdf")),
        document(web, Some("t")),
        document(Source::Text("words".into()), Some("t")),
        document(Source::Parts(vec![Part::text("inner")]), None),
        recording,
    ]);

    assert_eq!(
        items(vec![turn])[0]["content"],
        json!([
            {"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "auto"},
            {"type": "input_image", "image_url": "https://x.test/a", "detail": "auto"},
            {"type": "input_image", "file_id": "file-1", "detail": "auto"},
            {"type": "input_file", "filename": "document.pdf", "file_data": "data:application/pdf;base64,aGk="},
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,aGk="},
            {"type": "input_file", "file_url": "https://x.test/a"},
            {"type": "input_text", "text": "t\n\nwords"},
            {"type": "input_text", "text": "inner"},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
        ])
    );
}

#[test]
fn results_keep_their_images_and_say_that_they_failed() {
    let seen = Parts::list(vec![Part::text("look"), image(inline("image/png"))]);
    let turns = vec![
        user(vec![result(None, Parts::list(vec![Part::text("one")]))]),
        user(vec![result(Some(true), Parts::plain("no such file"))]),
        user(vec![result(Some(true), Parts::plain("Error: said so"))]),
        user(vec![result(Some(true), seen.clone())]),
        user(vec![result(None, Parts::default())]),
    ];

    let outputs: Vec<Value> = items(turns)
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["output"].clone())
        .collect();

    let picture =
        json!({"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "auto"});
    assert_eq!(
        outputs,
        [
            json!("one"),
            json!("Error: no such file"),
            json!("Error: said so"),
            json!([{"type": "input_text", "text": "Error:"}, {"type": "input_text", "text": "look"}, picture]),
            json!(""),
        ]
    );
}

#[test]
fn what_came_before_results_and_behind_them_keeps_its_place() {
    let turn = user(vec![
        result(None, Parts::plain("a")),
        result(None, Parts::plain("b")),
        Part::text("and now?"),
    ]);
    let kinds: Vec<String> = items(vec![turn])
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        kinds,
        ["function_call_output", "function_call_output", "message"]
    );
}

#[test]
fn citations_are_annotations_of_what_the_model_said() {
    let cited = Part::new(Kind::Text(Text {
        text: "ok".into(),
        citations: vec![Citation {
            url: "https://x.test".into(),
            title: "X".into(),
            quote: Some("q".into()),
            span: Some((0, 2)),
        }],
    }));
    let annotation = json!({"type": "url_citation", "start_index": 0, "end_index": 2, "url": "https://x.test", "title": "X"});
    assert_eq!(
        items(vec![model(vec![cited])])[0]["content"][0]["annotations"],
        json!([annotation])
    );
}

#[test]
fn choices_of_tools_are_flat() {
    let name = |custom| ToolName {
        name: "f".into(),
        namespace: None,
        custom,
    };
    for (choice, expected) in [
        (ToolChoice::Any, json!("required")),
        (
            ToolChoice::Tool(name(false)),
            json!({"type": "function", "name": "f"}),
        ),
        (
            ToolChoice::Tool(name(true)),
            json!({"type": "custom", "name": "f"}),
        ),
        (
            ToolChoice::Allowed {
                required: true,
                names: vec![name(false)],
            },
            json!({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]}),
        ),
        (
            ToolChoice::Hosted {
                what: Hosted::WebSearch,
                origin: Protocol::Anthropic,
                raw: json!({"type": "tool", "name": "web_search"}),
            },
            json!({"type": "web_search"}),
        ),
    ] {
        let request = Request {
            tool_choice: Some(choice),
            ..asking(Vec::new())
        };
        assert_eq!(write(&request).0["tool_choice"], expected);
    }
}

#[test]
fn searches_of_other_protocols_are_searches_here() {
    let place = json!({"type": "approximate", "city": "B"});
    let anthropic = json!({"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["x"], "user_location": place});
    let chat = json!({"search_context_size": "low", "user_location": {"type": "approximate", "approximate": {"city": "B"}}});
    let code = json!({"type": "code_execution_20250522"});
    let request = Request {
        tools: vec![
            hosted(Hosted::WebSearch, Protocol::Anthropic, anthropic),
            hosted(Hosted::WebSearch, Protocol::OpenAi, chat),
            hosted(
                Hosted::WebSearch,
                Protocol::Gemini,
                json!({"googleSearch": {}}),
            ),
            hosted(Hosted::CodeExecution, Protocol::Anthropic, code),
        ],
        ..asking(Vec::new())
    };

    let (body, losses) = write(&request);

    assert_eq!(
        body["tools"],
        json!([
            {"type": "web_search", "user_location": place, "filters": {"allowed_domains": ["x"]}},
            {"type": "web_search", "user_location": place, "search_context_size": "low"},
            {"type": "web_search"},
        ])
    );
    assert_eq!(body["include"][1], "web_search_call.action.sources");
    assert_eq!(losses.iter().count(), 1);
}

#[test]
fn formats_are_flat() {
    let schema = json!({"type": "object"});
    let format = Format::Schema {
        name: None,
        description: None,
        schema: schema.clone(),
        strict: Some(true),
    };
    let request = Request {
        format: Some(format),
        verbosity: Some("low".into()),
        ..asking(Vec::new())
    };
    assert_eq!(
        write(&request).0["text"],
        json!({"format": {"type": "json_schema", "name": "response", "schema": schema, "strict": true}, "verbosity": "low"})
    );
}

#[test]
fn what_chat_says_in_the_same_words_is_copied_and_the_rest_is_a_loss() {
    let said = json!({"metadata": {"a": "b"}, "store": true, "service_tier": "flex", "logit_bias": {"1": 2}});
    let extra = Extra::of(Protocol::OpenAi, said.as_object().cloned().unwrap());
    let request = Request {
        extra,
        user: Some("u".into()),
        cache_key: Some("k".into()),
        ..asking(Vec::new())
    };

    let (body, losses) = write(&request);

    assert_eq!(body["metadata"], json!({"a": "b"}));
    assert_eq!(
        (&body["store"], &body["service_tier"]),
        (&json!(true), &json!("flex"))
    );
    assert_eq!(
        (&body["safety_identifier"], &body["prompt_cache_key"]),
        (&json!("u"), &json!("k"))
    );
    assert_eq!(losses.header().as_deref(), Some("dropped logit_bias"));

    let quirks = Quirks {
        cache_hints: false,
        ..book()
    };
    let (body, _) = write_to(&request, &quirks);
    assert_eq!(body["user"], "u");
    assert!(body.get("prompt_cache_key").is_none());
}

#[test]
fn what_cannot_be_had_is_refused() {
    let several = Request {
        answers: Some(2),
        ..asking(Vec::new())
    };
    let said = json!({"modalities": ["text", "audio"]});
    let spoken = Request {
        extra: Extra::of(Protocol::OpenAi, said.as_object().cloned().unwrap()),
        ..asking(Vec::new())
    };
    let quirks = book();
    let target = Target {
        protocol: Protocol::OpenAiResponses,
        model: "m",
        provider: "p",
        quirks: &quirks,
    };
    for (request, field) in [(several, "n"), (spoken, "modalities")] {
        let refused = write_request(&request, &target, &mut Losses::default());
        assert_eq!(refused.unwrap_err().field, field);
    }
}

#[test]
fn what_only_another_protocol_has_is_said_in_words_or_left_out() {
    let foreign = |gist: Option<&str>| {
        Part::new(Kind::Foreign(Foreign {
            origin: Protocol::Anthropic,
            value: json!({"type": "x"}),
            gist: gist.map(str::to_owned),
        }))
    };
    let (body, losses) = write(&asking(vec![user(vec![
        foreign(Some("words")),
        foreign(None),
    ])]));
    assert_eq!(
        body["input"],
        json!([{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "words"}]}])
    );
    assert!(!losses.is_empty());
}
