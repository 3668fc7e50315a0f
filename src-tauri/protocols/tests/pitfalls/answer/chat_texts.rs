use keyway_protocols::Protocol::{Anthropic, OpenAi};
use serde_json::{Value, json};

use super::{OTHERS, chunk, done, finish, fragment, told, told_by};
use crate::ways::way;
use keyway_protocols::cross::ReasoningForm;

#[test]
fn p045_two_roles_are_one_beginning() {
    let role = || chunk(json!({"role": "assistant", "content": ""}));
    let told = told(
        Anthropic,
        OpenAi,
        &[
            role(),
            role(),
            chunk(json!({"content": "x"})),
            finish("stop"),
            done(),
        ],
    );

    assert_eq!(told.count("event: message_start"), 1);
    assert_eq!(told.heard.text, "x");
}

#[test]
fn p048_text_behind_the_reason_to_stop_is_told() {
    for client in OTHERS {
        let events = [
            chunk(json!({"content": "a"})),
            finish("stop"),
            chunk(json!({"content": "b"})),
            done(),
        ];
        assert_eq!(told(client, OpenAi, &events).heard.text, "ab");
    }
}

#[test]
fn p049_blocks_are_counted_one_by_one() {
    let events = [
        chunk(json!({"reasoning_content": "hm"})),
        chunk(json!({"content": "ok"})),
        fragment(0, Some("c"), Some("f"), "{}"),
        chunk(json!({"content": "then"})),
        finish("stop"),
        done(),
    ];
    let told = told(Anthropic, OpenAi, &events);
    let starts: Vec<Value> = told
        .events()
        .into_iter()
        .filter(|event| event["type"] == "content_block_start")
        .map(|event| json!([event["index"], event["content_block"]["type"]]))
        .collect();

    assert_eq!(
        json!(starts),
        json!([[0, "thinking"], [1, "text"], [2, "tool_use"], [3, "text"]])
    );
}

#[test]
fn p050_chunks_without_a_choice_do_no_harm() {
    let mut without = chunk(json!({}));
    without.as_object_mut().map(|chunk| chunk.remove("choices"));
    let mut null = chunk(json!({}));
    null["choices"][0]["delta"] = Value::Null;
    let azure = json!({"id": "", "object": "", "created": 0, "model": "", "choices": [],
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]});
    for client in OTHERS {
        let events = [
            azure.clone(),
            without.clone(),
            null.clone(),
            chunk(json!({"content": "x"})),
            finish("stop"),
            done(),
        ];
        assert_eq!(told(client, OpenAi, &events).heard.text, "x");
    }
}

#[test]
fn p054_an_empty_delta_opens_no_text() {
    let events = [
        chunk(json!({"role": "assistant", "content": ""})),
        chunk(json!({"content": null, "reasoning_content": ""})),
        fragment(0, Some("c"), Some("f"), "{}"),
        finish("tool_calls"),
        done(),
    ];
    let told = told(Anthropic, OpenAi, &events);

    assert_eq!(told.count("\"type\":\"text\""), 0);
    assert_eq!(told.count("\"type\":\"thinking\""), 0);
}

#[test]
fn p059_an_emoji_in_two_halves_is_whole_again() {
    let half = |escape: &str| {
        chunk(json!({"content": "HALF"}))
            .to_string()
            .replace("HALF", escape)
    };
    for client in OTHERS {
        let events = [
            json!(half("a\\ud83d")),
            json!(half("\\ude00b")),
            finish("stop"),
            done(),
        ];
        let told = told(client, OpenAi, &events);
        assert_eq!(told.heard.text, "a😀b");
    }
}

#[test]
fn p094_thoughts_are_apart_from_the_text() {
    let events = [
        chunk(json!({"reasoning_content": "h"})),
        chunk(json!({"reasoning_content": "m"})),
        chunk(json!({"content": "ok"})),
        finish("stop"),
        done(),
    ];
    for client in OTHERS {
        let told = told(client, OpenAi, &events);
        assert_eq!(
            (told.heard.thought.as_str(), told.heard.text.as_str()),
            ("hm", "ok")
        );
    }
    let way = way(Anthropic, OpenAi, ReasoningForm::Tags);
    let told = told_by(&way, Anthropic, &super::stream(&events));
    assert_eq!(told.heard.text, "<think>hm</think>\n\nok");
}

#[test]
fn p098_p099_mere_thoughts_and_nothing_at_all_are_answers() {
    for client in OTHERS {
        let thoughts = [
            chunk(json!({"reasoning_content": "hm"})),
            finish("stop"),
            done(),
        ];
        let heard = told(client, OpenAi, &thoughts).heard;
        assert_eq!((heard.thought.as_str(), heard.text.as_str()), ("hm", ""));

        let nothing = [
            chunk(json!({"role": "assistant", "content": ""})),
            finish("stop"),
            done(),
        ];
        let heard = told(client, OpenAi, &nothing).heard;
        assert_eq!((heard.thought.as_str(), heard.text.as_str()), ("", ""));
    }
}

#[test]
fn p226_choices_that_were_not_asked_for_are_one_answer() {
    let mut second = chunk(json!({"tool_calls": [
        {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}));
    second["choices"][0]["index"] = json!(1);
    let mut end = finish("tool_calls");
    end["choices"][0]["index"] = json!(1);
    for client in OTHERS {
        let events = [
            chunk(json!({"content": "x"})),
            second.clone(),
            finish("stop"),
            end.clone(),
            done(),
        ];
        let heard = told(client, OpenAi, &events).heard;
        assert_eq!((heard.text.as_str(), heard.calls.len()), ("x", 1));
    }
}

#[test]
fn p227_a_refusal_is_told() {
    let events = [
        chunk(json!({"refusal": "I can"})),
        chunk(json!({"refusal": "not"})),
        finish("stop"),
        done(),
    ];
    let told = told(Anthropic, OpenAi, &events);

    assert_eq!(
        (told.heard.text.as_str(), told.heard.stop.as_str()),
        ("I cannot", "refusal")
    );
}
