//! How what the model does is said with the tools that the client has.

use serde_json::{Map, Value, json};

use super::reading::Tool;

/// What the model does, in no client's words. Paths are relative to the project.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Reads a file.
    Read(String),
    /// Writes a file.
    Write(String, String),
    /// Runs a command.
    Run(String),
    /// Calls this tool.
    Call(String, Value),
}

/// What a tool is given.
enum Given {
    /// These arguments, as far as the tool knows them.
    Fields(Value),
    /// This text.
    Text(String),
}

/// The tool for an act and what it is given; nothing when no tool fits.
pub(super) fn spell(act: &Act, tools: &[Tool], project: &str) -> Option<(Tool, Value)> {
    let ways = match act {
        Act::Read(file) => read(file, project),
        Act::Write(file, content) => write(file, content, project),
        Act::Run(command) => run(command),
        Act::Call(name, arguments) => vec![(name.as_str(), Given::Fields(arguments.clone()))],
    };
    let found = ways.into_iter().find_map(|(name, given)| {
        let tool = tools.iter().find(|tool| tool.is(name))?;
        Some((tool, given))
    });
    found.map(|(tool, given)| (tool.clone(), arguments(tool, given)))
}

fn read(file: &str, project: &str) -> Vec<(&'static str, Given)> {
    let path = format!("{project}/{file}");
    let mut ways = vec![
        ("Read", Given::Fields(json!({"file_path": path}))),
        ("read_file", Given::Fields(json!({"file_path": path}))),
        ("read", Given::Fields(json!({"filePath": path}))),
    ];
    ways.extend(run(&format!("cat {file}")));
    ways
}

fn write(file: &str, content: &str, project: &str) -> Vec<(&'static str, Given)> {
    let path = format!("{project}/{file}");
    let lines = content.lines().fold(
        format!("*** Begin Patch\n*** Add File: {file}\n"),
        |lines, line| format!("{lines}+{line}\n"),
    );
    let snake = json!({"file_path": path, "content": content});
    let camel = json!({"filePath": path, "content": content});
    let mut ways = vec![
        ("Write", Given::Fields(snake.clone())),
        ("write_file", Given::Fields(snake)),
        ("write", Given::Fields(camel)),
        (
            "apply_patch",
            Given::Text(format!("{lines}*** End Patch\n")),
        ),
    ];
    ways.extend(run(&format!("cat > {file} <<'END'\n{content}END\n")));
    ways
}

fn run(command: &str) -> Vec<(&'static str, Given)> {
    let fields = || {
        let about = "Runs what the task asks for";
        Given::Fields(json!({"command": command, "cmd": command, "description": about}))
    };
    let script = format!(
        "const done = await tools.exec_command({{cmd: {}}});\ntext(done.output);\n",
        json!(command)
    );
    vec![
        ("Bash", fields()),
        ("run_shell_command", fields()),
        ("bash", fields()),
        ("exec_command", fields()),
        ("exec", Given::Text(script)),
    ]
}

/// What is given, as the tool's declaration wants it.
fn arguments(tool: &Tool, given: Given) -> Value {
    match given {
        Given::Text(text) if tool.schema.is_null() => Value::String(text),
        Given::Text(text) => {
            let field = tool.parameters().next().map_or("input", String::as_str);
            json!({field: text})
        }
        Given::Fields(fields) => {
            let known: Vec<_> = tool.parameters().collect();
            let fields = fields.as_object().cloned().unwrap_or_default();
            let kept = fields.into_iter().filter(|(name, _)| known.contains(&name));
            Value::Object(kept.collect::<Map<_, _>>())
        }
    }
}
