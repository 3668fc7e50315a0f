//! What holds for whatever comes.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{events, reply, steps, write};
use crate::event::Event;
use crate::openai_responses::{read_request, read_response, write_response};

const GOLDEN: &str = include_str!("../../../tests/golden/openai-responses.sse");

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        "[ -~é\u{2028}]{0,8}".prop_map(Value::from),
        prop_oneof![Just("message"), Just("function_call"), Just("reasoning")]
            .prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!(["x", {"type": "input_text", "text": "t"}])),
    ]
}

/// The places in a value, counted in order of reading.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// The value with something else at one place, or with that place left out.
fn changed(value: &Value, at: &mut usize, other: Option<&Value>) -> Option<Value> {
    if *at == 0 {
        *at = usize::MAX;
        return other.cloned();
    }
    *at -= 1;
    Some(match value {
        Value::Array(list) => {
            let list = list.iter().filter_map(|inner| changed(inner, at, other));
            Value::Array(list.collect())
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .filter_map(|(key, inner)| Some((key.clone(), changed(inner, at, other)?)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            scalar.clone()
        }
    })
}

/// A value of which some places were changed.
fn spoilt(value: &Value, changes: &[(prop::sample::Index, Option<Value>)]) -> Value {
    changes.iter().fold(value.clone(), |value, (index, other)| {
        let mut at = index.index(count(&value));
        changed(&value, &mut at, other.as_ref()).unwrap_or_default()
    })
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Option<Value>)>> {
    let change = (any::<prop::sample::Index>(), prop::option::of(scalar()));
    prop::collection::vec(change, 1..4)
}

fn requests() -> Vec<Value> {
    let items: Vec<Value> = serde_json::from_str(include_str!("items.json")).unwrap();
    let mut requests: Vec<Value> = items
        .into_iter()
        .map(|item| json!({"model": "m", "input": [item]}))
        .collect();
    requests.push(serde_json::from_str(include_str!("fields.json")).unwrap());
    requests
}

fn golden() -> Vec<Value> {
    let data = GOLDEN
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

/// Parts follow each other, and nothing comes behind the end.
fn is_in_order(steps: &[Event]) -> bool {
    let mut open = false;
    let mut over = false;
    steps.iter().all(|step| {
        let was_over = over;
        let fits = match step {
            Event::Start(_) | Event::Whole(_) | Event::Stop(_) => !open,
            Event::Open(_) => !std::mem::replace(&mut open, true),
            Event::Text(_) | Event::Citation(_) | Event::Reasoning(_) | Event::Arguments(_) => open,
            Event::Close | Event::CloseWith(_) => std::mem::replace(&mut open, false),
            Event::Usage(_) | Event::Alive => true,
            Event::Failed(_) => {
                over = true;
                true
            }
            Event::End => {
                over = true;
                !open
            }
        };
        fits && !was_over
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A spoilt request is refused, or says the same when it is read again from what was written.
    #[test]
    fn whatever_is_read_is_written_the_same_twice(which in any::<prop::sample::Index>(), changes in changes()) {
        let requests = requests();
        let body = spoilt(which.get(&requests), &changes);
        if let Ok(request) = read_request(body) {
            let (once, _) = write(&request);
            let again = read_request(once.clone()).expect("what was written can be read");
            prop_assert_eq!(write(&again).0, once);
        }
    }

    #[test]
    fn a_spoilt_stream_is_read_in_order(changes in changes(), only_done in any::<bool>()) {
        let all: Vec<Value> = golden()
            .into_iter()
            .filter(|event| !only_done || !event["type"].as_str().unwrap().ends_with("delta"))
            .collect();
        let spoilt = spoilt(&Value::Array(all), &changes);
        let steps = steps(spoilt.as_array().map_or(&[], Vec::as_slice));
        prop_assert!(is_in_order(&steps), "{:?}", steps);
        let told = events(&reply(), &steps);
        for (number, event) in told.iter().enumerate() {
            prop_assert_eq!(&event["sequence_number"], number);
        }
    }

    #[test]
    fn a_spoilt_answer_is_none_or_can_be_written(changes in changes()) {
        let last = golden().pop().unwrap()["response"].take();
        if let Some(response) = read_response(spoilt(&last, &changes)) {
            let written = write_response(&response, &reply());
            prop_assert!(written["output"].is_array());
        }
    }
}
