//! What follows what in a conversation with Anthropic.

use serde_json::Value;

use super::refusal::{Read, ensure, refuse};

/// Refuses calls without results, results without calls, and loops of tools without thoughts.
pub(super) fn check(messages: &[Value], strict: bool) -> Read<()> {
    check_pairs(&merged(messages))?;
    check_thinking(messages, strict)
}

/// Who spoke, and the blocks, with neighbours of one role taken together; what the system says between does not count.
fn merged(messages: &[Value]) -> Vec<(&str, Vec<&Value>)> {
    let mut turns: Vec<(&str, Vec<&Value>)> = Vec::new();
    for message in messages
        .iter()
        .filter(|message| message["role"] != "system")
    {
        let role = message["role"].as_str().unwrap_or_default();
        let blocks = message["content"].as_array().into_iter().flatten();
        match turns.last_mut() {
            Some((last, known)) if *last == role => known.extend(blocks),
            _ => turns.push((role, blocks.collect())),
        }
    }
    turns
}

fn check_pairs(turns: &[(&str, Vec<&Value>)]) -> Read<()> {
    let mut open: Vec<&str> = Vec::new();
    for (index, (_, blocks)) in turns.iter().enumerate() {
        let ids = |kind: &str, field: &str| -> Vec<&str> {
            let same = blocks.iter().filter(|block| block["type"] == kind);
            same.filter_map(|block| block[field].as_str()).collect()
        };
        let results = ids("tool_result", "tool_use_id");
        let lost: Vec<_> = open
            .iter()
            .filter(|id| !results.contains(id))
            .copied()
            .collect();
        ensure(lost.is_empty(), || {
            format!(
                "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each \
                 `tool_use` block must have a corresponding `tool_result` block in the next message.",
                index - 1,
                lost.join(", ")
            )
        })?;
        let strange = results.iter().find(|id| !open.contains(id));
        if let Some(id) = strange {
            return refuse(format!(
                "messages.{index}.content.0: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each \
                 `tool_result` block must have a corresponding `tool_use` block in the previous message."
            ));
        }
        let first_others = blocks
            .iter()
            .position(|block| block["type"] != "tool_result");
        ensure(
            results.is_empty() || first_others.is_none_or(|at| at >= results.len()),
            || format!("messages.{index}: `tool_result` blocks must come before all others"),
        )?;
        open = ids("tool_use", "id");
    }
    ensure(open.is_empty(), || {
        format!(
            "messages.{}: `tool_use` ids were found without `tool_result` blocks",
            turns.len() - 1
        )
    })
}

/// In a loop of tools, the last answer begins with its thoughts.
fn check_thinking(messages: &[Value], strict: bool) -> Read<()> {
    let last = messages
        .iter()
        .rposition(|message| message["role"] == "assistant");
    let Some(index) = last.filter(|_| strict) else {
        return Ok(());
    };
    let blocks = messages[index]["content"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if !blocks.iter().any(|block| block["type"] == "tool_use") {
        return Ok(());
    }
    let first = blocks[0]["type"].as_str().unwrap_or_default();
    ensure(["thinking", "redacted_thinking"].contains(&first), || {
        format!(
            "messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{first}`. When \
             `thinking` is enabled, a final `assistant` message must start with a thinking block."
        )
    })
}
