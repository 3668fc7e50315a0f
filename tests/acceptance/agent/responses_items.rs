//! The items of a request to Responses.

use serde_json::Value;

use super::reading::{Reading, Said};
use super::refusal::{Read, data_url, ensure, list, refuse, text};
use super::responses::read_tools;
use super::seals::Seals;

/// Reads the conversation.
pub(super) fn read(input: &Value, seals: &mut Seals, reading: &mut Reading) -> Read<()> {
    if let Some(text) = input.as_str() {
        reading.said.push(Said::User(text.to_owned()));
        return Ok(());
    }
    let items = list(input, || "Invalid type for 'input'".to_owned())?;
    ensure(!items.is_empty(), || {
        "Missing required parameter: 'input'.".to_owned()
    })?;
    for (index, item) in items.iter().enumerate() {
        let at = format!("input[{index}]");
        check_id(item, &at)?;
        match item["type"].as_str().unwrap_or("message") {
            "message" => message(item, &at, &mut reading.said)?,
            "additional_tools" => {
                read_tools(
                    &item["tools"],
                    None,
                    &format!("{at}.tools"),
                    &mut reading.tools,
                )?;
            }
            "reasoning" => reasoning(item, &at, seals, &mut reading.said)?,
            "function_call" | "custom_tool_call" => call(item, &at, &mut reading.said)?,
            "function_call_output" | "custom_tool_call_output" => {
                output(item, &at, &mut reading.said)?;
            }
            "web_search_call" => {}
            other => return refuse(format!("Invalid value: '{other}' - '{at}.type'")),
        }
    }
    check_following(items)?;
    check_pairs(items)
}

fn check_id(item: &Value, at: &str) -> Read<()> {
    let Some(id) = item["id"].as_str() else {
        return Ok(());
    };
    let before = match item["type"].as_str().unwrap_or("message") {
        "message" => "msg",
        "reasoning" => "rs",
        "function_call" | "function_call_output" => "fc",
        "custom_tool_call" | "custom_tool_call_output" => "ctc",
        _ => "",
    };
    ensure(id.starts_with(before), || {
        format!("Invalid '{at}.id': '{id}'. Expected an ID that begins with '{before}'.")
    })?;
    ensure(id.len() <= 64, || {
        format!("Invalid '{at}.id': string too long. Expected at most 64.")
    })
}

fn message(item: &Value, at: &str, said: &mut Vec<Said>) -> Read<()> {
    let role = item["role"].as_str().unwrap_or_default();
    ensure(
        ["user", "assistant", "system", "developer"].contains(&role),
        || format!("Invalid value: '{role}' - '{at}.role'"),
    )?;
    if let Some(text) = item["content"].as_str() {
        hear(role, text, said);
        return Ok(());
    }
    ensure(item["content"].is_array(), || {
        format!("Missing required parameter: '{at}.content'.")
    })?;
    for part in list(&item["content"], String::new)? {
        match (role, part["type"].as_str().unwrap_or_default()) {
            ("assistant", "output_text" | "refusal")
            | ("user" | "system" | "developer", "input_text") => {
                let text = text(&part["text"], || {
                    format!("Missing required parameter: '{at}.content[0].text'.")
                })?;
                hear(role, text, said);
            }
            ("user", "input_image") => {
                let address = part["image_url"].as_str().unwrap_or_default();
                let Some((kind, data)) = data_url(address) else {
                    return refuse(format!(
                        "Invalid '{at}.content': cannot fetch the image at {address}"
                    ));
                };
                said.push(Said::Image(kind, data));
            }
            ("user", "input_file") => {}
            (_, other) => {
                return refuse(format!(
                    "Invalid value: '{other}' - '{at}.content' of role {role}"
                ));
            }
        }
    }
    Ok(())
}

fn hear(role: &str, text: &str, said: &mut Vec<Said>) {
    match role {
        "user" => said.push(Said::User(text.to_owned())),
        "assistant" => said.push(Said::Answer(text.to_owned())),
        _ => {}
    }
}

