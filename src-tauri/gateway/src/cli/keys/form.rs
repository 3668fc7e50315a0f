use clap::Args;
use serde_json::Value;

use crate::cli::{
    failure::Failure,
    form::{Form, OrNone, switched},
};

/// A key to be issued.
#[derive(Debug, Args)]
pub(super) struct New {
    /// What people call it.
    name: String,
    #[command(flatten)]
    rights: Rights,
    /// Keeps its hash only: nobody can read it again.
    #[arg(long)]
    hash_only: bool,
    /// Issues it switched off.
    #[arg(long)]
    disabled: bool,
}

/// What is to change.
#[derive(Debug, Args)]
pub(super) struct Edit {
    /// Its name or id.
    key: String,
    /// Another name.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    rights: Rights,
    /// Lets it in again.
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Turns it away.
    #[arg(long)]
    disable: bool,
    /// Sets what it has used to zero.
    #[arg(long)]
    reset_usage: bool,
}

/// What a key may do. `none` takes a value away.
#[derive(Debug, Args)]
struct Rights {
    /// The user it belongs to; one of this name is made when there is none.
    #[arg(long, value_name = "USER")]
    owner: Option<OrNone<String>>,
    /// When it ends: 2030-01-01, or with a time in ISO 8601.
    #[arg(long, value_name = "TIME")]
    expires: Option<OrNone<String>>,
    /// What answers when the asked model is no alias.
    #[arg(long, value_name = "ROUTE")]
    route: Option<OrNone<String>>,
    /// What answers then for small background models.
    #[arg(long, value_name = "ROUTE")]
    fast_route: Option<OrNone<String>>,
    /// Requests in any 60 seconds.
    #[arg(long, value_name = "NUMBER")]
    requests_per_minute: Option<OrNone<u64>>,
    /// Requests in any 24 hours.
    #[arg(long, value_name = "NUMBER")]
    requests_per_day: Option<OrNone<u64>>,
    /// Tokens in any 60 seconds.
    #[arg(long, value_name = "NUMBER")]
    tokens_per_minute: Option<OrNone<u64>>,
    /// Requests in its life.
    #[arg(long, value_name = "NUMBER")]
    max_requests: Option<OrNone<u64>>,
    /// Tokens in its life.
    #[arg(long, value_name = "NUMBER")]
    max_tokens: Option<OrNone<u64>>,
    /// Requests under way at once.
    #[arg(long, value_name = "NUMBER")]
    concurrency: Option<OrNone<u64>>,
    /// `default`, or `cursor`: reasoning in think tags.
    #[arg(long)]
    purpose: Option<String>,
    /// `user`, or `admin`: may use the admin API where the settings allow it.
    #[arg(long)]
    role: Option<String>,
    /// The routes it may ask for, by alias; may be repeated. Without it all.
    #[arg(long = "allow-route", value_name = "ROUTE")]
    allow_routes: Vec<String>,
    /// The providers it may use, by id; may be repeated. Without it all.
    #[arg(long = "allow-provider", value_name = "PROVIDER")]
    allow_providers: Vec<String>,
}

impl New {
    /// The body of the request.
    pub(super) fn body(self) -> Value {
        let form = Form::default()
            .set("name", Some(self.name))
            .set("hash_only", self.hash_only.then_some(true))
            .set("enabled", self.disabled.then_some(false));
        self.rights.onto(form).body()
    }
}

impl Edit {
    /// The key it is about, and the body of the request.
    pub(super) fn parts(self) -> Result<(String, Value), Failure> {
        let form = Form::default()
            .set("name", self.name)
            .set("enabled", switched(self.enable, self.disable))
            .set("reset_usage", self.reset_usage.then_some(true));
        Ok((self.key, self.rights.onto(form).needed()?))
    }
}

impl Rights {
    fn onto(self, form: Form) -> Form {
        form.patch("owner_user_id", self.owner)
            .patch("expires_at", self.expires)
            .patch("current_route", self.route)
            .patch("fast_route", self.fast_route)
            .patch("rpm_limit", self.requests_per_minute)
            .patch("requests_per_day", self.requests_per_day)
            .patch("tokens_per_minute", self.tokens_per_minute)
            .patch("max_requests", self.max_requests)
            .patch("max_tokens", self.max_tokens)
            .patch("concurrency_limit", self.concurrency)
            .set("purpose", self.purpose)
            .set("role", self.role)
            .set("allowed_aliases", listed(self.allow_routes))
            .set("allowed_providers", listed(self.allow_providers))
    }
}

/// The names given; the single name `none` means an empty list, which allows all.
fn listed(names: Vec<String>) -> Option<Vec<String>> {
    match names.as_slice() {
        [] => None,
        [one] if one == "none" => Some(Vec::new()),
        _ => Some(names),
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
        edit: Edit,
    }

    fn body(line: &str) -> Result<Value, Failure> {
        let edit = Line::try_parse_from(line.split(' ')).unwrap().edit;
        edit.parts().map(|(_, body)| body)
    }

    #[test]
    fn flags_become_fields_and_none_empties_them() {
        let wanted = json!({"enabled": false, "current_route": null, "rpm_limit": 60, "allowed_aliases": []});
        let line = "edit ci --disable --route none --requests-per-minute 60 --allow-route none";
        assert_eq!(body(line).unwrap(), wanted);
    }

    #[test]
    fn a_change_of_nothing_is_wrong_use() {
        assert_eq!(body("edit ci").unwrap_err().exit().code(), 2);
    }
}
