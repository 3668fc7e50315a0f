//! Tools that Anthropic defines and the client runs: elsewhere they are functions with a schema that is known.

use serde_json::{Value, json};

use crate::extra::Extra;
use crate::request::{Tool, ToolKind};

/// The function that a tool of Anthropic's is for other models; nothing for tools that the client does not run, or
/// that need a model trained for them.
pub(crate) fn client_tool(raw: &Value) -> Option<Tool> {
    let kind = raw.get("type")?.as_str()?;
    let (name, description, schema) = if kind.starts_with("bash_") {
        ("bash", BASH, bash())
    } else if kind == "text_editor_20250124" || kind == "text_editor_20241022" {
        ("str_replace_editor", EDITOR, editor(true))
    } else if kind.starts_with("text_editor_") && !kind.contains("code_execution") {
        ("str_replace_based_edit_tool", EDITOR, editor(false))
    } else if kind.starts_with("memory_") {
        ("memory", MEMORY, memory())
    } else {
        return None;
    };
    let own = raw.get("name").and_then(Value::as_str);
    Some(Tool {
        name: own.unwrap_or(name).to_owned(),
        namespace: None,
        description: Some(description.to_owned()),
        kind: ToolKind::Function {
            schema: Some(schema),
            strict: None,
        },
        cache: None,
        extra: Extra::default(),
    })
}

const BASH: &str = "Runs a command in a bash shell that keeps its state between calls.";
const EDITOR: &str = "Views, creates and edits files.";
const MEMORY: &str = "Keeps notes in files below /memories, to be read in later conversations.";

fn bash() -> Value {
    json!({
        "type": "object",
        "properties": {
            "command": { "type": "string", "description": "The command to run. Needed unless restarting." },
            "restart": { "type": "boolean", "description": "Whether to start the shell anew instead." },
        },
    })
}

fn editor(can_undo: bool) -> Value {
    let mut commands = vec!["view", "create", "str_replace", "insert"];
    if can_undo {
        commands.push("undo_edit");
    }
    let mut schema = json!({
        "type": "object",
        "properties": {
            "command": { "type": "string", "enum": commands },
            "path": { "type": "string", "description": "The file or directory." },
            "file_text": { "type": "string", "description": "What a created file holds." },
            "old_str": { "type": "string", "description": "The text to replace; it has to be there once." },
            "new_str": { "type": "string", "description": "What stands there afterwards." },
            "insert_line": { "type": "integer", "description": "The line after which to insert; 0 for the beginning." },
            "view_range": {
                "type": "array",
                "items": { "type": "integer" },
                "description": "The first and last line to view, from 1; -1 for the end.",
            },
        },
        "required": ["command", "path"],
    });
    // The older editor takes what it inserts as `new_str`.
    if !can_undo {
        schema["properties"]["insert_text"] =
            json!({ "type": "string", "description": "The text to insert." });
    }
    schema
}

fn memory() -> Value {
    json!({
        "type": "object",
        "properties": {
            "command": {
                "type": "string",
                "enum": ["view", "create", "str_replace", "insert", "delete", "rename"],
            },
            "path": { "type": "string", "description": "The file or directory, below /memories." },
            "view_range": { "type": "array", "items": { "type": "integer" } },
            "file_text": { "type": "string" },
            "old_str": { "type": "string" },
            "new_str": { "type": "string" },
            "insert_line": { "type": "integer" },
            "insert_text": { "type": "string" },
            "old_path": { "type": "string", "description": "What to rename." },
            "new_path": { "type": "string", "description": "Its new name." },
        },
        "required": ["command"],
    })
}