fn reasoning(item: &Value, at: &str, seals: &mut Seals, said: &mut Vec<Said>) -> Read<()> {
    ensure(item["summary"].is_array(), || {
        format!("Missing required parameter: '{at}.summary'.")
    })?;
    let summary = item["summary"][0]["text"].as_str().unwrap_or_default();
    let seal = item["encrypted_content"].as_str();
    if let Some(seal) = seal {
        ensure(seals.back(seal).is_some(), || {
            format!("The encrypted content {seal:.12}... could not be verified - '{at}'")
        })?;
    }
    said.push(Said::Thought(summary.to_owned(), seal.map(str::to_owned)));
    Ok(())
}

fn call(item: &Value, at: &str, said: &mut Vec<Said>) -> Read<()> {
    let id = call_id(item, at)?;
    let name = text(&item["name"], || {
        format!("Missing required parameter: '{at}.name'.")
    })?;
    let field = if item["type"] == "function_call" {
        "arguments"
    } else {
        "input"
    };
    text(&item[field], || {
        format!("Missing required parameter: '{at}.{field}'.")
    })?;
    said.push(Said::Call(id.to_owned(), name.to_owned()));
    Ok(())
}

fn output(item: &Value, at: &str, said: &mut Vec<Said>) -> Read<()> {
    let id = call_id(item, at)?;
    let output = &item["output"];
    if let Some(text) = output.as_str() {
        said.push(Said::Result(id.to_owned(), text.to_owned()));
        return Ok(());
    }
    ensure(output.is_array(), || {
        format!("Missing required parameter: '{at}.output'.")
    })?;
    let mut texts = Vec::new();
    for part in list(output, String::new)? {
        match part["type"].as_str().unwrap_or_default() {
            "input_text" => texts.push(part["text"].as_str().unwrap_or_default()),
            "input_image" | "input_file" => {}
            other => return refuse(format!("Invalid value: '{other}' - '{at}.output'")),
        }
    }
    said.push(Said::Result(id.to_owned(), texts.join("\n")));
    Ok(())
}

fn call_id<'a>(item: &'a Value, at: &str) -> Read<&'a str> {
    let id = text(&item["call_id"], || {
        format!("Missing required parameter: '{at}.call_id'.")
    })?;
    ensure(id.len() <= 64, || {
        let length = id.len();
        format!("Invalid '{at}.call_id': string too long. Expected at most 64, but got {length}.")
    })?;
    Ok(id)
}

/// Thoughts belong to what comes after them.
fn check_following(items: &[Value]) -> Read<()> {
    for (index, item) in items.iter().enumerate() {
        if item["type"] != "reasoning" {
            continue;
        }
        let next = items.get(index + 1);
        let follows = next.is_some_and(|next| match next["type"].as_str().unwrap_or("message") {
            "message" => next["role"] == "assistant",
            kind => [
                "reasoning",
                "function_call",
                "custom_tool_call",
                "web_search_call",
            ]
            .contains(&kind),
        });
        ensure(follows, || {
            let id = item["id"].as_str().unwrap_or_default();
            format!(
                "Item '{id}' of type 'reasoning' was provided without its required following item."
            )
        })?;
    }
    Ok(())
}

fn check_pairs(items: &[Value]) -> Read<()> {
    let ids = |end: &str| -> Vec<&str> {
        let of_kind = |item: &&Value| {
            item["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with(end))
        };
        items
            .iter()
            .filter(of_kind)
            .filter_map(|item| item["call_id"].as_str())
            .collect()
    };
    let (calls, outputs) = (ids("_call"), ids("_call_output"));
    if let Some(id) = calls.iter().find(|id| !outputs.contains(id)) {
        return refuse(format!("No tool output found for function call {id}."));
    }
    if let Some(id) = outputs.iter().find(|id| !calls.contains(id)) {
        return refuse(format!(
            "No tool call found for function call output with call_id {id}."
        ));
    }
    let twice = calls
        .iter()
        .enumerate()
        .find(|(index, id)| calls[..*index].contains(id));
    ensure(twice.is_none(), || format!("Duplicate call_id: {twice:?}"))
}
