//! Upstreams that fail in every way there is: what the client sees, what the log says, and what memory stays.

use keyway_tests::{Answer, Protocol, ScriptedUpstream, TestKeyway, sample};
use serde_json::{Value, json};

use crate::outcome::{logged, message, seen};
use crate::table;

/// So much more memory than before may be in use after a fault; a debug build's first requests take most of it.
const MEMORY_KB: u64 = 24_000;

/// What came of a fault: `client: what it sees | what the log says`, in both forms at once where they agree.
type Outcomes = Vec<String>;

/// Lets clients of all protocols meet an upstream's answers, whole and streamed, and tells what came of it.
async fn outcomes(fault: &str, upstream: &ScriptedUpstream, answers: [Answer; 2]) -> Outcomes {
    let patience = json!({"connect_ms": 1000, "first_byte_ms": 300, "idle_ms": 300});
    let keyway = TestKeyway::with_provider("m", upstream, json!({"timeouts": patience})).await;
    let before = keyway.own_kb();
    let [whole, streamed] = answers;
    let mut lines = Vec::new();
    for protocol in Protocol::ALL {
        upstream.always(whole.clone());
        let whole = outcome(&keyway, protocol, sample::ask(protocol, "m", "hi")).await;
        upstream.always(streamed.clone());
        let streamed = outcome(&keyway, protocol, sample::stream(protocol, "m", "hi")).await;
        lines.push(format!("{protocol}: {whole}"));
        if whole != streamed {
            lines.push(format!("{protocol} streaming: {streamed}"));
        }
    }
    let after = keyway.own_kb();
    assert!(after < before + MEMORY_KB, "{before} KB grew to {after} KB");
    table::record(fault, &lines, before, after);
    lines
}

/// The same with one answer for both forms.
async fn outcomes_of(fault: &str, answer: Answer) -> Outcomes {
    let upstream = ScriptedUpstream::greeting();
    outcomes(fault, &upstream, [answer.clone(), answer]).await
}

/// The same with an answer that `breaks` off after so many pieces: some bytes when whole, some events when streamed.
async fn outcomes_cut(fault: &str, breaks: fn(Answer, usize) -> Answer) -> Outcomes {
    let answer = Answer::saying("one two three four");
    let whole = breaks(answer.clone().byte_by_byte(), 30);
    let upstream = ScriptedUpstream::greeting();
    outcomes(fault, &upstream, [whole, breaks(answer, 3)]).await
}

async fn outcome(keyway: &TestKeyway, protocol: Protocol, body: Value) -> String {
    let reply = keyway.caller(protocol).ask(body).await;
    if reply.status >= 400 {
        let body = reply.json();
        assert!(!message(&body).is_empty(), "what happened is told: {body}");
    }
    let entry = keyway.log_of(&reply).await;
    format!("{} | {}", seen(protocol, &reply), logged(&entry))
}

/// All of a short answer came.
const SHORT: [&str; 8] = [
    "anthropic: 200 | 200",
    "anthropic streaming: 200, 7 events, then message_stop | 200",
    "openai: 200 | 200",
    "openai streaming: 200, 5 events, then [DONE] | 200",
    "openai-responses: 200 | 200",
    "openai-responses streaming: 200, 9 events, then response.completed | 200",
    "gemini: 200 | 200",
    "gemini streaming: 200, 2 events, then STOP | 200",
];

/// What came is passed on, what is missing is told: never a clean-looking end.
const CUT: [&str; 8] = [
    "anthropic: 502 api_error upstream_cut | 502 upstream_cut",
    "anthropic streaming: 200, 4 events, then api_error upstream_cut | 200 upstream_cut",
    "openai: 502 server_error upstream_cut | 502 upstream_cut",
    "openai streaming: 200, 4 events, then server_error upstream_cut | 200 upstream_cut",
    "openai-responses: 502 server_error upstream_cut | 502 upstream_cut",
    "openai-responses streaming: 200, 4 events, then response.failed server_error | 200 upstream_cut",
    "gemini: 502 INTERNAL upstream_cut | 502 upstream_cut",
    "gemini streaming: 200, 4 events, then INTERNAL upstream_cut | 200 upstream_cut",
];

