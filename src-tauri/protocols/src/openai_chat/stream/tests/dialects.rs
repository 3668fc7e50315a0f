use serde_json::{Value, json};

use super::{events, in_words, said};
use crate::carrier::Opaque;
use crate::event::Event;
use crate::quirks::{Echo, Quirks};
use crate::usage::Usage;

const END: [&str; 2] = ["Stop(End)", "End"];

fn plain() -> Quirks {
    Quirks::default()
}

#[test]
fn p193_a_thought_under_two_names_is_one() {
    for delta in [
        json!({"reasoning_content": "hm", "reasoning": "hm"}),
        json!({"reasoning": "hm", "reasoning_content": null}),
        json!({"reasoning": "", "reasoning_content": "hm"}),
    ] {
        assert_eq!(said(&plain(), &[delta])[0], "thought: hm");
    }
}

#[test]
fn p194_details_are_brought_back_in_order_and_texts_are_joined() {
    let text =
        |text: &str| json!({"type": "reasoning.text", "text": text, "index": 0, "format": "x"});
    let signed = json!({"type": "reasoning.text", "signature": "sig", "index": 0, "format": "x"});
    let sealed = json!({"type": "reasoning.encrypted", "data": "gAAA", "index": 1});
    let lines = said(
        &plain(),
        &[
            json!({"reasoning": "a", "reasoning_details": [text("a")]}),
            json!({"reasoning": "b", "reasoning_details": [text("b")]}),
            json!({"reasoning_details": [signed]}),
            json!({"reasoning_details": [sealed]}),
            json!({"content": "ok"}),
        ],
    );

    let joined = json!({"type": "reasoning.text", "text": "ab", "index": 0, "format": "x", "signature": "sig"});
    let details = Opaque::Details(json!([joined, sealed]));
    assert_eq!(lines[0], format!("thought: ab {details:?}"));
    assert_eq!(lines[1], "text: ok");
}

#[test]
fn details_alone_are_the_words_too() {
    let lines = said(
        &plain(),
        &[json!({"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]})],
    );
    assert!(lines[0].starts_with("thought: hm "), "{lines:?}");
}

#[test]
fn details_that_come_late_are_a_thought_before_what_follows() {
    let call = json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
        "reasoning_details": [{"type": "reasoning.encrypted", "data": "x", "id": "a"}]});
    let lines = said(&plain(), &[json!({"content": "ok"}), call]);
    assert_eq!(lines[0], "text: ok");
    assert!(lines[1].starts_with("thought:  Details"), "{lines:?}");
    assert_eq!(lines[2], "call a f: {}");
}

#[test]
fn p195_tags_hold_thoughts_only_where_they_are_known_to() {
    let deltas = [
        json!({"content": "<thi"}),
        json!({"content": "nk>hm</think>\n\no"}),
        json!({"content": "k <"}),
    ];
    let tagged = Quirks {
        think_tags: true,
        ..plain()
    };

    assert_eq!(
        said(&tagged, &deltas),
        ["thought: hm", "text: ok <", END[0], END[1]]
    );
    assert_eq!(
        said(&plain(), &deltas)[0],
        "text: <think>hm</think>\n\nok <"
    );
}

#[test]
fn p196_content_may_be_a_list_with_thoughts() {
    let lines = said(
        &plain(),
        &[
            json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}),
            json!({"content": [{"type": "thinking", "thinking": "m"}, {"type": "text", "text": "o"}]}),
            json!({"content": [{"type": "text", "text": "k"}]}),
        ],
    );
    assert_eq!(lines[..2], ["thought: hmm", "text: ok"]);
}

