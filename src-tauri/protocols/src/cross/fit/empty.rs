//! Texts in which nothing is said are left out: Anthropic refuses them, and nobody misses them.

use crate::part::{Kind, Part};
use crate::request::Request;

/// Drops texts that are empty or all white space; a result may stay without any.
pub(super) fn sweep(request: &mut Request) {
    for turn in &mut request.turns {
        let list = &mut turn.content.list;
        for part in list.iter_mut() {
            if let Kind::Result(result) = &mut part.kind {
                drop_blank(&mut result.content.list);
            }
            if let Kind::Call(call) = &mut part.kind
                && call.arguments.trim().is_empty()
                && call.form == crate::part::CallForm::Function
            {
                // Some providers refuse arguments that are no JSON.
                "{}".clone_into(&mut call.arguments);
            }
        }
        drop_blank(list);
    }
}

fn drop_blank(list: &mut Vec<Part>) {
    list.retain(|part| part.as_text().is_none_or(|text| !text.trim().is_empty()));
}
