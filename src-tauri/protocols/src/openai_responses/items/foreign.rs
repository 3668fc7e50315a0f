//! Items that only this protocol has: whose turn they are, and what they say in words.

use serde_json::Value;

use crate::openai_responses::OWN;
use crate::openai_responses::fields::{kind_of, list_of, text_of};
use crate::part::{Foreign, Kind, Part};
use crate::request::Role;

/// An item kept as it came.
pub(crate) fn kept(item: Value) -> Part {
    Part::new(Kind::Foreign(Foreign {
        origin: OWN,
        gist: gist(&item),
        value: item,
    }))
}

/// Whose turn an item is.
pub(crate) fn role_of(item: &Value) -> Role {
    match kind_of(item) {
        "additional_tools" | "configuration_update" => Role::Developer,
        "compaction" | "compaction_trigger" => Role::User,
        kind if kind.ends_with("_output") || kind.ends_with("_response") => Role::User,
        _ => Role::Assistant,
    }
}

/// What an item says that other models can make use of.
///
/// Searches are left out: what they found stands in the text that follows.
fn gist(item: &Value) -> Option<String> {
    let action = item.get("action").unwrap_or(&Value::Null);
    let gist = match kind_of(item) {
        "local_shell_call" => ran(&words(action, "command").join(" ")),
        "shell_call" => ran(&words(action, "commands").join("\n")),
        "apply_patch_call" => patched(item.get("operation")?),
        "local_shell_call_output" | "apply_patch_call_output" => came(text_of(item, "output")),
        "shell_call_output" => came(&printed(item)),
        "mcp_call" => called(item),
        "code_interpreter_call" => ran(text_of(item, "code")),
        "image_generation_call" => generated(item),
        _ => message_text(item),
    };
    Some(gist).filter(|gist| !gist.trim().is_empty())
}

fn ran(commands: &str) -> String {
    if commands.is_empty() {
        String::new()
    } else {
        format!("Ran:\n{commands}")
    }
}

fn came(output: &str) -> String {
    if output.is_empty() {
        String::new()
    } else {
        format!("The output was:\n{output}")
    }
}

fn words<'a>(object: &'a Value, key: &str) -> Vec<&'a str> {
    list_of(object, key)
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

fn patched(operation: &Value) -> String {
    let kind = kind_of(operation);
    let path = text_of(operation, "path");
    let diff = text_of(operation, "diff");
    format!("Applied a patch ({kind} {path}):\n{diff}")
}

/// What commands printed: a string, or the two outputs of each.
fn printed(item: &Value) -> String {
    if let Some(text) = item.get("output").and_then(Value::as_str) {
        return text.to_owned();
    }
    let outputs = list_of(item, "output").iter();
    let texts = outputs.flat_map(|output| [text_of(output, "stdout"), text_of(output, "stderr")]);
    let told: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    told.join("\n")
}

fn called(item: &Value) -> String {
    let name = text_of(item, "name");
    let arguments = text_of(item, "arguments");
    let answer = match text_of(item, "output") {
        "" => text_of(item, "error"),
        output => output,
    };
    format!("Called {name} with {arguments}:\n{answer}")
}

fn generated(item: &Value) -> String {
    match text_of(item, "revised_prompt") {
        "" => "Made an image.".to_owned(),
        prompt => format!("Made an image: {prompt}"),
    }
}

/// The words of a message in a role that nobody knows.
fn message_text(item: &Value) -> String {
    if kind_of(item) != "message" {
        return String::new();
    }
    if let Some(text) = item.get("content").and_then(Value::as_str) {
        return text.to_owned();
    }
    let parts = list_of(item, "content").iter();
    let texts: Vec<&str> = parts.map(|part| text_of(part, "text")).collect();
    texts.join("\n")
}
