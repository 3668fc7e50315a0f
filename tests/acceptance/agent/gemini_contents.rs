//! The contents of a request to Gemini.

use serde_json::Value;

use super::gemini::check_names;
use super::reading::Said;
use super::refusal::{Read, ensure, list, refuse, text};
use super::seals::Seals;

/// What may stand for a seal that is not there.
const PLACEHOLDERS: [&str; 2] = [
    "skip_thought_signature_validator",
    "context_engineering_is_the_way_to_go",
];

/// Reads the conversation.
pub(super) fn read(
    contents: &Value,
    wants_seals: bool,
    seals: &mut Seals,
    said: &mut Vec<Said>,
) -> Read<()> {
    let contents = list(contents, || "Invalid value at 'contents'".to_owned())?;
    ensure(!contents.is_empty(), || {
        "* GenerateContentRequest.contents: contents is not specified".to_owned()
    })?;
    for (index, content) in contents.iter().enumerate() {
        let place = format!(" at 'contents[{index}]'");
        check_names(content, &place, &["role", "parts"])?;
        let role = content["role"].as_str().unwrap_or("user");
        ensure(["user", "model"].contains(&role), || {
            "Please use a valid role: user, model.".to_owned()
        })?;
        let parts = list(&content["parts"], || format!("Invalid value{place}"))?;
        ensure(!parts.is_empty(), || {
            format!(
                "* GenerateContentRequest.contents[{index}].parts: contents.parts must not be empty."
            )
        })?;
        for (number, part) in parts.iter().enumerate() {
            let place = format!(" at 'contents[{index}].parts[{number}]'");
            Reader {
                role,
                place,
                seals,
                said,
            }
            .part(part)?;
        }
    }
    check_turns(contents)?;
    if wants_seals {
        check_seals(contents)
    } else {
        Ok(())
    }
}

struct Reader<'a> {
    role: &'a str,
    place: String,
    seals: &'a mut Seals,
    said: &'a mut Vec<Said>,
}

impl Reader<'_> {
    fn part(&mut self, part: &Value) -> Read<()> {
        let data = [
            "text",
            "inlineData",
            "fileData",
            "functionCall",
            "functionResponse",
        ];
        let beside = [
            "thought",
            "thoughtSignature",
            "videoMetadata",
            "mediaResolution",
        ];
        check_names(part, &self.place, &[&data[..], &beside[..]].concat())?;
        let given = data
            .iter()
            .filter(|name| part.get(**name).is_some())
            .count();
        let place = self.place.clone();
        ensure(given == 1, || {
            format!("Invalid value{place}: one of the fields of oneof data must be set")
        })?;
        let seal = self.seal(part)?;
        if let Some(text) = part["text"].as_str() {
            self.words(text, part["thought"] == true, seal);
        } else if let Some(call) = part.get("functionCall") {
            check_names(call, &place, &["id", "name", "args"])?;
            let name = text(&call["name"], || {
                format!("function_call.name: must be set{place}")
            })?;
            ensure(call["args"].is_null() || call["args"].is_object(), || {
                format!("Invalid value{place}.function_call.args")
            })?;
            let id = call["id"].as_str().unwrap_or(name);
            self.said.push(Said::Call(id.to_owned(), name.to_owned()));
        } else if let Some(response) = part.get("functionResponse") {
            self.result(response)?;
        } else if let Some(data) = part.get("inlineData") {
            let field = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
            let plain = field("data").replace('-', "+").replace('_', "/");
            self.said.push(Said::Image(field("mimeType"), plain));
        }
        Ok(())
    }

    fn seal(&mut self, part: &Value) -> Read<Option<String>> {
        let Some(seal) = part["thoughtSignature"].as_str() else {
            return Ok(None);
        };
        if PLACEHOLDERS.contains(&seal) {
            return Ok(Some(seal.to_owned()));
        }
        let Some(sealed) = self.seals.back(seal) else {
            return refuse("Thought signature is not valid.");
        };
        let name = part["functionCall"]["name"].as_str();
        ensure(name.is_none() || name == sealed.call.as_deref(), || {
            "Corrupted thought signature.".to_owned()
        })?;
        Ok(Some(seal.to_owned()))
    }

    fn words(&mut self, text: &str, is_thought: bool, seal: Option<String>) {
        self.said.push(match self.role {
            "model" if is_thought => Said::Thought(text.to_owned(), seal),
            "model" => Said::Answer(text.to_owned()),
            _ => Said::User(text.to_owned()),
        });
    }

    fn result(&mut self, response: &Value) -> Read<()> {
        let place = &self.place;
        check_names(response, place, &["id", "name", "response", "parts"])?;
        let name = text(&response["name"], || {
            format!("function_response.name: must be set{place}")
        })?;
        ensure(response["response"].is_object(), || {
            format!(
                "Invalid value{place}.function_response.response (type.googleapis.com/google.protobuf.Struct)"
            )
        })?;
        let id = response["id"].as_str().unwrap_or(name);
        let fields = response["response"].as_object().into_iter().flatten();
        let texts = fields.map(|(_, value)| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        });
        self.said.push(Said::Result(
            id.to_owned(),
            texts.collect::<Vec<_>>().join("\n"),
        ));
        Ok(())
    }
}

