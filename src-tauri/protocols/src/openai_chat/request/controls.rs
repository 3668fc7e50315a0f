//! What a request says besides its messages and tools.
//!
//! All of these fields are noted as they came. The writer reads the notes once more: a group of fields that still
//! says what is to be said goes out as it came.

use serde_json::{Map, Number, Value, json};

use super::super::CHAT;
use super::super::fields::{number, telling};
use super::{choice, format, is_from_here, thinking};
use crate::codec::Target;
use crate::counts::Counts;
use crate::loss::{Losses, Weight};
use crate::quirks::MaxTokensField;
use crate::request::Request;

/// The fields that have a neutral form.
const KEYS: [&str; 31] = [
    "model",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "top_k",
    "stop",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "n",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "verbosity",
    "parallel_tool_calls",
    "tool_choice",
    "function_call",
    "response_format",
    "reasoning_effort",
    "reasoning",
    "include_reasoning",
    "thinking",
    "enable_thinking",
    "thinking_budget",
    "tools",
    "functions",
];

/// Takes the fields that have a neutral form out of a body.
pub(super) fn take(fields: &mut Map<String, Value>) -> Map<String, Value> {
    let known = |key: &&str| fields.contains_key(*key);
    let keys: Vec<&str> = KEYS.into_iter().filter(known).collect();
    let mut taken = Map::new();
    for key in keys {
        taken.insert(key.into(), fields.shift_remove(key).unwrap_or_default());
    }
    taken
}

/// Reads these fields.
pub(super) fn read(fields: &Map<String, Value>, request: &mut Request) {
    let get = |key: &str| fields.get(key);
    request.model = telling(get("model")).map(str::to_owned).unwrap_or_default();
    request.stream = get("stream").and_then(Value::as_bool);
    request.stream_usage =
        get("stream_options").and_then(|options| options.get("include_usage")?.as_bool());
    let sampling = &mut request.sampling;
    let limits = [get("max_completion_tokens"), get("max_tokens")];
    sampling.max_output = limits.into_iter().flatten().find_map(Value::number);
    sampling.temperature = number(get("temperature"));
    sampling.top_p = number(get("top_p"));
    sampling.top_k = number(get("top_k"));
    sampling.stop = stops(get("stop"));
    sampling.seed = number(get("seed"));
    sampling.presence_penalty = number(get("presence_penalty"));
    sampling.frequency_penalty = number(get("frequency_penalty"));
    sampling.logprobs = get("logprobs").and_then(Value::as_bool);
    sampling.top_logprobs = get("top_logprobs").and_then(Value::number);
    request.answers = get("n").and_then(Value::number);
    let users = [get("safety_identifier"), get("user")];
    let user = users.into_iter().find_map(telling);
    request.user = user.map(str::to_owned);
    request.cache_key = telling(get("prompt_cache_key")).map(str::to_owned);
    request.verbosity = telling(get("verbosity")).map(str::to_owned);
    request.parallel_tools = get("parallel_tool_calls").and_then(Value::as_bool);
    request.tool_choice = choice::read(fields);
    request.format = get("response_format").and_then(format::read);
    request.thinking = thinking::read(fields);
}

