//! The next request of an answer that takes several.

use bytes::Bytes;

use super::Search;
use crate::codec::{self, Target, Unsayable};
use crate::cross::fit::{self, way::Way};
use crate::cross::way_back::WayBack;
use crate::cross::{Memory, patch};
use crate::loss::Losses;
use crate::request::{ToolChoice, Turn};

/// Writes the request with the rounds so far behind it. In the last one the model has to do without the tools.
///
/// It is fitted from what the client sent, so that all rules of the target hold for the new turns as well.
pub(in crate::cross) fn again(
    way: &WayBack,
    search: &Search,
    rounds: &[Turn],
    is_last: bool,
    memory: &dyn Memory,
) -> Result<Bytes, Unsayable> {
    let mut request = search.request.clone();
    request.turns.extend_from_slice(rounds);
    request.tool_choice = match request.tool_choice {
        _ if is_last => Some(ToolChoice::None),
        free @ (None | Some(ToolChoice::Auto | ToolChoice::None)) => free,
        // What had to be done is done.
        Some(
            ToolChoice::Any
            | ToolChoice::Tool(_)
            | ToolChoice::Allowed { .. }
            | ToolChoice::Hosted { .. },
        ) => Some(ToolChoice::Auto),
    };
    let model = request.model.clone();
    let target = Target {
        protocol: way.target,
        model: &model,
        provider: &way.provider,
        quirks: &way.quirks,
    };
    let client = way.client;
    // What cannot be carried was told of the first request.
    let mut losses = Losses::default();
    let target_way = Way {
        client,
        target: &target,
    };
    fit::fit_or_pass(&mut request, &target_way, memory, &mut losses)?;
    let mut body = codec::write_request(&request, &target, &mut losses)?;
    patch::apply(&mut body, &way.quirks, &mut losses);
    Ok(Bytes::from(body.to_string()))
}
