//! Names of tools as the target takes them, and the table that brings them back.

use std::collections::{HashMap, HashSet};

use super::custom;
use super::fields::Field;
use super::way::Way;
use crate::Protocol;
use crate::cross::way_back::{Known, Names};
use crate::ids::Fingerprint;
use crate::loss::{Losses, Weight};
use crate::part::{CallForm, Kind};
use crate::request::{Request, Tool, ToolChoice, ToolKind, ToolName};

/// Between the name of a group and that of its tool.
const JOINT: &str = "__";

/// Makes every name legal and unique, the same way in the tools, the choice and the history.
pub(super) fn settle(request: &mut Request, way: &Way<'_>, losses: &mut Losses) -> Names {
    let mut naming = Naming::new(way);
    naming.declare(&mut request.tools, losses);
    for turn in &mut request.turns {
        for part in &mut turn.content.list {
            if let Kind::Call(call) = &mut part.kind {
                let custom = call.form == CallForm::Custom;
                let tool = named(&call.name, call.namespace.as_ref(), custom);
                call.name = naming.name(&tool);
                call.namespace = naming.namespace(call.namespace.take());
            }
        }
    }
    match &mut request.tool_choice {
        Some(ToolChoice::Tool(name)) => naming.rename(name),
        Some(ToolChoice::Allowed { names, .. }) => {
            for name in names {
                naming.rename(name);
            }
        }
        Some(ToolChoice::Auto | ToolChoice::Any | ToolChoice::None | ToolChoice::Hosted { .. })
        | None => {}
    }
    naming.names
}

fn named(name: &str, namespace: Option<&String>, custom: bool) -> ToolName {
    ToolName {
        name: name.to_owned(),
        namespace: namespace.cloned(),
        custom,
    }
}

/// The names given so far.
struct Naming<'a> {
    way: &'a Way<'a>,
    given: HashMap<(Option<String>, String), String>,
    taken: HashSet<String>,
    /// How often each name was wished for, so that none is numbered from the beginning again.
    wishes: HashMap<String, usize>,
    names: Names,
}

impl<'a> Naming<'a> {
    fn new(way: &'a Way<'a>) -> Self {
        Self {
            way,
            given: HashMap::new(),
            taken: HashSet::new(),
            wishes: HashMap::new(),
            names: Names::default(),
        }
    }

    /// Names the tools that are offered; the second of two that are the same goes.
    fn declare(&mut self, tools: &mut Vec<Tool>, losses: &mut Losses) {
        let mut places: HashMap<(Option<String>, String), usize> = HashMap::new();
        for mut tool in std::mem::take(tools) {
            if matches!(tool.kind, ToolKind::Hosted { .. }) {
                tools.push(tool);
                continue;
            }
            let custom = matches!(tool.kind, ToolKind::Custom { .. });
            let name = named(&tool.name, tool.namespace.as_ref(), custom);
            let key = (name.namespace.clone(), name.name.clone());
            let twin = places.get(&key).map(|place| &tools[*place]);
            if twin.is_some_and(|twin| is_same(twin, &tool)) {
                losses.dropped(self.way.name(Field::Tools), Weight::Harmless);
                continue;
            }
            tool.name = match twin {
                Some(_) => self.invent(&name),
                None => self.name(&name),
            };
            tool.namespace = self.namespace(tool.namespace.take());
            places.entry(key).or_insert(tools.len());
            tools.push(tool);
        }
    }

    fn rename(&mut self, name: &mut ToolName) {
        let known = self.name(name);
        name.name = known;
        name.namespace = self.namespace(name.namespace.take());
    }

    /// The group, where the target has groups.
    fn namespace(&self, namespace: Option<String>) -> Option<String> {
        namespace.filter(|_| self.keeps_groups())
    }

    fn keeps_groups(&self) -> bool {
        self.way.is_to(Protocol::OpenAiResponses) && self.way.quirks().tool_namespaces
    }

    /// The name of a tool at the target; the same each time.
    fn name(&mut self, tool: &ToolName) -> String {
        let key = (tool.namespace.clone(), tool.name.clone());
        if let Some(given) = self.given.get(&key) {
            return given.clone();
        }
        let name = self.invent(tool);
        self.given.insert(key, name.clone());
        name
    }

    /// A legal name that no other tool has, noted for the way back.
    fn invent(&mut self, tool: &ToolName) -> String {
        let full = match &tool.namespace {
            Some(group) if !self.keeps_groups() => format!("{group}{JOINT}{}", tool.name),
            Some(_) | None => tool.name.clone(),
        };
        let wish = self.legal(&full);
        let mut name = wish.clone();
        let mut count = self.wishes.get(&wish).copied().unwrap_or(1);
        while !self.taken.insert(name.clone()) {
            count += 1;
            name = self.with_end(&wish, &format!("_{count}"));
        }
        self.wishes.insert(wish, count);
        let wraps = tool.custom && custom::wraps(self.way);
        if name != tool.name || wraps || tool.namespace.is_some() {
            let tool = tool.clone();
            self.names.note(name.clone(), Known { tool, wraps });
        }
        name
    }

    /// The name with other characters replaced and the end cut; then it ends in a fingerprint of the whole.
    fn legal(&self, name: &str) -> String {
        let is_legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let mut legal: String = name
            .chars()
            .map(|c| if is_legal(c) { c } else { '_' })
            .collect();
        let begins_well = legal.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if legal.is_empty() || (self.way.is_to(Protocol::Gemini) && !begins_well) {
            legal.insert(0, '_');
        }
        if legal == name && legal.len() <= self.longest() {
            return legal;
        }
        self.with_end(&legal, &format!("_{}", Fingerprint::of([name]).short()))
    }

    fn with_end(&self, name: &str, end: &str) -> String {
        let room = self.longest().saturating_sub(end.len());
        let cut: String = name.chars().take(room).collect();
        format!("{cut}{end}")
    }

    fn longest(&self) -> usize {
        self.way.quirks().longest_tool_name.max(16)
    }
}

/// Whether two tools of one name are one tool said twice.
fn is_same(one: &Tool, other: &Tool) -> bool {
    one.kind == other.kind && one.description == other.description
}
