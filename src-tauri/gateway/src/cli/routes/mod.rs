//! `keyway-server routes`.

mod edit;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Context,
    cells::{state, text},
    client::Client,
    failure::Failure,
    form::{Form, OrNone, TargetName},
    path,
    providers::test,
    records::{self, ROUTE},
    table::Table,
};

use edit::Edit;

/// Routes: the model names that clients ask for.
#[derive(Debug, Args)]
pub(super) struct Routes {
    #[command(subcommand)]
    command: Option<RoutesCommand>,
}

#[derive(Debug, Default, Subcommand)]
enum RoutesCommand {
    /// Lists the routes of the group (the default).
    #[default]
    List,
    /// Makes a route: `routes add deep deepseek/deepseek-chat zhipu/glm-5.2`.
    Add(New),
    /// Changes a route.
    Edit(Edit),
    /// Deletes routes.
    Remove {
        /// Aliases or ids.
        #[arg(required = true)]
        routes: Vec<String>,
    },
    /// Sends a small real request through a route.
    Test {
        /// Its alias or id.
        route: String,
    },
}

#[derive(Debug, Args)]
struct New {
    /// The model name that clients ask for.
    alias: String,
    /// Who answers, in the order they are tried.
    #[arg(required = true, value_name = "PROVIDER/MODEL")]
    targets: Vec<TargetName>,
    #[command(flatten)]
    fields: Fields,
    /// Makes it switched off.
    #[arg(long)]
    disabled: bool,
}

#[derive(Debug, Args)]
struct Fields {
    /// `direct`, `failover`, `balance`, `adapter` or `fusion`; `failover` when there are several targets.
    #[arg(long)]
    mode: Option<String>,
    /// Where /v1/generations goes, below the provider's base URL.
    #[arg(long, value_name = "PATH")]
    upstream_path: Option<String>,
    /// How clients take the model's thoughts: `native`, `think_tags` or `drop`; `none` leaves it to their key.
    #[arg(long, value_name = "FORM")]
    reasoning: Option<OrNone<String>>,
    /// Free text.
    #[arg(long)]
    note: Option<String>,
}

impl Fields {
    fn onto(self, form: Form) -> Form {
        form.set("mode", self.mode)
            .set("upstream_path", self.upstream_path)
            .patch("reasoning", self.reasoning)
            .set("note", self.note)
    }
}

impl New {
    fn body(mut self) -> Value {
        if self.targets.len() > 1 {
            self.fields.mode = self.fields.mode.or_else(|| Some("failover".to_owned()));
        }
        let mut targets = self.targets.into_iter();
        let primary = targets.next();
        let further: Vec<Value> = targets
            .zip(1..)
            .map(|(target, priority)| shape(&target, priority))
            .collect();
        let form = Form::default()
            .set("alias", Some(self.alias))
            .set(
                "provider_id",
                primary.as_ref().map(|target| target.provider.as_str()),
            )
            .set(
                "upstream_model",
                primary.as_ref().map(|target| target.model.as_str()),
            )
            .set("targets", (!further.is_empty()).then_some(further))
            .set("enabled", self.disabled.then_some(false));
        self.fields.onto(form).body()
    }
}

/// A further target as the API takes it.
fn shape(target: &TargetName, priority: u64) -> Value {
    json!({"provider_id": target.provider, "upstream_model": target.model, "priority": priority})
}

impl Routes {
    /// Does what was asked.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let output = context.output;
        match self.command.unwrap_or_default() {
            RoutesCommand::List => list(context, client).await,
            RoutesCommand::Add(new) => {
                let alias = new.alias.clone();
                let answer = client
                    .post(&records::list_path(context, ROUTE), &new.body())
                    .await?;
                output.done(&answer, || {
                    format!("made route {alias:?} in group {}", context.group)
                })
            }
            RoutesCommand::Edit(edit) => edit.run(context, client).await,
            RoutesCommand::Remove { routes } => {
                for word in routes {
                    let found = records::find(context, client, ROUTE, &word).await?;
                    let answer = client.delete(&of(&found)).await?;
                    output.done(&answer, || {
                        format!("deleted route {:?}", text(&found, "alias"))
                    })?;
                }
                Ok(())
            }
            RoutesCommand::Test { route } => {
                let found = records::find(context, client, ROUTE, &route).await?;
                let alias = text(&found, "alias");
                let body = json!({"alias": alias, "group_id": context.group});
                test(context, client, &format!("route {alias}"), &body).await
            }
        }
    }
}

fn of(route: &Value) -> String {
    path::admin(["llm", "routes", records::id(ROUTE, route)])
}

async fn list(context: &Context, client: &Client) -> Result<(), Failure> {
    let answer = records::list(context, client, ROUTE).await?;
    if context.output.is_json() {
        return context.output.json(&answer);
    }
    let mut table = Table::new(&["ALIAS", "MODE", "TARGETS", "STATE", "NOTE", "ID"]);
    for route in answer["routes"].as_array().into_iter().flatten() {
        table.row([
            text(route, "alias").to_owned(),
            text(route, "mode").to_owned(),
            targets(route),
            state(route),
            text(route, "note").to_owned(),
            text(route, "route_id").to_owned(),
        ]);
    }
    let nothing = format!(
        "group {} has no routes; make one with `routes add ALIAS PROVIDER/MODEL`; the built-in route echo works without any",
        context.group
    );
    context.output.table(&table, &nothing)
}

/// The primary binding and the others, in the order they are tried.
fn targets(route: &Value) -> String {
    let name = |target: &Value| {
        format!(
            "{}/{}",
            text(target, "provider_id"),
            text(target, "upstream_model")
        )
    };
    let further = route["targets"].as_array().into_iter().flatten().map(name);
    let mut all = vec![name(route)];
    all.extend(further.filter(|target| *target != name(route)));
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        new: New,
    }

    fn body(line: &str) -> Value {
        Line::try_parse_from(line.split(' ')).unwrap().new.body()
    }

    #[test]
    fn the_first_target_is_the_primary_binding_and_several_fail_over() {
        let several = json!({
            "alias": "sonnet", "provider_id": "a", "upstream_model": "m",
            "targets": [{"provider_id": "b", "upstream_model": "n/o", "priority": 1}],
            "mode": "failover",
        });
        assert_eq!(body("add sonnet a/m b/n/o"), several);
        let one = json!({"alias": "sonnet", "provider_id": "a", "upstream_model": "m"});
        assert_eq!(body("add sonnet a/m"), one);
        assert_eq!(body("add sonnet a/m b/n --mode balance")["mode"], "balance");
    }

    #[test]
    fn all_targets_are_listed_once() {
        let route = json!({
            "provider_id": "a", "upstream_model": "m",
            "targets": [{"provider_id": "a", "upstream_model": "m"}, {"provider_id": "b", "upstream_model": "n"}],
        });
        assert_eq!(targets(&route), "a/m, b/n");
    }
}
