//! The response object around the output.

use serde_json::{Map, Value, json};

use super::ending::Ending;
use crate::codec::Reply;
use crate::event::Start;
use crate::openai_responses::fields::map;
use crate::usage::Usage;

/// What is the same in every response object of one answer.
#[derive(Debug)]
pub(crate) struct Shell {
    fields: Map<String, Value>,
    stem: String,
}

impl Shell {
    /// The shell of an answer that begins so.
    pub(crate) fn new(reply: &Reply, start: &Start) -> Self {
        let (id, stem) = ids(reply, start);
        let mut fields = map(json!({
            "id": id,
            "object": "response",
            "created_at": start.created.unwrap_or(reply.created),
            "model": reply.model,
            "instructions": null,
            "max_output_tokens": null,
            "metadata": {},
            "parallel_tool_calls": true,
            "previous_response_id": null,
            "reasoning": {"effort": null, "summary": null},
            "temperature": null,
            "text": {"format": {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": null,
            "truncation": "disabled",
            "background": false,
            "user": null,
        }));
        for (key, value) in &reply.echo {
            fields.insert(key.clone(), value.clone());
        }
        // Nothing is kept, whatever was asked: a client that believed otherwise would ask for it later.
        fields.insert("store".into(), false.into());
        Self { fields, stem }
    }

    /// The id of an item of this answer.
    pub(crate) fn item_id(&self, prefix: &str, index: usize) -> String {
        format!("{prefix}_{}_{index}", self.stem)
    }

    /// The response while it is being made.
    pub(crate) fn begun(&self) -> Value {
        self.response("in_progress", Value::Null, Value::Null, Vec::new(), None)
    }

    /// The same, to keep a client waiting: without what is long and was said before.
    pub(crate) fn waiting(&self) -> Value {
        let mut response = self.begun();
        response["tools"] = json!([]);
        response["instructions"] = Value::Null;
        response
    }

    /// The response at its end.
    pub(crate) fn ended(&self, ending: &Ending, output: Vec<Value>, usage: Option<Usage>) -> Value {
        let (error, details) = match ending {
            Ending::Completed => (Value::Null, Value::Null),
            Ending::Incomplete(reason) => (Value::Null, json!({"reason": reason})),
            Ending::Failed(word) => {
                let message = format!("the model made a call that cannot be read ({word})");
                (
                    json!({"code": "server_error", "message": message}),
                    Value::Null,
                )
            }
        };
        self.response(ending.status(), error, details, output, usage)
    }

    /// The response that failed with this error.
    pub(crate) fn failed(&self, error: Value, output: Vec<Value>, usage: Option<Usage>) -> Value {
        self.response("failed", error, Value::Null, output, usage)
    }

    fn response(
        &self,
        status: &str,
        error: Value,
        details: Value,
        output: Vec<Value>,
        usage: Option<Usage>,
    ) -> Value {
        let mut fields = self.fields.clone();
        fields.insert("status".into(), status.into());
        fields.insert("error".into(), error);
        fields.insert("incomplete_details".into(), details);
        fields.insert("output".into(), output.into());
        fields.insert("usage".into(), usage.map_or(Value::Null, counts));
        Value::Object(fields)
    }
}

/// The id of the response and what its items' ids are made of.
fn ids(reply: &Reply, start: &Start) -> (String, String) {
    let stem = match (reply.id.as_str(), start.id.as_str()) {
        ("", "") => "0".to_owned(),
        ("", told) => told.trim_start_matches("resp_").to_owned(),
        (own, _) => own.to_owned(),
    };
    let id = if start.id.starts_with("resp_") {
        start.id.clone()
    } else {
        format!("resp_{stem}")
    };
    (id, stem)
}

/// The counts; Codex gives up on an answer whose counts lack a detail.
pub(crate) fn counts(usage: Usage) -> Value {
    json!({
        "input_tokens": usage.input,
        "input_tokens_details": {
            "cached_tokens": usage.cached,
            "cache_write_tokens": usage.written,
        },
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total(),
    })
}
