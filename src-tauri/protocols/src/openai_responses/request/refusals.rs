//! What only a provider can do that keeps conversations.

use serde_json::Value;

use crate::codec::Unsayable;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::kind_of;
use crate::part::Kind;
use crate::request::Request;

/// Refuses a request that rests on what a Responses provider keeps: nobody else has it.
pub(crate) fn refusals(request: &Request) -> Result<(), Unsayable> {
    let extra = &request.extra;
    for (field, advice) in [
        (
            "previous_response_id",
            "earlier answers are not kept here: send the whole conversation in input",
        ),
        (
            "conversation",
            "conversations are not kept here: send the whole conversation in input",
        ),
        (
            "prompt",
            "stored prompts are not kept here: send their text in instructions",
        ),
    ] {
        if extra.get(OWN, field).is_some_and(|value| !value.is_null()) {
            return Err(Unsayable::new(field, advice));
        }
    }
    if extra.get(OWN, "background") == Some(&Value::Bool(true)) {
        let advice = "answers cannot be made in the background here: leave it out";
        return Err(Unsayable::new("background", advice));
    }
    references(request)
}

/// An item is one turn, so the turn's place is the item's.
fn references(request: &Request) -> Result<(), Unsayable> {
    for (index, turn) in request.turns.iter().enumerate() {
        let is_reference = |kind: &Kind| matches!(kind, Kind::Foreign(item) if item.origin == OWN && kind_of(&item.value) == "item_reference");
        if turn.parts().iter().any(|part| is_reference(&part.kind)) {
            let field = format!("input[{index}]");
            let advice = "earlier items are not kept here: send the item itself";
            return Err(Unsayable::new(field, advice));
        }
    }
    Ok(())
}
