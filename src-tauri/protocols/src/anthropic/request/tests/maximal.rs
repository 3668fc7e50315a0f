//! All that a client of Messages can say.

use serde_json::{Value, json};

/// A body with every field there is.
pub(super) fn maximal() -> Value {
    json!({
        "model": "claude-x",
        "max_tokens": 4096,
        "system": [
            {"type": "text", "text": "x-anthropic-billing-header: cc_version=1;"},
            {"type": "text", "text": "be kind", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            {"type": "text", "text": "scoped", "cache_control": {"type": "ephemeral", "scope": "global"}},
        ],
        "messages": [
            {"role": "user", "content": "hello"},
            {"role": "system", "content": "mind the gap", "output_config": {"effort": "low"}, "clear_at": "never"},
            {"role": "system", "content": [
                {"type": "tool_addition", "tool": {"name": "late", "input_schema": {"type": "object"}}},
                {"type": "tool_removal", "tool_name": "early"},
            ]},
            {"role": "assistant", "content": assistant_blocks()},
            {"role": "user", "content": user_blocks(), "future": [1]},
            {"role": "assistant", "content": []},
        ],
        "tools": tools(),
        "tool_choice": {"type": "tool", "name": "Read", "disable_parallel_tool_use": true},
        "thinking": {"type": "enabled", "budget_tokens": 2048, "display": "updates",
            "block_binding": {"prefix_mismatch_behavior": "error"}},
        "output_config": {"effort": "xhigh", "task_budget": {"type": "tokens", "total": 9, "remaining": null},
            "format": {"type": "json_schema", "schema": {"type": "object", "b": 1, "a": 1.0}}},
        "metadata": {"user_id": "{\"device_id\":\"d\",\"session_id\":\"s-1\"}", "other": 1},
        "stop_sequences": ["a", " "],
        "temperature": 1.0,
        "top_p": 0.95,
        "top_k": 40,
        "stream": true,
        "service_tier": "auto",
        "speed": "fast",
        "cache_control": {"type": "ephemeral"},
        "container": {"id": null, "skills": [{"skill_id": "a", "type": "custom"}]},
        "inference_geo": "eu",
        "diagnostics": {"previous_message_id": "msg_0"},
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "compaction": {"type": "summarize"},
        "mcp_servers": [{"type": "url", "name": "m", "url": "https://m.example"}],
        "fallbacks": [{"model": "claude-y", "thinking": {"type": "adaptive"}}],
        "fallback_credit_token": "t",
        "thread": {"type": "create"},
        "billing_policy": null,
        "safeguards": [{"type": "dangerous_tool_use"}],
        "betas": ["x"],
    })
}

fn assistant_blocks() -> Value {
    json!([
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "thinking", "thinking": "", "signature": "b21pdHRlZA=="},
        {"type": "thinking", "thinking": "unsigned", "signature": ""},
        {"type": "thinking", "thinking": "bare"},
        {"type": "redacted_thinking", "data": "cmVk"},
        {"type": "text", "text": "see", "citations": [
            {"type": "web_search_result_location", "url": "https://a.example", "title": "A",
                "encrypted_index": "ei", "cited_text": "words"},
            {"type": "char_location", "document_index": 0, "document_title": "D", "start_char_index": 1,
                "end_char_index": 2, "cited_text": "w", "file_id": null},
        ]},
        {"type": "text", "text": "nothing cited", "citations": null},
        {"type": "text", "text": ""},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"},
            "caller": {"type": "direct"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
            {"type": "web_search_result", "url": "https://a.example", "title": "A", "encrypted_content": "ec",
                "page_age": null}], "cache_control": {"type": "ephemeral"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_2",
            "content": {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}},
        {"type": "web_fetch_tool_result", "tool_use_id": "srvtoolu_3", "content": {"type": "web_fetch_result",
            "url": "https://b.example", "retrieved_at": "2026-01-01", "content": {"type": "document",
            "title": "B", "source": {"type": "text", "media_type": "text/plain", "data": "page"}}}},
        {"type": "code_execution_tool_result", "tool_use_id": "srvtoolu_4", "content":
            {"type": "code_execution_result", "stdout": "1", "stderr": "", "return_code": 0, "content": []}},
        {"type": "tool_search_tool_result", "tool_use_id": "srvtoolu_5", "content":
            {"type": "tool_search_tool_search_result", "tool_references":
                [{"type": "tool_reference", "tool_name": "late"}]}},
        {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "x", "server_name": "m", "input": {"a": 1}},
        {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "is_error": false,
            "content": [{"type": "text", "text": "done"}]},
        {"type": "compaction", "content": "so far", "encrypted_content": "ec", "signature": "s"},
        {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}},
        {"type": "connector_text", "text": "joined"},
        {"type": "container_upload", "file_id": "file_1"},
        {"type": "some_future_block", "with": {"any": ["thing"]}},
        {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"z": 1, "a": 12_345_678_901_234_567_890_u64},
            "caller": {"type": "direct"}, "toolset_name": "t"},
        {"type": "tool_use", "id": "toolu_2", "name": "Bash", "input": {}},
        {"type": "tool_use", "id": "toolu_3", "name": "Bash",
            "input": {"__unparsedToolInput": {"raw": "{\"a\":", "len": 5}}},
        {"type": "text", "text": "after the calls"},
    ])
}

