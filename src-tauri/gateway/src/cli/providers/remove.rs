use serde_json::Value;

use super::of;
use crate::cli::{
    Context,
    cells::text,
    client::Client,
    failure::Failure,
    prompt,
    records::{self, KEY, PROVIDER, ROUTE},
};

/// What goes when a provider goes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fallout {
    /// The routes that are bound to it.
    routes: Vec<String>,
    /// The keys whose current route is one of these.
    keys: Vec<String>,
    /// The keys whose fast route is one of these.
    fast: Vec<String>,
}

/// Removes a provider and says what went with it.
pub(super) async fn remove(
    context: &Context,
    client: &Client,
    id: &str,
    yes: bool,
) -> Result<(), Failure> {
    let found = records::find(context, client, PROVIDER, id).await?;
    let routes = records::list(context, client, ROUTE).await?;
    let keys = records::list(context, client, KEY).await?;
    let fallout = Fallout::of(&found, &routes["routes"], &keys["keys"]);
    if !yes {
        prompt::confirm_on_terminal(&fallout.question(id))?;
    }
    let answer = client.delete(&of(&found)).await?;
    context.output.done(&answer, || fallout.sentence(id))
}

impl Fallout {
    fn of(provider: &Value, routes: &Value, keys: &Value) -> Self {
        let all = |list: &Value| list.as_array().cloned().unwrap_or_default();
        let mut gone = all(routes);
        gone.retain(|route| route["provider_id"] == provider["provider_id"]);
        let names = |slot: &str| {
            let mut keys = all(keys);
            keys.retain(|key| {
                gone.iter()
                    .any(|route| route["route_id"].is_string() && key[slot] == route["route_id"])
            });
            keys.iter()
                .map(|key| text(key, "name").to_owned())
                .collect()
        };
        Self {
            keys: names("current_route_id"),
            fast: names("fast_route_id"),
            routes: gone
                .iter()
                .map(|route| text(route, "alias").to_owned())
                .collect(),
        }
    }

    fn question(&self, id: &str) -> String {
        if self.routes.is_empty() {
            return format!("remove provider {id}");
        }
        format!(
            "remove provider {id} with its routes: {}",
            self.routes.join(", ")
        )
    }

    fn sentence(&self, id: &str) -> String {
        let told = [
            ("routes that went with it", &self.routes),
            ("keys without a current route now", &self.keys),
            ("keys without a fast route now", &self.fast),
        ];
        let told = told.into_iter().filter(|(_, names)| !names.is_empty());
        let told = told.map(|(what, names)| format!("{what}: {}", names.join(", ")));
        let sentences: Vec<String> = std::iter::once(format!("removed provider {id}"))
            .chain(told)
            .collect();
        sentences.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_removal_tells_which_routes_go_and_which_keys_lose_theirs() {
        let routes = json!([
            {"route_id": "r1", "alias": "deep", "provider_id": "a"},
            {"route_id": "r2", "alias": "quick", "provider_id": "b"},
        ]);
        let keys = json!([
            {"name": "laptop", "current_route_id": "r1", "fast_route_id": "r2"},
            {"name": "ci", "current_route_id": "r2", "fast_route_id": "r1"},
            {"name": "bare", "current_route_id": null, "fast_route_id": null},
        ]);
        let fallout = Fallout::of(&json!({"provider_id": "a"}), &routes, &keys);
        assert_eq!(
            fallout.sentence("a"),
            "removed provider a; routes that went with it: deep; \
             keys without a current route now: laptop; keys without a fast route now: ci"
        );
        assert_eq!(
            fallout.question("a"),
            "remove provider a with its routes: deep"
        );
        let nothing = Fallout::of(&json!({"provider_id": "c"}), &routes, &keys);
        assert_eq!(nothing.sentence("c"), "removed provider c");
        assert_eq!(nothing.question("c"), "remove provider c");
    }
}
