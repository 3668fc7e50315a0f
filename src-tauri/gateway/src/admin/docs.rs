//! The docs for people: one page made of the OpenAPI document, without scripts and without anything from elsewhere.

use std::fmt::Write as _;

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::Value;
use utoipa::openapi::OpenApi;

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);
const METHODS: [&str; 5] = ["get", "post", "patch", "put", "delete"];

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
color-scheme:light dark}code,pre{font:14px/1.4 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;\
border:1px solid #8884;border-radius:6px}summary{cursor:pointer;padding:.25rem 0}summary b{display:inline-block;\
width:4.5rem}details{border-bottom:1px solid #8883}nav a{margin-right:.75rem}table{border-collapse:collapse}\
td{padding:.1rem 1rem .1rem 0;vertical-align:top}";

/// The page.
pub(super) fn page(document: &OpenApi) -> Response {
    let document = serde_json::to_value(document).unwrap_or_default();
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            HeaderName::from_static("referrer-policy"),
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (headers, Html(render(&document))).into_response()
}

fn render(document: &Value) -> String {
    let operations = operations(document);
    let mut tags: Vec<&str> = operations.iter().map(|operation| operation.tag).collect();
    tags.dedup();
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Keyway admin API</title>\
         <style>{STYLE}</style><h1>Keyway admin API</h1><p>{}</p>\
         <p>For programs: <a href=\"/admin/openapi.json\">/admin/openapi.json</a></p><nav>",
        escaped(document["info"]["description"].as_str().unwrap_or_default()),
    );
    for tag in &tags {
        write!(page, "<a href=\"#{0}\">{0}</a>", escaped(tag)).ok(); // writing to a string cannot fail
    }
    page.push_str("</nav>");
    for tag in tags {
        write!(page, "<h2 id=\"{0}\">{0}</h2>", escaped(tag)).ok(); // as above
        for operation in operations.iter().filter(|operation| operation.tag == tag) {
            operation.write(document, &mut page);
        }
    }
    page.push_str("</html>");
    page
}

struct Operation<'a> {
    tag: &'a str,
    method: &'a str,
    path: &'a str,
    details: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let mut all: Vec<_> = paths
        .flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                let details = item.get(*method)?;
                Some(Operation {
                    tag: details["tags"][0].as_str().unwrap_or("other"),
                    method,
                    path,
                    details,
                })
            })
        })
        .collect();
    all.sort_by_key(|operation| (operation.tag, operation.path));
    all
}

impl Operation<'_> {
    fn write(&self, document: &Value, page: &mut String) {
        let (method, path) = (self.method.to_uppercase(), escaped(self.path));
        let summary = escaped(self.details["summary"].as_str().unwrap_or_default());
        write!(
            page,
            "<details><summary><b>{method}</b> <code>{path}</code> {summary}</summary>"
        )
        .ok(); // as above
        let parameters = self.details["parameters"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if !parameters.is_empty() {
            page.push_str("<table>");
        }
        for parameter in parameters {
            let (name, place) = (&parameter["name"], &parameter["in"]);
            let text = |value: &Value| escaped(value.as_str().unwrap_or_default());
            let about = text(&parameter["description"]);
            write!(
                page,
                "<tr><td><code>{}</code><td>{}<td>{about}</tr>",
                text(name),
                text(place)
            )
            .ok(); // as above
        }
        if !parameters.is_empty() {
            page.push_str("</table>");
        }
        let body = &self.details["requestBody"]["content"]["application/json"]["schema"];
        let answer = &self.details["responses"]["200"]["content"]["application/json"]["schema"];
        for (title, schema) in [("Body", body), ("Answer", answer)] {
            if !schema.is_null() {
                let shape =
                    serde_json::to_string_pretty(&shape(document, schema, 0)).unwrap_or_default();
                write!(page, "<p>{title}</p><pre>{}</pre>", escaped(&shape)).ok(); // as above
            }
        }
        page.push_str("</details>");
    }
}

/// A schema as an example would look, with types where values would be.
fn shape(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth > 8 {
        return Value::from("…");
    }
    let inner = |schema: &Value| shape(document, schema, depth + 1);
    if let Some(pointer) = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
    {
        return document.pointer(pointer).map_or(Value::Null, inner);
    }
    if let Some(all) = schema["allOf"].as_array() {
        let parts = all
            .iter()
            .map(inner)
            .filter_map(|part| part.as_object().cloned());
        return Value::Object(parts.flatten().collect());
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let real = choices.iter().find(|choice| choice["type"] != "null");
        return real.map_or(Value::Null, inner);
    }
    if let Some(fields) = schema["properties"].as_object() {
        return fields
            .iter()
            .map(|(name, field)| (name.clone(), inner(field)))
            .collect();
    }
    if schema["items"].is_object() {
        return Value::Array(vec![inner(&schema["items"])]);
    }
    match &schema["type"] {
        Value::Array(types) => Value::from(
            types
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" or "),
        ),
        Value::String(name) => Value::from(name.as_str()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Value::from("any"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_every_operation_and_loads_nothing() {
        let document = serde_json::to_value(crate::admin::openapi()).unwrap();
        let page = render(&document);
        for operation in operations(&document) {
            assert!(
                page.contains(&escaped(operation.path)),
                "{}",
                operation.path
            );
        }
        assert!(page.contains("plaintext_note"), "answers show their fields");
        for loading in ["<script", "src=", "http://", "https://", "@import"] {
            assert!(!page.contains(loading), "{loading}");
        }
    }
}
