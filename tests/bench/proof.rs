//! Before anything is timed: each contestant does the work it is timed for.

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::call::ask_once;
use super::contestant::Contestant;
use super::question::{Answer, Dialect, Question};
use super::script::BURST_EVENTS;

/// Asks for a whole answer and for a stream and looks at every part of both.
pub(crate) async fn prove(contestant: &Contestant) -> anyhow::Result<()> {
    let who = contestant.who.name();
    let ask = |answer| {
        contestant.ask(Question {
            dialect: Dialect::OpenAi,
            answer,
            bytes: 1_000,
        })
    };
    let whole = ask_once(&ask(Answer::Json)?)
        .await
        .with_context(|| format!("{who}: one answer"))?;
    let model = contestant.model(Answer::Json);
    names_model(&whole, model).with_context(|| format!("{who}: one answer"))?;
    let stream = ask_once(&ask(Answer::Burst)?)
        .await
        .with_context(|| format!("{who}: a stream"))?;
    let model = contestant.model(Answer::Burst);
    is_whole_stream(&stream, model).with_context(|| format!("{who}: a stream"))
}

fn names_model(text: &str, model: &str) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_str(text).with_context(|| text.to_owned())?;
    ensure!(
        answer["model"] == model,
        "the model should be {model}: {text}"
    );
    ensure!(
        !answer["usage"].is_null() || answer["object"] == "chat.completion.chunk",
        "no usage: {text}"
    );
    Ok(())
}

fn is_whole_stream(text: &str, model: &str) -> anyhow::Result<()> {
    let mut events: Vec<_> = text.split_terminator("\n\n").collect();
    ensure!(
        events.pop() == Some("data: [DONE]"),
        "the stream does not end as it should"
    );
    ensure!(
        events.len() == BURST_EVENTS,
        "{} events instead of {BURST_EVENTS}",
        events.len()
    );
    for event in events {
        let Some(data) = event.strip_prefix("data: ") else {
            bail!("no data in {event}")
        };
        names_model(data, model)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_shows_the_targets_name_is_refused() {
        let event = |model: &str| {
            format!("data: {{\"object\":\"chat.completion.chunk\",\"model\":\"{model}\"}}\n\n")
        };
        let stream =
            |last: &str| event("a").repeat(BURST_EVENTS - 1) + &event(last) + "data: [DONE]\n\n";
        assert!(is_whole_stream(&stream("a"), "a").is_ok());
        assert!(is_whole_stream(&stream("b"), "a").is_err());
        assert!(is_whole_stream(&event("a"), "a").is_err());
    }
}
