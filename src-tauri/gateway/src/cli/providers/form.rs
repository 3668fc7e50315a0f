use clap::Args;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::cli::{
    failure::Failure,
    form::{Form, OrNone, Pair, object, switched},
    prompt,
};

/// A provider to be added.
#[derive(Debug, Args)]
pub(super) struct New {
    /// Its id: letters, digits, dots, dashes, underscores.
    id: String,
    /// Where it is: `https://api.deepseek.com/v1`.
    base_url: String,
    #[command(flatten)]
    fields: Fields,
    /// Adds it switched off.
    #[arg(long)]
    disabled: bool,
}

/// What is to change.
#[derive(Debug, Args)]
pub(super) struct Edit {
    /// Its id.
    id: String,
    /// Where it is.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// Asks it again.
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Asks it no more.
    #[arg(long)]
    disable: bool,
}

#[derive(Debug, Args)]
struct Fields {
    /// What it speaks: `openai`, `openai-responses`, `anthropic` or `gemini`.
    #[arg(long)]
    protocol: Option<String>,
    /// The upstream key; `-` asks for it, so that it does not stay in the shell's history.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    api_key: Option<String>,
    /// What people call it.
    #[arg(long)]
    name: Option<String>,
    /// Free text.
    #[arg(long)]
    note: Option<String>,
    /// The base URL of a further protocol: `anthropic=https://…`; may be repeated.
    #[arg(long = "endpoint", value_name = "PROTOCOL=URL")]
    endpoints: Vec<Pair>,
    /// A header to add to each request: `x-team=a`; may be repeated.
    #[arg(long = "header", value_name = "NAME=VALUE")]
    headers: Vec<Pair>,
    /// An outbound proxy: `http://…`, `socks5://…`; `direct` ignores the system's, `none` takes it.
    #[arg(long, value_name = "URL")]
    proxy: Option<OrNone<String>>,
    /// A PEM file with certificates to trust besides the system's; or `none`.
    #[arg(long, value_name = "FILE")]
    extra_ca: Option<OrNone<String>>,
    /// Requests that may be under way at once; or `none`.
    #[arg(long, value_name = "NUMBER")]
    max_concurrency: Option<OrNone<u64>>,
    /// Overrides what Keyway assumes about this service: `images=false` says that it cannot see images. May be
    /// repeated; `images=` takes one back. `providers quirks` lists them.
    #[arg(long = "quirk", value_name = "NAME=VALUE")]
    quirks: Vec<Pair>,
    /// Takes all overrides back.
    #[arg(long, conflicts_with = "quirks")]
    no_quirks: bool,
}

impl New {
    /// The id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The body of the request.
    pub(super) fn body(mut self) -> Result<Value, Failure> {
        self.fields
            .quirks
            .retain(|Pair(_, value)| !value.is_empty());
        self.fields.name = self.fields.name.or_else(|| Some(self.id.clone()));
        let form = Form::default()
            .set("provider_id", Some(self.id))
            .set("base_url", Some(self.base_url))
            .set("enabled", self.disabled.then_some(false));
        Ok(self.fields.onto(form)?.body())
    }
}

impl Edit {
    /// The provider it is about.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The body of the request; quirks that are set already stay beside those given.
    pub(super) fn body(self, found: &Value) -> Result<Value, Failure> {
        let form = Form::default()
            .set("base_url", self.base_url)
            .set("enabled", switched(self.enable, self.disable));
        let mut body = self.fields.onto(form)?.needed()?;
        if let Some(given) = body["quirks"].as_object().filter(|given| !given.is_empty()) {
            let mut all = found["quirks"].as_object().cloned().unwrap_or_default();
            all.extend(given.clone());
            all.retain(|_, value| value.as_str() != Some(""));
            body["quirks"] = Value::Object(all);
        }
        Ok(body)
    }
}

impl Fields {
    fn onto(self, form: Form) -> Result<Form, Failure> {
        let key = prompt::secret_or_ask(self.api_key, "upstream key")?;
        Ok(form
            .set("protocol", self.protocol)
            .set("api_key", key.as_ref().map(ExposeSecret::expose_secret))
            .set("name", self.name)
            .set("note", self.note)
            .set("endpoints", object(self.endpoints))
            .set("headers", object(self.headers))
            .patch("proxy", self.proxy.map(proxy))
            .patch("extra_ca", self.extra_ca)
            .patch("max_concurrency", self.max_concurrency)
            .set("quirks", quirks(self.quirks, self.no_quirks)))
    }
}

/// Values are JSON where they can be: `false`, `4096`, `["a"]`; else text.
fn quirks(given: Vec<Pair>, none: bool) -> Option<Value> {
    let quirks: Map<String, Value> = given
        .into_iter()
        .map(|Pair(name, value)| {
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            (name, value)
        })
        .collect();
    (none || !quirks.is_empty()).then_some(Value::Object(quirks))
}

/// Everywhere on the command line `none` empties a field; to the API it means no proxy at all.
fn proxy(given: OrNone<String>) -> OrNone<String> {
    match given {
        OrNone::Some(word) if word == "direct" => OrNone::Some("none".to_owned()),
        other @ (OrNone::Some(_) | OrNone::None) => other,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        new: New,
    }

    #[derive(Parser)]
    struct EditLine {
        #[command(flatten)]
        edit: Edit,
    }

    fn edited(line: &str) -> Value {
        let found = json!({"quirks": {"images": false, "pdf": true}});
        let edit = EditLine::try_parse_from(line.split(' ')).unwrap().edit;
        edit.body(&found).unwrap()
    }

    #[test]
    fn a_quirk_is_set_or_taken_back_beside_the_others() {
        let all = |line| edited(line)["quirks"].clone();
        assert_eq!(
            all("edit p --quirk audio=true --quirk images="),
            json!({"audio": true, "pdf": true})
        );
        assert_eq!(all("edit p --no-quirks"), json!({}));
        assert_eq!(edited("edit p --name P"), json!({"name": "P"}));
    }

    #[test]
    fn a_provider_is_called_by_its_id_when_nothing_else_is_said() {
        let line = "add deepseek https://api.deepseek.com --api-key k --endpoint anthropic=https://a?b=c --proxy direct --quirk images=false --quirk max_tokens_field=max_tokens";
        let new = Line::try_parse_from(line.split(' ')).unwrap().new;
        let wanted = json!({
            "provider_id": "deepseek",
            "base_url": "https://api.deepseek.com",
            "api_key": "k",
            "name": "deepseek",
            "endpoints": {"anthropic": "https://a?b=c"},
            "proxy": "none",
            "quirks": {"images": false, "max_tokens_field": "max_tokens"},
        });
        assert_eq!(new.body().unwrap(), wanted);
    }
}
