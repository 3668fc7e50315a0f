//! Requests.

mod config_read;
mod config_write;
mod read;
mod refusals;
mod tools_read;
mod tools_write;
mod write;

pub(super) use read::read;
pub(super) use refusals::refusals;
pub(super) use write::write;

/// Names of notes that the reader leaves for the writer.
mod notes {
    /// The members of `systemInstruction` besides its parts.
    pub(super) const SYSTEM: &str = "systemInstruction";
    /// How a turn's role was spelled; `null` if it was not.
    pub(super) const ROLE: &str = "role";
    /// How the schema of a tool or an answer was written in the older dialect.
    pub(super) const OPENAPI: &str = "openapi";
    /// The name of the field that a tool's schema or an answer's format was in.
    pub(super) const SPELLED: &str = "spelled";
    /// Which entry of `tools` a tool came in.
    pub(super) const ENTRY: &str = "entry";
    /// That there was a list of tools with nothing in it.
    pub(super) const NO_TOOLS: &str = "no_tools";
    /// How the mode of choosing tools was spelled.
    pub(super) const MODE: &str = "mode";
    /// That thinking was spoken of.
    pub(super) const CONFIG: &str = "thinkingConfig";
    /// That there was a configuration with nothing in it.
    pub(super) const NO_CONFIG: &str = "generationConfig";
}