#[test]
fn p224_usage_is_found_in_three_places_and_the_largest_counts() {
    let counts = |output: u64| json!({"prompt_tokens": 10, "completion_tokens": output});
    let at_top = json!({"choices": [], "usage": counts(5)}).to_string();
    let in_choice = json!({"choices": [{"index": 0, "delta": {}, "usage": counts(5)}]}).to_string();
    let at_groq = json!({"x_groq": {"usage": counts(5)}}).to_string();
    let expected = Usage {
        input: 10,
        output: 5,
        ..Usage::default()
    };
    for chunk in [at_top, in_choice, at_groq] {
        let told = events(&plain(), &[&chunk, "[DONE]"]);
        assert!(told.contains(&Event::Usage(expected)), "{chunk}");
    }

    let growing: Vec<String> = [1, 3, 3, 0]
        .map(|count| json!({"choices": [], "usage": counts(count)}).to_string())
        .into();
    let growing: Vec<&str> = growing.iter().map(String::as_str).collect();
    let told = events(&plain(), &growing);
    let counts = in_words(&told);
    let outputs = ["output: 1,", "output: 3,"]
        .map(|count| counts.iter().filter(|line| line.contains(count)).count());
    assert_eq!((outputs, counts.len()), ([1, 1], 2));
}

#[test]
fn p225_cached_tokens_are_read_in_every_vendors_words() {
    let data = json!({"choices": [], "usage": {"prompt_cache_hit_tokens": 60, "prompt_cache_miss_tokens": 40,
        "completion_tokens": 1}}).to_string();
    let usage = Usage {
        input: 100,
        cached: 60,
        output: 1,
        ..Usage::default()
    };
    assert!(events(&plain(), &[&data]).contains(&Event::Usage(usage)));
}

#[test]
fn p226_words_in_one_choice_and_calls_in_another_are_one_answer() {
    let two = json!({"id": "x", "choices": [
        {"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"},
        {"index": 1, "delta": {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]},
         "finish_reason": "tool_calls"},
    ]}).to_string();
    let lines = in_words(&events(&plain(), &[&two, "[DONE]"]));
    assert_eq!(lines, ["text: ok", "call a f: {}", "Stop(ToolUse)", "End"]);
}

#[test]
fn p227_a_refusal_is_told_in_words_and_as_the_reason() {
    let lines = said(
        &plain(),
        &[json!({"refusal": "I "}), json!({"refusal": "won't"})],
    );
    assert_eq!(lines, ["refusal: I won't", "Stop(Refusal(None))", "End"]);
}

#[test]
fn p228_calls_in_the_older_form_are_calls() {
    let call =
        |name: Value, text: &str| json!({"function_call": {"name": name, "arguments": text}});
    let lines = said(
        &plain(),
        &[
            call("f".into(), ""),
            call(Value::Null, "{\"x\""),
            call(Value::Null, ":1}"),
        ],
    );
    assert!(
        lines[0].starts_with("call call_") && lines[0].ends_with(" f: {\"x\":1}"),
        "{lines:?}"
    );
    assert_eq!(lines[1], "Stop(ToolUse)");
}

#[test]
fn a_signature_on_a_call_stands_before_it() {
    let call = json!({"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"},
        "extra_content": {"google": {"thought_signature": "c2ln"}}}]});
    let signature = Opaque::Thought("c2ln".into());
    let lines = said(
        &plain(),
        &[json!({"reasoning_content": "hm"}), call.clone()],
    );
    assert_eq!(
        lines[..2],
        [
            format!("thought: hm {signature:?}"),
            "call a f: {}".to_owned()
        ]
    );
    let lines = said(&plain(), &[json!({"content": "x"}), call]);
    assert_eq!(lines[1], format!("thought:  {signature:?}"));
}

#[test]
fn thoughts_that_the_model_wants_again_are_kept_whole() {
    let quirks = Quirks {
        reasoning_echo: Echo::ToolCalls,
        ..plain()
    };
    let lines = said(
        &quirks,
        &[
            json!({"reasoning_content": "h"}),
            json!({"reasoning_content": "m"}),
            json!({"content": "ok"}),
        ],
    );
    assert_eq!(
        lines[0],
        format!("thought: hm {:?}", Opaque::Plain("hm".into()))
    );
}

#[test]
fn citations_hang_on_the_open_text() {
    let lines = said(
        &plain(),
        &[
            json!({"content": "ok"}),
            json!({"annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A",
            "start_index": 0, "end_index": 2}}]}),
        ],
    );
    assert_eq!(lines[0], "text: ok[https://a.example]");
}

#[test]
fn pictures_come_in_one_piece() {
    let lines = said(
        &plain(),
        &[
            json!({"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}),
        ],
    );
    assert!(
        lines[0].starts_with("Whole(Part { kind: Image"),
        "{lines:?}"
    );
}