/// No answer came about.
const UNREACHABLE: [&str; 4] = [
    "anthropic: 502 api_error upstream_unreachable | 502 upstream_unreachable, tried: upstream_unreachable",
    "openai: 502 server_error upstream_unreachable | 502 upstream_unreachable, tried: upstream_unreachable",
    "openai-responses: 502 server_error upstream_unreachable | 502 upstream_unreachable, tried: upstream_unreachable",
    "gemini: 502 INTERNAL upstream_unreachable | 502 upstream_unreachable, tried: upstream_unreachable",
];

#[tokio::test]
async fn refused_connection() {
    let upstream = ScriptedUpstream::refusing();
    let answers = [Answer::silence(), Answer::silence()];
    let lines = outcomes("refused connection", &upstream, answers).await;
    assert_eq!(lines, UNREACHABLE);
}

#[tokio::test]
async fn silence_before_headers() {
    let lines = outcomes_of("hangs before headers", Answer::silence()).await;
    assert_eq!(
        lines,
        [
            "anthropic: 504 timeout_error upstream_timeout | 504 upstream_timeout, tried: upstream_timeout",
            "openai: 504 server_error upstream_timeout | 504 upstream_timeout, tried: upstream_timeout",
            "openai-responses: 504 server_error upstream_timeout | 504 upstream_timeout, tried: upstream_timeout",
            "gemini: 504 DEADLINE_EXCEEDED upstream_timeout | 504 upstream_timeout, tried: upstream_timeout"
        ]
    );
}

#[tokio::test]
async fn connection_closed_without_a_byte() {
    let lines = outcomes_of("hangs up without a byte", Answer::hang_up()).await;
    assert_eq!(lines, UNREACHABLE);
}

#[tokio::test]
async fn silence_in_the_middle() {
    let lines = outcomes_cut("hangs in the middle", Answer::hanging_after).await;
    assert_eq!(lines, CUT);
}

#[tokio::test]
async fn reset_in_the_middle() {
    let lines = outcomes_cut("reset (RST) in the middle", Answer::reset_after).await;
    assert_eq!(lines, CUT);
}

#[tokio::test]
async fn close_in_the_middle() {
    let lines = outcomes_cut("closed (FIN) in the middle", Answer::closed_after).await;
    assert_eq!(lines, CUT);
}

#[tokio::test]
async fn clean_end_without_the_closing_event() {
    let lines = outcomes_of(
        "clean end, no closing event",
        Answer::saying("one two three").ended_after(3),
    )
    .await;
    assert_eq!(
        lines,
        [
            "anthropic: 200 | 200",
            "anthropic streaming: 200, 4 events, then api_error upstream_cut | 200 upstream_cut",
            "openai: 200 | 200",
            "openai streaming: 200, 4 events, then server_error upstream_cut | 200 upstream_cut",
            "openai-responses: 200 | 200",
            "openai-responses streaming: 200, 4 events, then response.failed server_error | 200 upstream_cut",
            "gemini: 200 | 200",
            "gemini streaming: 200, 4 events, then INTERNAL upstream_cut | 200 upstream_cut"
        ]
    );
}

#[tokio::test]
async fn p026_html_page_with_status_502() {
    let lines = outcomes_of("HTML page with 502", Answer::bad_gateway_page()).await;
    assert_eq!(
        lines,
        [
            "anthropic: 502 api_error upstream_error | 502 upstream, tried: 502",
            "openai: 502 server_error upstream_error | 502 upstream, tried: 502",
            "openai-responses: 502 server_error upstream_error | 502 upstream, tried: 502",
            "gemini: 502 INTERNAL upstream_error | 502 upstream, tried: 502"
        ]
    );
}

