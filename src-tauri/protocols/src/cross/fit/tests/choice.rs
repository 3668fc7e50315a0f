//! Hosted tools, and which tools have to be used.

use serde_json::json;

use super::tools::{asked, hosted, named, schema_of};
use super::{fitted, fitted_with, function, refused, tool_names};
use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::request::{Hosted, ToolChoice};

#[test]
fn p082_p217_p300_a_choice_without_tools_is_dropped() {
    let mut request = asked(Vec::new());
    request.tool_choice = Some(ToolChoice::Auto);
    request.parallel_tools = Some(false);

    let fitted = fitted(Anthropic, OpenAi, request);

    assert_eq!(fitted.request.tool_choice, None);
    assert_eq!(fitted.request.parallel_tools, None);
}

#[test]
fn p106_a_hosted_tool_that_is_not_there_is_dropped_or_refused_if_forced() {
    let search = || hosted("web_search", Hosted::WebSearch, Anthropic);

    let with_others = fitted(Anthropic, OpenAi, asked(vec![search(), function("read")]));
    assert_eq!(tool_names(&with_others.request), ["read"]);
    assert!(
        with_others
            .lost()
            .contains("dropped tools[web_search_20250305]")
    );

    let forced = ToolChoice::Hosted {
        what: Hosted::WebSearch,
        origin: Anthropic,
        raw: json!({"type": "tool", "name": "web_search"}),
    };
    let mut request = asked(vec![search()]);
    request.tool_choice = Some(forced.clone());
    assert_eq!(
        refused(Anthropic, OpenAi, |_| {}, request).field,
        "tool_choice"
    );

    let mut request = asked(vec![search(), function("read")]);
    request.tool_choice = Some(forced);
    let loosened = fitted(Anthropic, OpenAi, request);
    assert_eq!(loosened.request.tool_choice, Some(ToolChoice::Auto));

    let has_it = fitted_with(
        Anthropic,
        OpenAiResponses,
        |quirks| quirks.web_search = true,
        asked(vec![search()]),
    );
    assert_eq!(has_it.request.tools.len(), 1);
}

#[test]
fn p264_hosted_tools_go_where_they_do_not_go_together_with_functions() {
    let search = || hosted("web_search", Hosted::WebSearch, Anthropic);
    let searches = |quirks: &mut crate::quirks::Quirks| quirks.web_search = true;

    let both = fitted_with(
        Anthropic,
        Gemini,
        searches,
        asked(vec![search(), function("read")]),
    );
    assert_eq!(tool_names(&both.request), ["read"]);

    let alone = fitted_with(Anthropic, Gemini, searches, asked(vec![search()]));
    assert_eq!(tool_names(&alone.request), ["web_search"]);
}

#[test]
fn tools_that_anthropics_clients_run_become_functions() {
    let fitted = fitted(
        Anthropic,
        OpenAi,
        asked(vec![hosted("bash", Hosted::Other, Anthropic)]),
    );

    assert_eq!(tool_names(&fitted.request), ["bash"]);
    assert!(schema_of(&fitted.request.tools[0])["properties"]["command"].is_object());

    let computer = asked(vec![hosted("computer", Hosted::Other, Anthropic)]);
    assert_eq!(
        refused(Anthropic, OpenAi, |_| {}, computer).field,
        "tools[0]"
    );
}

#[test]
fn p174_one_call_at_a_time_has_a_choice_to_stand_in() {
    let mut request = asked(vec![function("read")]);
    request.parallel_tools = Some(false);

    let fitted = fitted(OpenAi, Anthropic, request);

    assert_eq!(fitted.request.tool_choice, Some(ToolChoice::Auto));
    assert_eq!(fitted.request.parallel_tools, Some(false));
}

#[test]
fn a_choice_among_some_tools_is_a_shorter_list_where_the_target_has_no_word_for_it() {
    let request = || {
        let mut request = asked(vec![function("a"), function("b"), function("c")]);
        request.tool_choice = Some(ToolChoice::Allowed {
            required: true,
            names: vec![named("a", None, false), named("c", None, false)],
        });
        request
    };

    let shorter = fitted(OpenAi, Anthropic, request());
    assert_eq!(tool_names(&shorter.request), ["a", "c"]);
    assert_eq!(shorter.request.tool_choice, Some(ToolChoice::Any));

    let knows = fitted(OpenAi, OpenAiResponses, request());
    assert_eq!(tool_names(&knows.request), ["a", "b", "c"]);
}
