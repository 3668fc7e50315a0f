//! `keyway-server use`: the switch.

use clap::Args;
use serde_json::{Value, json};

use super::{
    Context,
    cells::{is_on, text},
    client::Client,
    failure::Failure,
    path,
    records::{self, KEY, ROUTE},
};

/// The built-in route, which is in no list.
const ECHO: &str = "echo";

/// Makes a key answer with another route, from its next request on, where the asked model is no alias.
#[derive(Debug, Args)]
pub(super) struct Use {
    /// The alias of the route.
    #[arg(required_unless_present = "none", conflicts_with = "none")]
    route: Option<String>,
    /// The key to switch; may be left out when the group has one only.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
    /// Switches what answers for small background models.
    #[arg(long)]
    fast: bool,
    /// Takes the route away: the group's default answers.
    #[arg(long)]
    none: bool,
}

impl Use {
    /// Switches.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let key = match &self.key {
            Some(word) => records::find(context, client, KEY, word).await?,
            None => only_key(context, client).await?,
        };
        let field = if self.fast {
            "fast_route"
        } else {
            "current_route"
        };
        let route = match &self.route {
            None => Value::Null,
            Some(word) => found(context, client, word).await?,
        };
        let path = path::admin(["llm", "keys", records::id(KEY, &key)]);
        let answer = client.patch(&path, &json!({ field: route })).await?;
        context
            .output
            .done(&answer, || sentence(&key, &answer["key"], field))?;
        context.output.remark(holds(self.fast))
    }
}

async fn found(context: &Context, client: &Client, word: &str) -> Result<Value, Failure> {
    match records::find(context, client, ROUTE, word).await {
        Ok(route) => Ok(text(&route, "route_id").into()),
        Err(_) if word == ECHO => Ok(ECHO.into()),
        Err(failure) => Err(failure),
    }
}

async fn only_key(context: &Context, client: &Client) -> Result<Value, Failure> {
    let answer = records::list(context, client, KEY).await?;
    let keys = answer["keys"].as_array().into_iter().flatten();
    let enabled: Vec<&Value> = keys.filter(|key| is_on(key, "enabled")).collect();
    match enabled.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(
            Failure::not_found(format!("group {} has no key", context.group))
                .so("make one with `keys add NAME`"),
        ),
        several => {
            let names: Vec<&str> = several.iter().map(|key| text(key, "name")).collect();
            Err(
                Failure::usage(format!("group {} has {} keys", context.group, names.len()))
                    .so(format!("say which with --key: {}", names.join(", "))),
            )
        }
    }
}

fn sentence(before: &Value, after: &Value, field: &str) -> String {
    let kind = if field == "fast_route" {
        " for small models"
    } else {
        ""
    };
    let named = |key: &Value| match text(key, field) {
        "" => "none".to_owned(),
        route => route.to_owned(),
    };
    format!(
        "{}{kind}: {} -> {}",
        text(after, "name"),
        named(before),
        named(after)
    )
}

/// When the switched route answers.
fn holds(fast: bool) -> &'static str {
    if fast {
        "for every name of a small model (haiku, mini) that is no alias"
    } else {
        "for every model name that is no alias, such as `keyway`"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_tells_what_it_was_and_what_it_is() {
        let (before, after) = (
            json!({"fast_route": null}),
            json!({"name": "laptop", "fast_route": "glm"}),
        );
        assert_eq!(
            sentence(&before, &after, "fast_route"),
            "laptop for small models: none -> glm"
        );
    }
}