fn user_blocks() -> Value {
    json!([
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": "42", "is_error": false,
            "cache_control": {"type": "ephemeral", "ttl": "5m"}},
        {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": true, "toolset_name": "t", "content": [
            {"type": "text", "text": "t"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aaaa"}},
            {"type": "document", "source": {"type": "url", "url": "https://d.example/a.pdf"}},
            {"type": "search_result", "source": "https://s.example", "title": "S",
                "content": [{"type": "text", "text": "found"}], "citations": {"enabled": true}},
            {"type": "tool_reference", "tool_name": "late"},
            {"type": "browser_state", "url": "https://w.example"},
        ]},
        {"type": "tool_result", "tool_use_id": "toolu_3"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/PNG", "data": "aaaa"},
            "transformations": {"oversized_image": "downsize"}},
        {"type": "image", "source": {"type": "url", "url": "https://i.example/a.png"}},
        {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
        {"type": "image", "source": {"type": "satellite", "orbit": 1}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
            "title": "T", "context": "C", "citations": {"enabled": true}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "plain"}, "title": null},
        {"type": "document", "source": {"type": "content", "content": "one string"}},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x",
            "cache_control": {"type": "ephemeral"}}]}},
        {"type": "document", "source": {"type": "file", "file_id": "file_2"}},
        {"type": "text", "text": "and now?", "cache_control": null},
    ])
}

/// Tools of every kind.
pub(super) fn tools() -> Value {
    json!([
        {"name": "Read", "description": "reads", "input_schema": {"type": "object", "properties": {"z": {}, "a": {}},
            "$schema": "https://json-schema.org/draft/2020-12/schema"}, "strict": true,
            "cache_control": {"type": "ephemeral"}},
        {"type": "custom", "name": "Bash", "input_schema": {"type": "object"}, "defer_loading": true,
            "eager_input_streaming": true, "input_examples": [{"a": 1}], "allowed_callers": ["direct"]},
        {"type": null, "name": "null", "input_schema": {"type": "object"}, "description": null},
        {"type": "bash_20250124", "name": "bash"},
        {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool", "max_characters": 100},
        {"type": "computer_toolset_20260801"},
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 8, "allowed_domains": ["a.example"],
            "cache_control": {"type": "ephemeral"}},
        {"type": "web_fetch_20250910", "name": "web_fetch"},
        {"type": "code_execution_20260521", "name": "code_execution"},
        {"type": "mcp_toolset", "mcp_server_name": "m"},
    ])
}
