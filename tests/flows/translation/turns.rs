//! Conversations of several turns: what providers want back comes back, and nothing of it reaches another one.

use keyway_tests::{Answer, Caller, Protocol, Reply, ScriptedUpstream, Talk, sample};
use serde_json::{Value, json};

use super::heard::heard;
use super::stage::{MODEL, Stage, via};

/// What every scripted provider wants back with its thoughts or calls.
const SEAL: &str = "c2lnbmVk";

/// A conversation as a client keeps it: what was said, in its own protocol.
struct Talked {
    client: Protocol,
    said: Vec<Value>,
    /// Whether the client brings back what it does not understand.
    echoes: bool,
}

impl Talked {
    fn new(client: Protocol) -> Self {
        let first = match client {
            Protocol::Anthropic | Protocol::OpenAi => json!({"role": "user", "content": "hi"}),
            Protocol::Responses => json!({"type": "message", "role": "user", "content": "hi"}),
            Protocol::Gemini => json!({"role": "user", "parts": [{"text": "hi"}]}),
        };
        Self {
            client,
            said: vec![first],
            echoes: true,
        }
    }

    fn body(&self, model: &str) -> Value {
        let said = Value::Array(self.said.clone());
        let body = match self.client {
            Protocol::Anthropic => json!({
                "model": model, "max_tokens": 4096, "messages": said,
                "thinking": {"type": "enabled", "budget_tokens": 1024},
            }),
            Protocol::OpenAi => {
                json!({"model": model, "messages": said, "reasoning_effort": "high"})
            }
            Protocol::Responses => json!({
                "model": model, "input": said, "store": false,
                "include": ["reasoning.encrypted_content"],
                "reasoning": {"effort": "high", "summary": "auto"},
            }),
            Protocol::Gemini => json!({
                "model": model, "contents": said,
                "generationConfig": {"thinkingConfig": {"includeThoughts": true, "thinkingLevel": "high"}},
            }),
        };
        sample::with_tool(self.client, body, "look_up")
    }

    /// Asks, keeps the answer as SDKs do, and answers its calls.
    async fn turn(&mut self, caller: &Caller, model: &str) -> Reply {
        let reply = caller.ask(self.body(model)).await;
        let heard = heard(self.client, &reply);
        let answer = reply.json();
        match self.client {
            Protocol::Anthropic => self
                .said
                .push(json!({"role": "assistant", "content": answer["content"]})),
            Protocol::OpenAi => {
                let mut message = answer["choices"][0]["message"].clone();
                if !self.echoes {
                    let fields = message.as_object_mut().expect("a message is an object");
                    fields.retain(|name, _| ["role", "content", "tool_calls"].contains(&&**name));
                    for call in message["tool_calls"].as_array_mut().into_iter().flatten() {
                        let fields = call.as_object_mut().expect("a call is an object");
                        fields.retain(|name, _| ["id", "type", "function"].contains(&&**name));
                    }
                }
                self.said.push(message);
            }
            Protocol::Responses => self
                .said
                .extend(answer["output"].as_array().cloned().unwrap_or_default()),
            Protocol::Gemini => self.said.push(answer["candidates"][0]["content"].clone()),
        }
        let answered = if heard.calls.is_empty() {
            vec![self.question()]
        } else {
            self.results(&answer)
        };
        self.said.extend(answered);
        reply
    }

    fn question(&self) -> Value {
        let mut next = Self::new(self.client).said.remove(0);
        if self.client == Protocol::Gemini {
            next["parts"][0]["text"] = json!("and then?");
        } else {
            next["content"] = json!("and then?");
        }
        next
    }

    /// The results of the calls of the last answer.
    fn results(&self, answer: &Value) -> Vec<Value> {
        let each = |list: &Value| list.as_array().cloned().unwrap_or_default().into_iter();
        match self.client {
            Protocol::Anthropic => {
                let results = each(&answer["content"])
                    .filter(|block| block["type"] == "tool_use")
                    .map(|call| {
                        json!({"type": "tool_result", "tool_use_id": call["id"], "content": "7 °C"})
                    });
                vec![json!({"role": "user", "content": results.collect::<Vec<_>>()})]
            }
            Protocol::OpenAi => each(&answer["choices"][0]["message"]["tool_calls"])
                .map(|call| json!({"role": "tool", "tool_call_id": call["id"], "content": "7 °C"}))
                .collect(),
            Protocol::Responses => each(&answer["output"])
                .filter(|item| item["type"] == "function_call")
                .map(|call| {
                    json!({
                        "type": "function_call_output", "call_id": call["call_id"], "output": "7 °C",
                    })
                })
                .collect(),
            Protocol::Gemini => {
                let results = each(&answer["candidates"][0]["content"]["parts"])
                    .filter_map(|part| part.get("functionCall").cloned())
                    .map(|call| {
                        json!({"functionResponse": {
                            "id": call["id"], "name": call["name"], "response": {"result": "7 °C"},
                        }})
                    });
                vec![json!({"role": "user", "parts": results.collect::<Vec<_>>()})]
            }
        }
    }
}

