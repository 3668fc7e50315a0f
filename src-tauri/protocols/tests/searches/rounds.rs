//! Streams in several rounds.

use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::{SearchFailure, Searched};
use serde_json::{Value, json};

use super::kit::{Said, ask, driven, pages, parsed, sub_request, try_ask};

/// The types of the blocks, but for thoughts: a signature of Gemini travels in one.
fn kinds(blocks: &[Value]) -> Vec<&str> {
    let kinds = blocks.iter().filter_map(|block| block["type"].as_str());
    kinds.filter(|kind| *kind != "thinking").collect()
}

/// What is told without thoughts.
fn said(blocks: Vec<Value>) -> Vec<Value> {
    let is_said = |block: &Value| block["type"] != "thinking";
    blocks.into_iter().filter(is_said).collect()
}

#[test]
fn the_hosted_tool_becomes_a_function_that_has_to_be_called_first() {
    let crossed = ask(&sub_request(true), OpenAi);

    assert!(crossed.way_back.searches());
    let body = parsed(&crossed.body);
    let function = &body["tools"][0]["function"];
    assert_eq!(function["name"], "web_search");
    assert_eq!(function["parameters"]["required"], json!(["query"]));
    assert_eq!(
        body["tool_choice"],
        json!({"type": "function", "function": {"name": "web_search"}})
    );
    assert_eq!(
        crossed.losses.header().as_deref(),
        Some("replaced tools[web_search_20250305]")
    );

    let mut somewhere = sub_request(true);
    somewhere["tools"][0]["user_location"] =
        json!({"type": "approximate", "city": "Oslo", "country": "NO"});
    let body = parsed(&ask(&somewhere, OpenAi).body);
    let description = body["tools"][0]["function"]["description"].as_str();
    assert!(description.is_some_and(|text| text.ends_with("The user is in Oslo, NO.")));
}

#[test]
fn p106_without_a_search_service_the_client_is_told_what_to_do() {
    let refused = try_ask(&sub_request(true), OpenAi, false).unwrap_err();

    assert_eq!(refused.field, "tool_choice");
    assert!(
        refused.message.contains("add a web search tool provider"),
        "{refused}"
    );
}

#[test]
fn a_search_is_seen_as_anthropics_own_and_the_model_answers_from_it() {
    for target in [OpenAi, Gemini, Anthropic] {
        let crossed = ask(&sub_request(true), target);
        let rounds = [
            Said::search("call_1", "rust 2027"),
            Said::text("Rust 2027 is out."),
        ];

        let outcome = driven(&crossed, target, &rounds, pages);

        let blocks = said(outcome.blocks());
        assert_eq!(
            kinds(&blocks),
            ["server_tool_use", "web_search_tool_result", "text"],
            "{target}"
        );
        let id = &blocks[0]["id"];
        assert_eq!(blocks[0]["name"], "web_search");
        assert_eq!(blocks[0]["input"], json!({"query": "rust 2027"}));
        assert_eq!(&blocks[1]["tool_use_id"], id);
        let page = &blocks[1]["content"][0];
        assert_eq!(page["url"], "https://example.com/rust-2027");
        assert_eq!(page["title"], "About rust 2027");
        assert_eq!(page["page_age"], "2027-01-02");
        assert_eq!(outcome.told.matches("event: message_start").count(), 1);
        let last = outcome.event("message_delta");
        assert_eq!(last["delta"]["stop_reason"], "end_turn");
        assert_eq!(
            last["usage"]["input_tokens"], 20,
            "{target}: of both rounds"
        );
        assert_eq!(last["usage"]["output_tokens"], 2);
        assert_eq!(last["usage"]["server_tool_use"]["web_search_requests"], 1);
        let usage = outcome.end.usage.unwrap();
        assert_eq!((usage.input, usage.output), (20, 2));
        assert_eq!(outcome.end.finish_reason.as_deref(), Some("end_turn"));
        assert_eq!(outcome.wanted[0].query, "rust 2027");
    }
}

#[test]
fn the_next_request_has_the_call_its_result_and_a_free_choice() {
    let crossed = ask(&sub_request(true), OpenAi);
    let rounds = [Said::search("call_1", "rust 2027"), Said::text("Out.")];
    let outcome = driven(&crossed, OpenAi, &rounds, pages);

    let (first, next) = (parsed(&crossed.body), &outcome.asked[0]);
    assert_eq!(next["tool_choice"], "auto");
    assert_eq!(next["tools"], first["tools"]);
    assert_eq!(next["stream"], true);
    let messages = next["messages"].as_array().unwrap();
    let before = first["messages"].as_array().unwrap();
    assert_eq!(&messages[..before.len()], before, "the prompt cache holds");
    let call = &messages[before.len()]["tool_calls"][0];
    assert_eq!(call["id"], "call_1");
    assert_eq!(call["function"]["name"], "web_search");
    let result = &messages[before.len() + 1];
    assert_eq!(result["role"], "tool");
    assert_eq!(result["tool_call_id"], "call_1");
    let said = result["content"].as_str().unwrap();
    assert!(said.contains("https://example.com/rust-2027"), "{said}");
    assert!(
        said.contains("All there is to know of rust 2027."),
        "{said}"
    );
}

