//! Gemini generateContent, as the service reads it.

use keyway_tests::Received;
use serde_json::Value;

use super::reading::{Reading, Tool};
use super::refusal::{Read, ensure, list, object, refuse, stranger, text};
use super::seals::Seals;
use super::{gemini_contents, schema};

const FIELDS: [&str; 8] = [
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "safetySettings",
    "generationConfig",
    "cachedContent",
    "labels",
];
const CONFIG_FIELDS: [&str; 18] = [
    "temperature",
    "topP",
    "topK",
    "candidateCount",
    "maxOutputTokens",
    "stopSequences",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
    "responseLogprobs",
    "logprobs",
    "responseModalities",
    "mediaResolution",
    "speechConfig",
    "thinkingConfig",
];

/// Reads a request.
pub(super) fn read(request: &Received, seals: &mut Seals) -> Read<Reading> {
    let body = camel(&request.json());
    check_names(&body, "", &FIELDS)?;
    if let Some(config) = body.get("generationConfig") {
        check_names(config, " at 'generation_config'", &CONFIG_FIELDS)?;
    }
    let thinking = &body["generationConfig"]["thinkingConfig"];
    ensure(
        thinking["thinkingBudget"].is_null() || thinking["thinkingLevel"].is_null(),
        || "You can only set only one of thinking budget and thinking level.".to_owned(),
    )?;
    let tools = tools(&body)?;
    let mut reading = Reading {
        must_call: must_call(&body, &tools)?,
        tools,
        format: format(&body)?,
        thinks: thinking["includeThoughts"] == true,
        said: Vec::new(),
    };
    let wants_seals = request.model().starts_with("gemini-3");
    gemini_contents::read(&body["contents"], wants_seals, seals, &mut reading.said)?;
    Ok(reading)
}

/// The same with its own names in camel case, as the service takes both; what the user names stays.
fn camel(value: &Value) -> Value {
    const OPAQUE: [&str; 5] = [
        "args",
        "response",
        "parametersJsonSchema",
        "responseJsonSchema",
        "properties",
    ];
    match value {
        Value::Array(items) => items.iter().map(camel).collect(),
        Value::Object(fields) => {
            let renamed = fields.iter().map(|(name, value)| {
                let name = camel_name(name);
                let is_opaque = OPAQUE.contains(&name.as_str());
                (
                    name,
                    if is_opaque {
                        value.clone()
                    } else {
                        camel(value)
                    },
                )
            });
            Value::Object(renamed.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn camel_name(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(usize::from(!word.is_empty()));
        format!("{name}{}{rest}", initial.to_ascii_uppercase())
    })
}

/// Refuses fields that the service does not know.
pub(super) fn check_names(value: &Value, place: &str, known: &[&str]) -> Read<()> {
    let fields = object(value, || {
        format!("Invalid JSON payload received. Expected an object{place}.")
    })?;
    match stranger(fields, known) {
        Some(name) => refuse(format!(
            "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
        )),
        None => Ok(()),
    }
}

fn tools(body: &Value) -> Read<Vec<Tool>> {
    let mut tools: Vec<Tool> = Vec::new();
    for (number, tool) in list(&body["tools"], || "Invalid value at 'tools'".to_owned())?
        .iter()
        .enumerate()
    {
        check_names(
            tool,
            &format!(" at 'tools[{number}]'"),
            &["functionDeclarations", "googleSearch", "urlContext"],
        )?;
        let declared = list(&tool["functionDeclarations"], || {
            "Invalid value at 'tools'".to_owned()
        })?;
        for (index, declared) in declared.iter().enumerate() {
            let at = format!("tools[{number}].function_declarations[{index}]");
            let known = [
                "name",
                "description",
                "parameters",
                "parametersJsonSchema",
                "response",
                "responseJsonSchema",
                "behavior",
            ];
            check_names(declared, &format!(" at '{at}'"), &known)?;
            let name = text(&declared["name"], || format!("{at}.name: must be set"))?;
            ensure(is_name(name), || {
                format!(
                    "Invalid function name at '{at}.name': {name}. Must start with a letter or an underscore."
                )
            })?;
            ensure(tools.iter().all(|known| known.name != name), || {
                format!("Duplicate function declaration found: {name}")
            })?;
            ensure(
                declared["parameters"].is_null() || declared["parametersJsonSchema"].is_null(),
                || format!("{at}: parameters and parameters_json_schema cannot both be set"),
            )?;
            if !declared["parameters"].is_null() {
                schema::check_gemini(&declared["parameters"], &format!("{at}.parameters"))?;
            }
            let schema = ["parameters", "parametersJsonSchema"]
                .into_iter()
                .find_map(|field| declared.get(field));
            let schema = schema.cloned().unwrap_or_else(|| serde_json::json!({}));
            tools.push(Tool {
                name: name.to_owned(),
                namespace: None,
                schema,
            });
        }
    }
    Ok(tools)
}

fn is_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.len() <= 64 && name.chars().all(fine)
}

fn must_call(body: &Value, tools: &[Tool]) -> Read<Option<String>> {
    let config = &body["toolConfig"]["functionCallingConfig"];
    let mode = config["mode"].as_str().unwrap_or("AUTO");
    let names = list(&config["allowedFunctionNames"], || {
        "Invalid value at 'tool_config'".to_owned()
    })?;
    ensure(
        names.is_empty() || mode == "ANY" || mode == "VALIDATED",
        || {
            "Invalid argument: allowed_function_names should be set only when the function calling mode is ANY.".to_owned()
        },
    )?;
    match mode {
        "AUTO" | "NONE" | "VALIDATED" => Ok(None),
        "ANY" => {
            let first = tools.first().map(|tool| tool.name.clone());
            let wanted = names.first().and_then(Value::as_str).map(str::to_owned);
            ensure(first.is_some(), || {
                "Function calling mode ANY needs function declarations.".to_owned()
            })?;
            Ok(wanted.or(first))
        }
        other => refuse(format!(
            "Invalid value at 'tool_config.function_calling_config.mode', \"{other}\""
        )),
    }
}

fn format(body: &Value) -> Read<Option<Value>> {
    let config = &body["generationConfig"];
    let schema = ["responseSchema", "responseJsonSchema"]
        .into_iter()
        .find_map(|field| config.get(field));
    if let Some(schema) = config.get("responseSchema") {
        schema::check_gemini(schema, "generation_config.response_schema")?;
    }
    ensure(
        schema.is_none() || config["responseMimeType"] == "application/json",
        || "response_schema is only supported with response_mime_type application/json".to_owned(),
    )?;
    Ok(schema.cloned())
}
