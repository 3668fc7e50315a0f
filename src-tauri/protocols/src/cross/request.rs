//! A request on its way from one protocol to another.

use bytes::Bytes;

use super::{Asked, Crossed, Memory};
use crate::codec::{Target, Unsayable};
use crate::loss::Losses;

/// Writes a request in the target's protocol.
pub fn request(
    _asked: &Asked<'_>,
    _target: &Target<'_>,
    _memory: &dyn Memory,
) -> Result<Crossed, Unsayable> {
    todo!()
}

/// A body of the target's own protocol without what only other providers can read, and without what the target refuses;
/// nothing if it may go as it is.
pub fn cleaned(
    _protocol: crate::Protocol,
    _body: &[u8],
    _target: &Target<'_>,
) -> Result<Option<(Bytes, Losses)>, Unsayable> {
    todo!()
}