#[test]
fn what_the_provider_wants_back_goes_along() {
    let thought = |id| Said {
        thought: "hm",
        ..Said::search(id, "x")
    };
    let rounds = |id| [thought(id), Said::text("ok")];

    let gemini = driven(
        &ask(&sub_request(true), Gemini),
        Gemini,
        &rounds("c"),
        pages,
    );
    let contents = gemini.asked[0]["contents"].as_array().unwrap();
    let model = contents
        .iter()
        .find(|turn| turn["role"] == "model")
        .unwrap();
    assert!(model.to_string().contains("\"thoughtSignature\":\"c2ln\""));
    let result = contents.last().unwrap();
    assert_eq!(result["parts"][0]["functionResponse"]["name"], "web_search");

    let mut body = sub_request(true);
    body["thinking"] = json!({"type": "enabled", "budget_tokens": 1024});
    body["max_tokens"] = 4000.into();
    body["tool_choice"] = json!({"type": "auto"});
    let anthropic = driven(&ask(&body, Anthropic), Anthropic, &rounds("toolu_1"), pages);
    let said = &anthropic.asked[0]["messages"][1]["content"];
    assert_eq!(
        said[0],
        json!({"type": "thinking", "thinking": "hm", "signature": "c2ln"})
    );
    assert_eq!(said[1]["id"], "toolu_1");
}

#[test]
fn several_searches_at_once_and_one_after_the_other_are_all_made() {
    for target in [OpenAi, Gemini] {
        let crossed = ask(&sub_request(true), target);
        let rounds = [
            Said::search("a", "x").call("b", "web_search", json!({"query": "y"})),
            Said {
                text: "One more.",
                ..Said::search("a", "z")
            },
            Said::text("Done."),
        ];

        let outcome = driven(&crossed, target, &rounds, pages);

        let queries: Vec<&str> = outcome
            .wanted
            .iter()
            .map(|wanted| wanted.query.as_str())
            .collect();
        assert_eq!(queries, ["x", "y", "z"]);
        assert_eq!(
            kinds(&outcome.blocks()),
            [
                "server_tool_use",
                "server_tool_use",
                "web_search_tool_result",
                "web_search_tool_result",
                "text",
                "server_tool_use",
                "web_search_tool_result",
                "text"
            ]
        );
        assert_eq!(outcome.end.usage.unwrap().input, 30);
        assert_eq!(outcome.asked.len(), 2);
        let last = outcome.event("message_delta");
        assert_eq!(last["usage"]["server_tool_use"]["web_search_requests"], 3);
    }
}

#[test]
fn a_search_that_fails_is_an_error_block_and_the_model_hears_of_it() {
    let crossed = ask(&sub_request(true), OpenAi);
    let rounds = [Said::search("a", "x"), Said::text("I do not know.")];

    let outcome = driven(&crossed, OpenAi, &rounds, |_| {
        Searched::Failed(SearchFailure::TooManyRequests)
    });

    let content = &outcome.blocks()[1]["content"];
    assert_eq!(
        *content,
        json!({"type": "web_search_tool_result_error", "error_code": "too_many_requests"})
    );
    assert!(outcome.asked[0].to_string().contains("The search failed"));
    let usage = &outcome.event("message_delta")["usage"];
    assert_eq!(
        usage.get("server_tool_use"),
        None,
        "a failure costs nothing"
    );
}

#[test]
fn no_more_searches_are_made_than_the_client_allows() {
    let mut body = sub_request(true);
    body["tools"][0]["max_uses"] = 1.into();
    let crossed = ask(&body, OpenAi);
    let rounds = [
        Said::search("a", "x").call("b", "web_search", json!({"query": "y"})),
        Said::search("c", "z"),
        Said::text("Done."),
    ];

    let outcome = driven(&crossed, OpenAi, &rounds, pages);

    assert_eq!(outcome.wanted.len(), 1);
    let blocks = outcome.blocks();
    assert_eq!(blocks[3]["content"]["error_code"], "max_uses_exceeded");
    assert_eq!(blocks[5]["content"]["error_code"], "max_uses_exceeded");
}

