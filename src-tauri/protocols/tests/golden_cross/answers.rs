//! What every client is told of every provider's whole answers.

use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::{Forgetful, WayBack, request};
use serde_json::json;

use super::kit::{Model, asked, fixtures, lost, models, pretty, told};

#[test]
fn answers_reach_every_client() {
    for model in models() {
        for (name, body) in fixtures(&format!("answers/{}", model.name)) {
            for client in Protocol::ALL.into_iter().filter(|it| *it != model.protocol) {
                let way = way(client, &model);
                let body = as_asked(&body, client);
                let answer = way.whole(body.as_bytes()).expect("an answer");
                let end = answer.end;
                let text = format!(
                    "{}\n\nfinish: {:?}\nusage: {:?}\nwhole: {}\nthoughts: {:?}\n{}",
                    pretty(&answer.body),
                    end.finish_reason,
                    end.usage,
                    end.whole,
                    end.thoughts,
                    lost(&end.losses),
                );
                told(
                    "answers",
                    &format!("{}_{name}_to_{client}", model.name),
                    &text,
                );
            }
        }
    }
}

/// Providers know the tools of a namespace by a longer name.
fn as_asked(body: &str, client: Protocol) -> String {
    match client {
        OpenAiResponses => body.replace(r#""name":"read""#, r#""name":"files__read""#),
        Anthropic | OpenAi | Gemini => body.to_owned(),
    }
}

/// The way back of a request with a function, and a tool for free text where the client has such.
fn way(client: Protocol, model: &Model) -> WayBack {
    let schema = json!({"type": "object", "properties": {"path": {"type": "string"}}});
    let body = match client {
        Anthropic => json!({
            "max_tokens": 100, "messages": [{"role": "user", "content": "x"}],
            "tools": [
                {"name": "read", "input_schema": schema},
                {"name": "apply_patch", "input_schema": schema},
            ],
        }),
        OpenAi => json!({
            "messages": [{"role": "user", "content": "x"}],
            "tools": [
                {"type": "function", "function": {"name": "read", "parameters": schema}},
                {"type": "custom", "custom": {"name": "apply_patch"}},
            ],
        }),
        OpenAiResponses => json!({
            "input": "x",
            "tools": [
                {"type": "namespace", "name": "files", "description": "", "tools": [
                    {"type": "function", "name": "read", "parameters": schema},
                ]},
                {"type": "custom", "name": "apply_patch"},
                {"type": "web_search"},
            ],
            "tool_choice": "auto",
            "metadata": {"team": "a"},
        }),
        Gemini => json!({
            "contents": [{"role": "user", "parts": [{"text": "x"}]}],
            "tools": [{"functionDeclarations": [
                {"name": "read", "parametersJsonSchema": schema},
                {"name": "apply_patch", "parametersJsonSchema": schema},
            ]}],
        }),
    };
    let body = body.to_string();
    let mut asked = asked(client, body.as_bytes());
    asked.streamed = Some(false);
    let crossed = request(&asked, &model.target(), &Forgetful);
    crossed.expect("it can be said to anybody").way_back
}
