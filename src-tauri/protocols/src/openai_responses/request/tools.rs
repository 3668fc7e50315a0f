//! Reads tools; a namespace becomes its tools, each of which knows it.

use serde_json::Value;

use crate::openai_responses::OWN;
use crate::openai_responses::fields::{Fields, kind_of, list_of};
use crate::request::{Hosted, Tool, ToolKind};

/// Reads the tools of a request.
pub(crate) fn read_tools(list: Vec<Value>) -> Vec<Tool> {
    list.into_iter().flat_map(read_entry).collect()
}

/// Reads the tools that an `additional_tools` item declares.
///
/// The item itself stays in the conversation. As long as it does, the writer does not list them again.
pub(crate) fn read_placed_tools(item: &Value) -> Vec<Tool> {
    let mut tools = read_tools(list_of(item, "tools").to_vec());
    for tool in &mut tools {
        tool.extra.note(OWN, "placed", Value::Bool(true));
    }
    tools
}

fn read_entry(tool: Value) -> Vec<Tool> {
    if kind_of(&tool) == "namespace" && !list_of(&tool, "tools").is_empty() {
        return read_namespace(tool);
    }
    vec![read_tool(tool, None)]
}

fn read_namespace(tool: Value) -> Vec<Tool> {
    let mut fields = Fields::from(tool);
    fields.take("type");
    let name = fields.string("name").unwrap_or_default();
    let Some(Value::Array(children)) = fields.take("tools") else {
        return Vec::new();
    };
    let mut tools: Vec<Tool> = children
        .into_iter()
        .map(|child| read_tool(child, Some(&name)))
        .collect();
    if let Some(first) = tools.first_mut() {
        first.extra.note(OWN, "namespace", fields.left());
    }
    tools
}

fn read_tool(tool: Value, namespace: Option<&str>) -> Tool {
    let mut read = match kind_of(&tool) {
        "function" | "" if is_named(&tool) => read_function(tool),
        "custom" if is_named(&tool) => read_custom(tool),
        _ => read_hosted(tool),
    };
    read.namespace = namespace.map(str::to_owned);
    read
}

fn is_named(tool: &Value) -> bool {
    tool.get("name").is_some_and(Value::is_string)
}

fn read_function(tool: Value) -> Tool {
    let mut fields = Fields::from(tool);
    if fields.take("type").is_none() {
        fields.note("untyped", true);
    }
    let schema = fields.take("parameters");
    let strict = fields.boolean("strict");
    finished(fields, ToolKind::Function { schema, strict })
}

fn read_custom(tool: Value) -> Tool {
    let mut fields = Fields::from(tool);
    fields.take("type");
    let format = fields.take("format");
    finished(fields, ToolKind::Custom { format })
}

fn finished(mut fields: Fields, kind: ToolKind) -> Tool {
    Tool {
        name: fields.string("name").unwrap_or_default(),
        namespace: None,
        description: fields.string("description"),
        kind,
        cache: None,
        extra: fields.rest(),
    }
}

fn read_hosted(tool: Value) -> Tool {
    let name = tool.get("name").and_then(Value::as_str);
    Tool {
        name: name.unwrap_or_default().to_owned(),
        namespace: None,
        description: None,
        kind: ToolKind::Hosted {
            what: hosted_named(kind_of(&tool)),
            origin: OWN,
            raw: tool,
        },
        cache: None,
        extra: Fields::default().rest(),
    }
}

/// What the hosted tool of this type does.
pub(crate) fn hosted_named(kind: &str) -> Hosted {
    if kind.starts_with("web_search") {
        Hosted::WebSearch
    } else if kind == "code_interpreter" {
        Hosted::CodeExecution
    } else {
        Hosted::Other
    }
}
