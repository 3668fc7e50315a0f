//! What every provider is sent for every client's requests.

use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::{Forgetful, Unsayable, cleaned, request};

use super::kit::{Model, asked, fixtures, lost, models, older_models, pretty, told, with_carriers};

#[test]
fn requests_of_anthropic_clients() {
    reach_every_provider(Anthropic);
}

#[test]
fn requests_of_chat_clients() {
    reach_every_provider(OpenAi);
}

#[test]
fn requests_of_responses_clients() {
    reach_every_provider(OpenAiResponses);
}

#[test]
fn requests_of_gemini_clients() {
    reach_every_provider(Gemini);
}

fn reach_every_provider(client: Protocol) {
    for (name, text) in fixtures(&format!("requests/{client}")) {
        let is_about_age = ["thinking", "structured", "tools"].contains(&name.as_str());
        let older = older_models().into_iter().filter(|_| is_about_age);
        for model in models().into_iter().chain(older) {
            let body = with_carriers(&text, client, model.protocol);
            let sent = if client == model.protocol {
                kept(client, &body, &model)
            } else {
                crossed(client, &body, &model)
            };
            let sent = sent.unwrap_or_else(|error| format!("refused: {}: {error}", error.field));
            told(
                "requests",
                &format!("{client}_{name}_to_{}", model.name),
                &sent,
            );
        }
    }
}

fn crossed(client: Protocol, body: &str, model: &Model) -> Result<String, Unsayable> {
    let crossed = request(&asked(client, body.as_bytes()), &model.target(), &Forgetful)?;
    let (sent, lost) = (pretty(&crossed.body), lost(&crossed.losses));
    Ok(format!("{sent}\n{lost}"))
}

fn kept(client: Protocol, body: &str, model: &Model) -> Result<String, Unsayable> {
    let cleaned = cleaned(client, body.as_bytes(), &model.target())?;
    Ok(cleaned.map_or_else(
        || "goes as it came".to_owned(),
        |(body, losses)| format!("{}\n{}", pretty(&body), lost(&losses)),
    ))
}
