//! What blocks that only Anthropic has say in words that any model may read.

use serde_json::Value;

use crate::pages;

/// The words of a block; nothing if it can be left out.
pub(super) fn of(block: &Value) -> Option<String> {
    let text = |key: &str| block.get(key).and_then(Value::as_str);
    let content = block.get("content");
    let gist = match text("type")? {
        "server_tool_use" | "mcp_tool_use" => used(block),
        "web_search_tool_result" => found(content?),
        "web_fetch_tool_result" => fetched(content?),
        "tool_reference" => format!("Tool {} is now available", text("tool_name")?),
        "tool_search_tool_result" => tools_found(content?),
        "search_result" => [text("title"), text("source"), words(content).as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n"),
        "compaction" => text("content")?.to_owned(),
        "connector_text" => text("text")?.to_owned(),
        kind if kind.ends_with("_tool_result") => words(content)?,
        _ => return None,
    };
    (!gist.is_empty()).then_some(gist)
}

fn used(block: &Value) -> String {
    let name = block.get("name").and_then(Value::as_str).unwrap_or("tool");
    let input = block.get("input");
    let told = ["query", "url", "code", "command"]
        .iter()
        .find_map(|key| input?.get(key)?.as_str());
    match (told, input) {
        (Some(told), _) => format!("{name}: {told}"),
        (None, Some(input)) => format!("{name}: {input}"),
        (None, None) => name.to_owned(),
    }
}

fn found(content: &Value) -> String {
    let Some(pages) = content.as_array() else {
        return failed(content).unwrap_or_default();
    };
    let line = |page: &Value| {
        let url = page.get("url")?.as_str()?;
        let title = page.get("title").and_then(Value::as_str);
        let line = format!("- {}: {url}", title.unwrap_or("(no title)"));
        // What the gateway found itself can be read by any model.
        let kept = page.get("encrypted_content").and_then(Value::as_str);
        Some(match kept.and_then(pages::unwrapped) {
            Some(text) if !text.is_empty() => format!("{line}\n{text}"),
            Some(_) | None => line,
        })
    };
    pages.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

fn fetched(content: &Value) -> String {
    if let Some(failed) = failed(content) {
        return failed;
    }
    let text = |path: &str| content.pointer(path).and_then(Value::as_str);
    let is_text = text("/content/source/type") == Some("text");
    let page = is_text.then(|| text("/content/source/data")).flatten();
    let said = [text("/url"), text("/content/title"), page];
    said.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn tools_found(content: &Value) -> String {
    let references = content.get("tool_references").and_then(Value::as_array);
    let names = references.into_iter().flatten();
    let names: Vec<&str> = names
        .filter_map(|tool| tool.get("tool_name")?.as_str())
        .collect();
    if names.is_empty() {
        return failed(content).unwrap_or_default();
    }
    format!("Tools found: {}", names.join(", "))
}

fn failed(content: &Value) -> Option<String> {
    let code = content.get("error_code")?.as_str()?;
    Some(format!("Error: {code}"))
}

/// All texts in a result, wherever it keeps them.
fn words(content: Option<&Value>) -> Option<String> {
    let content = content?;
    if let Some(text) = content.as_str() {
        return Some(text.to_owned());
    }
    if let Some(list) = content.as_array() {
        let texts = list.iter().filter_map(|block| block.get("text")?.as_str());
        return Some(texts.collect::<Vec<_>>().join("\n"));
    }
    let parts = ["stdout", "stderr", "text", "content"]
        .iter()
        .filter_map(|key| content.get(key)?.as_str())
        .filter(|text| !text.is_empty());
    let told = parts.collect::<Vec<_>>().join("\n");
    if told.is_empty() {
        failed(content)
    } else {
        Some(told)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of;
    use crate::pages;

    #[test]
    fn blocks_say_in_words_what_other_models_need() {
        let page = json!({"type": "document", "title": "B", "source":
            {"type": "text", "media_type": "text/plain", "data": "words"}});
        for (block, gist) in [
            (
                json!({"type": "mcp_tool_use", "name": "x", "input": {"a": 1}}),
                Some("x: {\"a\":1}"),
            ),
            (
                json!({"type": "web_search_tool_result", "content": {"error_code": "unavailable"}}),
                Some("Error: unavailable"),
            ),
            (
                json!({"type": "web_search_tool_result", "content": [
                    {"type": "web_search_result", "title": "A", "url": "https://a.example",
                        "encrypted_content": pages::wrapped("what it says")},
                    {"type": "web_search_result", "url": "https://b.example", "encrypted_content": "EqgfCioI"}]}),
                Some("- A: https://a.example\nwhat it says\n- (no title): https://b.example"),
            ),
            (
                json!({"type": "web_fetch_tool_result", "content": {"url": "https://b.example", "content": page}}),
                Some("https://b.example\nB\nwords"),
            ),
            (
                json!({"type": "code_execution_tool_result", "content": {"stdout": "1", "stderr": "oh"}}),
                Some("1\noh"),
            ),
            (
                json!({"type": "tool_reference", "tool_name": "late"}),
                Some("Tool late is now available"),
            ),
            (
                json!({"type": "tool_search_tool_result", "content":
                    {"tool_references": [{"tool_name": "a"}, {"tool_name": "b"}]}}),
                Some("Tools found: a, b"),
            ),
            (
                json!({"type": "search_result", "title": "T", "source": "https://s.example",
                    "content": [{"type": "text", "text": "found"}]}),
                Some("T\nhttps://s.example\nfound"),
            ),
            (json!({"type": "compaction", "content": null}), None),
            (json!({"type": "container_upload", "file_id": "f"}), None),
            (json!({"type": "some_future_block"}), None),
            (json!("no block"), None),
        ] {
            assert_eq!(of(&block).as_deref(), gist, "{block}");
        }
    }
}
