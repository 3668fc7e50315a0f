use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    admin::{
        check,
        error::{ApiError, BadField},
    },
    store::logs::{Filter, Outcome},
};

/// What to look for; all of it must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct LogQuery {
    api_key_id: Option<String>,
    group_id: Option<String>,
    /// The alias of the route that answered.
    route: Option<String>,
    /// The readable id of the provider that answered.
    provider_id: Option<String>,
    /// The asked or the upstream model.
    model: Option<String>,
    /// `ok`, `error`, `client_error`, `client_left` or `server_error`.
    outcome: Option<String>,
    /// Text within the error, the models, the client's name, or an id.
    q: Option<String>,
    /// ISO 8601, included.
    since: Option<String>,
    /// ISO 8601, not included.
    until: Option<String>,
    /// 1 to 1000; 100 without it.
    pub(super) limit: Option<u32>,
    /// Goes on after a page: its `next_cursor`.
    pub(super) cursor: Option<String>,
}

impl LogQuery {
    /// The same for the store; refuses what cannot be.
    pub(super) fn filter(self) -> Result<Filter, ApiError> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let moment = |field, text: Option<String>| {
            given(text)
                .map(|text| check::moment(field, &text))
                .transpose()
        };
        Ok(Filter {
            group: given(self.group_id).map(Into::into),
            key: given(self.api_key_id).map(Into::into),
            route: given(self.route),
            provider: given(self.provider_id),
            model: given(self.model),
            outcome: given(self.outcome).map(|name| outcome(&name)).transpose()?,
            text: given(self.q),
            since: moment("since", self.since)?,
            until: moment("until", self.until)?,
        })
    }
}

fn outcome(name: &str) -> Result<Outcome, ApiError> {
    match name {
        "ok" => Ok(Outcome::Answered),
        "error" => Ok(Outcome::Failed),
        "client_error" => Ok(Outcome::ClientError),
        "client_left" => Ok(Outcome::ClientLeft),
        "server_error" => Ok(Outcome::ServerError),
        _ => Err(BadField::shape(
            "outcome",
            "must be ok, error, client_error, client_left or server_error",
        )
        .into()),
    }
}