fn thinking_and_calling() -> Talk {
    Talk::calling("look_up", json!({"city": "Oslo"})).thinking("Where is it?")
}

/// All that stands where this protocol has what its provider wants back.
fn seals(provider: Protocol, body: &Value) -> Vec<String> {
    let name = match provider {
        Protocol::Anthropic => "signature",
        Protocol::OpenAi => "reasoning_details",
        Protocol::Responses => "encrypted_content",
        Protocol::Gemini => "thoughtSignature",
    };
    let mut found = Vec::new();
    collect(body, name, &mut found);
    found
}

fn collect(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| collect(one, name, found)),
        Value::Object(map) => {
            for (key, inner) in map {
                if key == name {
                    found.extend(inner.as_str().map(str::to_owned));
                }
                collect(inner, name, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn no_wrapping(body: &Value) {
    let text = body.to_string();
    assert!(!text.contains("kw1_"), "wrapped: {text}");
    assert!(!text.contains("a3cxX"), "wrapped in base64: {text}");
}

#[tokio::test]
async fn what_a_provider_wants_back_comes_back_through_any_client() {
    let stage = Stage::with(ScriptedUpstream::talking(thinking_and_calling())).await;
    for provider in [Protocol::Anthropic, Protocol::Responses, Protocol::Gemini] {
        for client in Protocol::ALL.into_iter().filter(|one| *one != provider) {
            let caller = stage.caller(client);
            let mut talked = Talked::new(client);
            talked.turn(&caller, &via(provider)).await;
            talked.turn(&caller, &via(provider)).await;

            let body = stage.upstream.last().json();
            no_wrapping(&body);
            let seals = seals(provider, &body);
            assert_eq!(seals, [SEAL], "{client} to {provider}: {body:#}");
        }
    }
}

#[tokio::test]
async fn what_a_client_drops_is_remembered_for_its_key_only() {
    let stage = Stage::with(ScriptedUpstream::talking(thinking_and_calling())).await;
    for provider in [Protocol::Anthropic, Protocol::Responses, Protocol::Gemini] {
        let caller = stage.caller(Protocol::OpenAi);
        let mut talked = Talked::new(Protocol::OpenAi);
        talked.echoes = false;
        talked.turn(&caller, &via(provider)).await;
        let forgetful = talked.body(&via(provider));

        caller.ask(forgetful.clone()).await;
        let own = stage.upstream.last().json();
        let stranger = stage.keyway.new_key("another").await;
        let other = Caller::new(stage.keyway.address(), Protocol::OpenAi).with_key(&stranger);
        other.ask(forgetful).await;
        let of_other = stage.upstream.last().json();

        assert_eq!(seals(provider, &own), [SEAL], "{provider}: {own:#}");
        let seals = seals(provider, &of_other);
        assert!(
            !seals.contains(&SEAL.to_owned()),
            "{provider}: {of_other:#}"
        );
    }
}

#[tokio::test]
async fn streamed_thoughts_are_remembered_too() {
    let stage = Stage::with(ScriptedUpstream::talking(thinking_and_calling())).await;
    let provider = Protocol::Gemini;
    let mut body = sample::stream(Protocol::OpenAi, &via(provider), "hi");
    body["reasoning_effort"] = json!("high");
    let body = sample::with_tool(Protocol::OpenAi, body, "look_up");
    let streamed = stage.caller(Protocol::OpenAi).ask(body.clone()).await;
    let id = streamed
        .events()
        .iter()
        .filter(|event| event.data != "[DONE]")
        .find_map(|event| {
            let call = event.json()["choices"][0]["delta"]["tool_calls"][0]["id"].clone();
            call.as_str().map(str::to_owned)
        })
        .expect("it calls");
    let mut next = body;
    next["messages"] = json!([
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": id, "type": "function", "function": {"name": "look_up", "arguments": "{\"city\":\"Oslo\"}"}},
        ]},
        {"role": "tool", "tool_call_id": id, "content": "7 °C"},
    ]);

    stage.caller(Protocol::OpenAi).ask(next).await;

    let body = stage.upstream.last().json();
    assert_eq!(seals(provider, &body), [SEAL], "{body:#}");
}

