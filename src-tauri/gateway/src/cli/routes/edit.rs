use clap::Args;
use serde_json::Value;

use super::{Fields, of, shape};
use crate::cli::{
    Context,
    cells::text,
    client::Client,
    failure::Failure,
    form::{Form, TargetName, switched},
    path,
    records::{self, ROUTE},
};

/// What is to change.
#[derive(Debug, Args)]
pub(super) struct Edit {
    /// Its alias or id.
    route: String,
    /// Another alias.
    #[arg(long)]
    alias: Option<String>,
    /// Another primary target.
    #[arg(long, value_name = "PROVIDER/MODEL")]
    target: Option<TargetName>,
    /// A further target, tried after the others; may be repeated.
    #[arg(long, value_name = "PROVIDER/MODEL")]
    add_target: Vec<TargetName>,
    /// A further target to take out; may be repeated.
    #[arg(long, value_name = "PROVIDER/MODEL")]
    remove_target: Vec<TargetName>,
    #[command(flatten)]
    fields: Fields,
    /// Lets it answer again.
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Lets it answer no more.
    #[arg(long)]
    disable: bool,
}

impl Edit {
    /// Changes the route, then its further targets.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let found = records::find(context, client, ROUTE, &self.route).await?;
        // All that is to go must be there before anything is changed.
        let gone: Vec<&str> = self
            .remove_target
            .iter()
            .map(|target| target_id(&found, target))
            .collect::<Result<_, _>>()?;
        let form = Form::default()
            .set("alias", self.alias)
            .set(
                "provider_id",
                self.target.as_ref().map(|target| target.provider.as_str()),
            )
            .set(
                "upstream_model",
                self.target.as_ref().map(|target| target.model.as_str()),
            )
            .set("enabled", switched(self.enable, self.disable));
        let form = self.fields.onto(form);
        if gone.is_empty() && self.add_target.is_empty() {
            client.patch(&of(&found), &form.needed()?).await?;
        } else {
            client.patch(&of(&found), &form.body()).await?;
        }
        for id in gone {
            client
                .delete(&path::admin(["llm", "route-providers", id]))
                .await?;
        }
        let further = path::admin(["llm", "routes", records::id(ROUTE, &found), "providers"]);
        for (target, priority) in self.add_target.iter().zip(next_priority(&found)..) {
            client.post(&further, &shape(target, priority)).await?;
        }
        let answer = client.get(&of(&found)).await?;
        context.output.done(&answer, || {
            format!("changed route {:?}", text(&answer["route"], "alias"))
        })
    }
}

fn further(route: &Value) -> impl Iterator<Item = &Value> {
    route["targets"].as_array().into_iter().flatten()
}

fn target_id<'a>(route: &'a Value, target: &TargetName) -> Result<&'a str, Failure> {
    let is = |found: &&Value| {
        text(found, "provider_id") == target.provider
            && text(found, "upstream_model") == target.model
    };
    let found = further(route).find(is).map(|found| text(found, "rp_id"));
    found.ok_or_else(|| {
        Failure::not_found(format!(
            "route {:?} has no further target {}/{}",
            text(route, "alias"),
            target.provider,
            target.model
        ))
        .so("`routes list` shows what it has; --target changes the first")
    })
}

/// Behind all that are there.
fn next_priority(route: &Value) -> u64 {
    let last = further(route)
        .filter_map(|target| target["priority"].as_i64())
        .max()
        .unwrap_or(0);
    u64::try_from(last).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_target_is_found_by_provider_and_model_and_others_go_behind_it() {
        let route = json!({"alias": "a", "targets": [
            {"rp_id": "t1", "provider_id": "p", "upstream_model": "m", "priority": 4},
            {"rp_id": "t2", "provider_id": "p", "upstream_model": "n", "priority": 2},
        ]});
        assert_eq!(target_id(&route, &"p/n".parse().unwrap()).unwrap(), "t2");
        assert_eq!(
            target_id(&route, &"q/n".parse().unwrap())
                .unwrap_err()
                .exit()
                .code(),
            4
        );
        assert_eq!(next_priority(&route), 5);
        assert_eq!(next_priority(&json!({})), 1);
    }
}