#[test]
fn a_call_without_a_query_is_answered_with_an_error() {
    let crossed = ask(&sub_request(true), OpenAi);
    let rounds = [
        Said::default().call("a", "web_search", json!({"q": 1})),
        Said::text("Done."),
    ];

    let outcome = driven(&crossed, OpenAi, &rounds, pages);

    assert!(outcome.wanted.is_empty());
    assert_eq!(
        outcome.blocks()[1]["content"]["error_code"],
        "invalid_tool_input"
    );
}

#[test]
fn a_model_that_never_stops_searching_is_stopped() {
    let crossed = ask(&sub_request(true), OpenAi);
    let rounds: Vec<Said> = (0..11).map(|_| Said::search("a", "x")).collect();

    let outcome = driven(&crossed, OpenAi, &rounds, pages);

    assert_eq!(outcome.asked.len(), 10);
    assert_eq!(outcome.asked[9]["tool_choice"], "none");
    let last = outcome.event("message_delta");
    assert_eq!(last["delta"]["stop_reason"], "pause_turn");
}

#[test]
fn an_answer_that_was_cut_gets_no_further_round() {
    let crossed = ask(&sub_request(true), OpenAi);
    let rounds = [Said {
        is_cut: true,
        ..Said::search("a", "x")
    }];

    let outcome = driven(&crossed, OpenAi, &rounds, pages);

    assert!(outcome.asked.is_empty());
    assert_eq!(outcome.blocks()[1]["content"]["error_code"], "unavailable");
    let last = outcome.event("message_delta");
    assert_eq!(last["delta"]["stop_reason"], "max_tokens");
}

fn with_a_tool() -> Value {
    let mut body = sub_request(true);
    let tools = body["tools"].as_array_mut().expect("a list");
    tools.push(json!({
        "name": "read", "description": "Reads.", "input_schema": {"type": "object", "properties": {}},
    }));
    body["tools"][0]["blocked_domains"] = json!(["example.org"]);
    body["tool_choice"] = json!({"type": "auto"});
    body
}

#[test]
fn calls_of_the_clients_own_tools_end_the_answer_behind_the_results() {
    for target in [OpenAi, Gemini] {
        let crossed = ask(&with_a_tool(), target);
        let rounds = [Said {
            text: "Both.",
            ..Said::search("a", "x").call("b", "read", json!({"n": 1}))
        }];

        let outcome = driven(&crossed, target, &rounds, pages);

        assert!(outcome.asked.is_empty(), "the client's turn");
        assert_eq!(
            kinds(&outcome.blocks()),
            [
                "text",
                "server_tool_use",
                "web_search_tool_result",
                "tool_use"
            ]
        );
        let last = outcome.event("message_delta");
        assert_eq!(last["delta"]["stop_reason"], "tool_use");
        assert_eq!(outcome.wanted[0].never, ["example.org"]);
    }
}

#[test]
fn answers_without_searches_go_as_always() {
    let crossed = ask(&with_a_tool(), OpenAi);
    let rounds = [Said {
        text: "Reading.",
        ..Said::default().call("b", "read", json!({"n": 1}))
    }];

    let outcome = driven(&crossed, OpenAi, &rounds, pages);

    assert_eq!(kinds(&outcome.blocks()), ["text", "tool_use"]);
    assert_eq!(outcome.end.usage.unwrap().input, 10);
}

#[test]
fn a_tool_of_the_client_keeps_its_name() {
    let mut body = with_a_tool();
    body["tools"][1]["name"] = "web_search".into();
    let crossed = ask(&body, OpenAi);

    let sent = parsed(&crossed.body);
    assert_eq!(sent["tools"][0]["function"]["name"], "web_search_online");
    assert_eq!(sent["tools"][1]["function"]["name"], "web_search");
    let rounds = [
        Said::default().call("a", "web_search_online", json!({"query": "x"})),
        Said::default().call("b", "web_search", json!({"n": 1})),
    ];
    let outcome = driven(&crossed, OpenAi, &rounds, pages);
    assert_eq!(
        kinds(&outcome.blocks()),
        ["server_tool_use", "web_search_tool_result", "tool_use"]
    );
}

#[test]
fn targets_that_search_by_themselves_and_other_clients_are_left_alone() {
    let body = parsed(&ask(&sub_request(true), OpenAiResponses).body);
    assert_eq!(body["tools"][0]["type"], "function", "{body}");

    let straight = ask(&sub_request(true), Anthropic);
    assert!(straight.way_back.searches());
    let unsearched = try_ask(&sub_request(true), Anthropic, false).unwrap();
    assert!(!unsearched.way_back.searches());
    let body = parsed(&unsearched.body);
    assert_eq!(body["tools"], sub_request(true)["tools"]);
}