fn stops(stop: Option<&Value>) -> Vec<String> {
    match stop {
        Some(Value::String(stop)) => vec![stop.clone()],
        Some(Value::Array(list)) => {
            let stops = list.iter().filter_map(Value::as_str);
            stops.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// A body that is being written, beside what was noted of the one that came.
struct Page<'a> {
    noted: Map<String, Value>,
    object: &'a mut Map<String, Value>,
}

impl Page<'_> {
    /// Writes a group of fields as it came, if it did and still says the same, and prints it otherwise.
    fn put(&mut self, keys: &[&str], is_same: bool, print: impl FnOnce(&mut Map<String, Value>)) {
        if is_same && keys.iter().any(|key| self.noted.contains_key(*key)) {
            for key in keys {
                let noted = self.noted.get(*key).cloned();
                self.object
                    .extend(noted.map(|value| ((*key).to_owned(), value)));
            }
        } else {
            print(self.object);
        }
    }

    /// As [`Page::put`] for one field with one value.
    fn put_one<V: Into<Value>>(&mut self, key: &str, is_same: bool, value: Option<V>) {
        self.put(&[key], is_same, |object| {
            object.extend(value.map(|value| (key.to_owned(), value.into())));
        });
    }
}

/// Writes these fields.
pub(super) fn write(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
    object: &mut Map<String, Value>,
) {
    let mut noted = Map::new();
    for key in KEYS {
        let value = request.extra.noted(CHAT, key).cloned();
        noted.extend(value.map(|value| (key.to_owned(), value)));
    }
    let mut was = Request::default();
    read(&noted, &mut was);
    let mut page = Page { noted, object };
    write_limits(request, &was, target, &mut page);
    write_sampling(request, &was, target, losses, &mut page);
    write_probabilities(request, &was, &mut page);
    write_identity(request, &was, target, &mut page);
    write_tool_use(request, &was, target, &mut page);
    page.put(
        &["response_format"],
        was.format == request.format,
        |object| {
            let format = request.format.as_ref().map(format::write);
            object.extend(format.map(|value| ("response_format".to_owned(), value)));
        },
    );
    page.put(
        &thinking::KEYS,
        was.thinking == request.thinking,
        |object| {
            thinking::write(&request.thinking, target, losses, object);
        },
    );
}

/// The field that limits the answer, and how it is to come.
fn write_limits(request: &Request, was: &Request, target: &Target<'_>, page: &mut Page<'_>) {
    page.put_one("stream", was.stream == request.stream, request.stream);
    let is_same = was.stream_usage == request.stream_usage && was.stream == request.stream;
    page.put(&["stream_options"], is_same, |object| {
        let is_wanted = request
            .stream_usage
            .unwrap_or(!is_from_here(&request.extra));
        if request.stream == Some(true) && is_wanted && target.quirks.stream_options {
            object.insert("stream_options".into(), json!({ "include_usage": true }));
        }
    });
    let limit = request.sampling.max_output;
    let is_same = was.sampling.max_output == limit;
    page.put(
        &["max_completion_tokens", "max_tokens"],
        is_same,
        |object| {
            let key = match target.quirks.max_tokens_field {
                MaxTokensField::MaxTokens => "max_tokens",
                MaxTokensField::MaxCompletionTokens => "max_completion_tokens",
            };
            object.extend(limit.map(|limit| (key.to_owned(), limit.into())));
        },
    );
    page.put_one("n", was.answers == request.answers, request.answers);
}

fn write_sampling(
    request: &Request,
    was: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
    page: &mut Page<'_>,
) {
    let (now, was) = (&request.sampling, &was.sampling);
    let mut put = |key: &str, now: &Option<Number>, was: &Option<Number>| {
        page.put_one(key, now == was, now.clone().map(Value::Number));
    };
    put("temperature", &now.temperature, &was.temperature);
    put("top_p", &now.top_p, &was.top_p);
    put("seed", &now.seed, &was.seed);
    put(
        "presence_penalty",
        &now.presence_penalty,
        &was.presence_penalty,
    );
    put(
        "frequency_penalty",
        &now.frequency_penalty,
        &was.frequency_penalty,
    );
    page.put(&["top_k"], now.top_k == was.top_k, |object| {
        match &now.top_k {
            Some(count) if target.quirks.top_k => {
                object.insert("top_k".into(), Value::Number(count.clone()));
            }
            Some(_) => losses.dropped("top_k", Weight::Notable),
            None => {}
        }
    });
    page.put(&["stop"], now.stop == was.stop, |object| {
        if !now.stop.is_empty() {
            object.insert("stop".into(), now.stop.clone().into());
        }
    });
}

/// Whether the probabilities of the tokens are wanted.
fn write_probabilities(request: &Request, was: &Request, page: &mut Page<'_>) {
    let (now, was) = (&request.sampling, &was.sampling);
    page.put_one("logprobs", now.logprobs == was.logprobs, now.logprobs);
    let alternatives = now.top_logprobs;
    page.put_one(
        "top_logprobs",
        alternatives == was.top_logprobs,
        alternatives,
    );
}

/// Whom the request is for, and which cache it may find: vendors other than `OpenAI` refuse to hear it.
fn write_identity(request: &Request, was: &Request, target: &Target<'_>, page: &mut Page<'_>) {
    let has_hints = target.quirks.cache_hints;
    let user = request.user.as_deref().filter(|_| has_hints);
    page.put(
        &["user", "safety_identifier"],
        was.user == request.user,
        |object| {
            object.extend(user.map(|user| ("safety_identifier".to_owned(), user.into())));
        },
    );
    let key = request.cache_key.as_deref().filter(|_| has_hints);
    page.put_one("prompt_cache_key", was.cache_key == request.cache_key, key);
    let verbosity = request.verbosity.as_deref();
    let verbosity = verbosity.filter(|_| target.quirks.verbosity);
    page.put_one("verbosity", was.verbosity == request.verbosity, verbosity);
}

/// How the tools may be used; without tools, that is refused.
fn write_tool_use(request: &Request, was: &Request, target: &Target<'_>, page: &mut Page<'_>) {
    let has_tools = page.object.contains_key("tools");
    let parallel = request.parallel_tools;
    let told = parallel.filter(|_| has_tools && target.quirks.parallel_tool_calls);
    page.put_one("parallel_tool_calls", was.parallel_tools == parallel, told);
    let is_same = was.tool_choice == request.tool_choice;
    page.put(&["tool_choice", "function_call"], is_same, |object| {
        let choice = request.tool_choice.as_ref().filter(|_| has_tools);
        let choice = choice.and_then(|choice| choice::write(choice, target));
        object.extend(choice.map(|value| ("tool_choice".to_owned(), value)));
    });
}