#[tokio::test]
async fn html_page_with_status_200() {
    let lines = outcomes_of(
        "HTML page with 200",
        Answer::bad_gateway_page().with_status(200),
    )
    .await;
    assert_eq!(
        lines,
        [
            "anthropic: 502 api_error upstream_not_an_answer | 502 upstream_not_an_answer, tried: upstream_not_an_answer",
            "openai: 502 server_error upstream_not_an_answer | 502 upstream_not_an_answer, tried: upstream_not_an_answer",
            "openai-responses: 502 server_error upstream_not_an_answer | 502 upstream_not_an_answer, tried: upstream_not_an_answer",
            "gemini: 502 INTERNAL upstream_not_an_answer | 502 upstream_not_an_answer, tried: upstream_not_an_answer"
        ]
    );
}

#[tokio::test]
async fn rate_limit_with_retry_after() {
    let lines = outcomes_of("429 with retry-after", Answer::rate_limited(7)).await;
    assert_eq!(
        lines,
        [
            "anthropic: 429 rate_limit_error, retry after 7 s | 429 rate_limit, tried: 429",
            "openai: 429 requests rate_limit_exceeded, retry after 7 s | 429 rate_limit, tried: 429",
            "openai-responses: 429 requests rate_limit_exceeded, retry after 7 s | 429 rate_limit, tried: 429",
            "gemini: 429 RESOURCE_EXHAUSTED, retry after 7 s | 429 rate_limit, tried: 429"
        ]
    );
}

#[tokio::test]
async fn overload() {
    let lines = outcomes_of("529", Answer::overloaded()).await;
    assert_eq!(
        lines,
        [
            "anthropic: 529 overloaded_error | 529 overloaded, tried: 529",
            "openai: 529 server_error | 529 overloaded, tried: 529",
            "openai-responses: 529 server_error | 529 overloaded, tried: 529",
            "gemini: 529 UNAVAILABLE | 529 overloaded, tried: 529"
        ]
    );
}

#[tokio::test]
async fn status_500_without_a_body() {
    let lines = outcomes_of("empty 500", Answer::body("text/plain", "").with_status(500)).await;
    assert_eq!(
        lines,
        [
            "anthropic: 500 api_error upstream_error | 500 upstream, tried: 500",
            "openai: 500 server_error upstream_error | 500 upstream, tried: 500",
            "openai-responses: 500 server_error upstream_error | 500 upstream, tried: 500",
            "gemini: 500 INTERNAL upstream_error | 500 upstream, tried: 500"
        ]
    );
}

#[tokio::test]
async fn refusal_in_plain_text() {
    let lines = outcomes_of(
        "plain text with 503",
        Answer::body("text/plain", "no capacity").with_status(503),
    )
    .await;
    assert_eq!(
        lines,
        [
            "anthropic: 503 overloaded_error upstream_error | 503 overloaded, tried: 503",
            "openai: 503 server_error upstream_error | 503 overloaded, tried: 503",
            "openai-responses: 503 server_error upstream_error | 503 overloaded, tried: 503",
            "gemini: 503 UNAVAILABLE upstream_error | 503 overloaded, tried: 503"
        ]
    );
}

#[tokio::test]
async fn gzip() {
    let lines = outcomes_of("gzip", Answer::saying("grüße").gzipped()).await;
    assert_eq!(lines, SHORT);
}

#[tokio::test]
async fn crlf() {
    let lines = outcomes_of("CRLF", Answer::saying("grüße").with_crlf()).await;
    assert_eq!(lines, SHORT);
}

#[tokio::test]
async fn characters_cut_in_two() {
    let lines = outcomes_of(
        "split UTF-8",
        Answer::saying("grüße 你好 👋").split_in_characters(),
    )
    .await;
    assert_eq!(
        lines,
        [
            "anthropic: 200 | 200",
            "anthropic streaming: 200, 9 events, then message_stop | 200",
            "openai: 200 | 200",
            "openai streaming: 200, 7 events, then [DONE] | 200",
            "openai-responses: 200 | 200",
            "openai-responses streaming: 200, 11 events, then response.completed | 200",
            "gemini: 200 | 200",
            "gemini streaming: 200, 4 events, then STOP | 200"
        ]
    );
}

#[tokio::test]
async fn bytes_one_by_one() {
    let lines = outcomes_of("byte by byte", Answer::saying("grüße").byte_by_byte()).await;
    assert_eq!(lines, SHORT);
}
