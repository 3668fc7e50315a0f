use serde_json::{Value, json};

use super::of;
use crate::{
    admin::quirk_words::QUIRKS,
    cli::{
        Context,
        client::Client,
        failure::Failure,
        path,
        records::{self, PROVIDER},
        table::Table,
    },
};

/// Lists the quirks: what each takes, or what holds for a provider and one of its models.
pub(super) async fn show(
    context: &Context,
    client: &Client,
    id: Option<&str>,
    model: Option<&str>,
) -> Result<(), Failure> {
    let output = context.output;
    let Some(id) = id else {
        if output.is_json() {
            return output.json(&all());
        }
        let mut table = Table::new(&["QUIRK", "TAKES", "ABOUT"]);
        for (name, takes, about) in QUIRKS {
            table.row([(*name).to_owned(), takes.words(), (*about).to_owned()]);
        }
        return output.table(&table, "there are none");
    };
    let found = records::find(context, client, PROVIDER, id).await?;
    let path = path::with_query(&format!("{}/quirks", of(&found)), &[("model", model)]);
    let answer = client.get(&path).await?;
    if output.is_json() {
        return output.json(&answer);
    }
    let mut table = Table::new(&["QUIRK", "VALUE", "SET BY", "ABOUT"]);
    for row in rows(&answer["quirks"], &found["quirks"]) {
        table.row(row);
    }
    output.table(&table, "there are none")
}

fn all() -> Value {
    let all: Vec<Value> = QUIRKS
        .iter()
        .map(|(name, takes, about)| json!({"name": name, "takes": takes.words(), "about": about}))
        .collect();
    json!({ "quirks": all })
}

/// Name, value, who set it, what it is about.
fn rows(holds: &Value, own: &Value) -> Vec<[String; 4]> {
    let row = |(name, _, about): &(&str, _, &str)| {
        let by = if own.get(name).is_some() { "you" } else { "" };
        [
            (*name).to_owned(),
            shown(&holds[*name]),
            by.to_owned(),
            (*about).to_owned(),
        ]
    };
    QUIRKS.iter().map(row).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "any".to_owned(),
        Value::String(word) => word.clone(),
        // How the book says that there is no limit.
        Value::Number(number) if number.as_u64() == Some(u64::MAX) => "any".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_is_told_with_who_set_it() {
        let holds = json!({"images": false, "max_output": null, "reasoning": "effort", "most_stops": u64::MAX});
        let rows = rows(&holds, &json!({"images": false}));
        assert_eq!(rows.len(), QUIRKS.len());
        let row = |name: &str| rows.iter().find(|row| row[0] == name).unwrap();
        assert_eq!(row("images")[1..3], ["false", "you"]);
        assert_eq!(row("images")[3], "Whether it sees images.");
        assert_eq!(row("max_output")[1..3], ["any", ""]);
        assert_eq!(row("most_stops")[1], "any");
        assert_eq!(row("reasoning")[1], "effort");
    }
}