/// The parts of a content that are calls, or results.
fn named<'a>(content: &'a Value, field: &'static str) -> Vec<&'a Value> {
    let parts = content["parts"].as_array().into_iter().flatten();
    parts.filter_map(|part| part.get(field)).collect()
}

/// Calls come after the user, and each is answered at once.
fn check_turns(contents: &[Value]) -> Read<()> {
    let mut open: Vec<&Value> = Vec::new();
    for (index, content) in contents.iter().enumerate() {
        let (calls, results) = (
            named(content, "functionCall"),
            named(content, "functionResponse"),
        );
        let is_model = content["role"] == "model";
        let after_user = index > 0 && contents[index - 1]["role"] != "model";
        ensure(calls.is_empty() || is_model && after_user, || {
            "Please ensure that function call turn comes immediately after a user turn or after a function response \
             turn.".to_owned()
        })?;
        ensure(results.is_empty() || !open.is_empty(), || {
            "Please ensure that function response turn comes immediately after a function call turn.".to_owned()
        })?;
        ensure(results.len() == open.len(), || {
            "Please ensure that the number of function response parts is equal to the number of function call parts \
             of the function call turn.".to_owned()
        })?;
        for result in &results {
            let answers = |call: &&Value| {
                call["name"] == result["name"]
                    && (call["id"] == result["id"] || result["id"].is_null())
            };
            ensure(open.iter().any(answers), || {
                format!(
                    "Function response {} {} answers no function call",
                    result["name"], result["id"]
                )
            })?;
        }
        open = calls;
    }
    ensure(open.is_empty(), || {
        "the conversation ends with a function call".to_owned()
    })?;
    let last = contents.last().map(|content| &content["role"]);
    ensure(last.is_none_or(|role| role != "model"), || {
        "Please ensure that the last content is of the user.".to_owned()
    })
}

/// In the turn that goes on, the first call of each step has its seal.
fn check_seals(contents: &[Value]) -> Read<()> {
    let is_user = |content: &Value| {
        content["role"] != "model" && named(content, "functionResponse").is_empty()
    };
    let begin = contents.iter().rposition(is_user).unwrap_or(0);
    for (index, content) in contents.iter().enumerate().skip(begin) {
        let parts = content["parts"].as_array().into_iter().flatten();
        let first = parts
            .into_iter()
            .find(|part| part.get("functionCall").is_some());
        let sealed = first.is_none_or(|part| part["thoughtSignature"].is_string());
        ensure(sealed, || {
            format!(
                "Function call is missing a thought_signature in functionCall parts. This is required for tools to \
                 work correctly. Position {index}."
            )
        })?;
    }
    Ok(())
}