#[tokio::test]
async fn a_conversation_moves_from_provider_to_provider_and_back() {
    for client in Protocol::ALL {
        let stage = Stage::with(ScriptedUpstream::greeting()).await;
        let tour = [
            Protocol::Responses,
            Protocol::Anthropic,
            Protocol::Gemini,
            Protocol::OpenAi,
            Protocol::Responses,
            Protocol::Anthropic,
            Protocol::Gemini,
        ];
        let mut talked = Talked::new(client);
        let mut visited: Vec<Protocol> = Vec::new();
        for provider in tour {
            if client == Protocol::Anthropic && provider == Protocol::OpenAi {
                continue; // its thoughts come back without a signature, as Anthropic's own never do
            }
            // Each thinks, calls, gets its result, and says something.
            stage
                .upstream
                .next_for(MODEL, Answer::talking(thinking_and_calling()));
            stage
                .upstream
                .next_for(MODEL, Answer::saying("Seven degrees."));
            for _ in 0..2 {
                let reply = talked.turn(&stage.caller(client), &via(provider)).await;
                assert_eq!(
                    reply.status,
                    200,
                    "{client} at {provider}: {}",
                    reply.wire()
                );
                let body = stage.upstream.last().json();
                if client != provider || !visited.is_empty() {
                    no_wrapping(&body);
                }
                for other in Protocol::ALL.into_iter().filter(|one| *one != provider) {
                    let foreign = seals(other, &body);
                    assert!(
                        foreign.is_empty(),
                        "{client} at {provider}: {foreign:?} {body:#}"
                    );
                }
            }
            let body = stage.upstream.last().json();
            let own = seals(provider, &body);
            let is_back = visited.contains(&provider);
            if is_back && provider != Protocol::OpenAi {
                // One in the first visit, one in this.
                assert!(
                    own.len() >= 2,
                    "{client} back at {provider}: {own:?} {body:#}"
                );
            }
            let known = [
                SEAL,
                "skip_thought_signature_validator",
                "context_engineering_is_the_way_to_go",
            ];
            assert!(
                own.iter().all(|seal| known.contains(&&**seal)),
                "{client} at {provider}: {own:?} {body:#}"
            );
            visited.push(provider);
        }
    }
}

#[tokio::test]
async fn p117_a_conversation_is_summed_up_by_any_provider_and_goes_on_from_there() {
    let stage = Stage::with(ScriptedUpstream::talking(Talk::saying("We build a boat."))).await;
    let caller = stage.caller(Protocol::Responses);
    let said = json!([{"type": "message", "role": "user", "content": "Build a boat."}]);
    for provider in [Protocol::Anthropic, Protocol::OpenAi, Protocol::Gemini] {
        let body = json!({"model": via(provider), "input": said});
        let by_path = caller.post("/v1/responses/compact", body.to_string()).await;
        let mut input = said.as_array().cloned().unwrap_or_default();
        input.push(json!({"type": "compaction_trigger"}));
        let body = json!({"model": via(provider), "input": input, "stream": true});
        let by_item = caller.ask(body).await;

        assert_eq!(by_path.status, 200, "{provider}: {}", by_path.wire());
        let summary = by_path.json();
        assert_eq!(summary["object"], "response.compaction", "{summary}");
        assert_eq!(summary["output"][0]["type"], "compaction", "{summary}");
        let events = by_item.events();
        let last = events.last().expect("it has events").json();
        assert_eq!(last["type"], "response.completed", "{}", by_item.text());
        let item = &last["response"]["output"][0];
        assert_eq!(item["type"], "compaction", "{last}");
        for item in [&summary["output"][0], item] {
            let question = json!({"type": "message", "role": "user", "content": "And then?"});
            let body = json!({"model": via(provider), "input": [item, question]});
            assert_eq!(caller.ask(body).await.status, 200);
            let asked = stage.upstream.last().json();
            no_wrapping(&asked);
            assert!(asked.to_string().contains("We build a boat."), "{asked:#}");
        }
    }
}
