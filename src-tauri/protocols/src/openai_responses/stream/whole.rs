//! Parts that come in one piece, as the items they are here.

use bytes::BytesMut;
use serde_json::{Value, json};

use super::opened::Search;
use super::writer::{Open, StreamWriter};
use crate::event::{Event, Opening};
use crate::openai_responses::OWN;
use crate::openai_responses::answer::items::{SEARCHING, image};
use crate::openai_responses::fields::{kind_of, list_of, text_of};
use crate::part::{Foreign, Kind, Part, Reasoning, Source, Text};

impl StreamWriter {
    /// Writes a part that comes in one piece.
    pub(super) fn whole(&mut self, part: Part, out: &mut BytesMut) {
        match part.kind {
            Kind::Text(text) => self.whole_text(text, out),
            Kind::Refusal(text) => {
                let steps = [
                    Event::Open(Opening::Refusal),
                    Event::Text(text),
                    Event::Close,
                ];
                self.steps(steps, out);
            }
            Kind::Reasoning(reasoning) => self.whole_thought(reasoning, out),
            Kind::Call(mut call) => {
                let arguments = std::mem::take(&mut call.arguments);
                let open = Event::Open(Opening::Call(call));
                self.steps([open, Event::Arguments(arguments), Event::Close], out);
            }
            Kind::Image(media) => {
                if let Source::Inline { data, .. } = media.source {
                    let (index, id) = self.next("ig", out);
                    let begun = json!({"type": "image_generation_call", "id": id, "status": "in_progress", "result": null});
                    self.piece(index, &begun, image(&id, &data), out);
                }
            }
            Kind::Foreign(foreign) => self.whole_foreign(foreign, out),
            // Models answer with none of these in this protocol.
            Kind::Audio(_) | Kind::Document(_) | Kind::Result(_) => {}
        }
    }

    fn steps(&mut self, steps: impl IntoIterator<Item = Event>, out: &mut BytesMut) {
        for step in steps {
            self.say(step, out);
        }
    }

    fn whole_text(&mut self, text: Text, out: &mut BytesMut) {
        self.steps([Event::Open(Opening::Text), Event::Text(text.text)], out);
        self.steps(text.citations.into_iter().map(Event::Citation), out);
        self.steps([Event::Close], out);
    }

    fn whole_thought(&mut self, reasoning: Reasoning, out: &mut BytesMut) {
        let end = reasoning.carrier.map_or(Event::Close, Event::CloseWith);
        let open = Event::Open(Opening::Reasoning);
        self.steps([open, Event::Reasoning(reasoning.text), end], out);
    }

    fn whole_foreign(&mut self, foreign: Foreign, out: &mut BytesMut) {
        let kind = kind_of(&foreign.value);
        if foreign.origin == OWN {
            self.own_item(foreign.value, out);
        } else if foreign.origin == SEARCHING
            && kind == "server_tool_use"
            && is_search(&foreign.value)
        {
            let input = foreign.value.get("input").unwrap_or(&Value::Null);
            let query = text_of(input, "query").to_owned();
            let (index, id) = self.next("ws", out);
            self.open = Open::Search(Search::begin(id, index, query, &mut self.emitter, out));
        } else if foreign.origin == SEARCHING && kind == "web_search_tool_result" {
            self.found(&foreign.value, out);
        } else if let Some(gist) = foreign.gist {
            self.whole_text(
                Text {
                    text: gist,
                    citations: Vec::new(),
                },
                out,
            );
        }
    }

    /// The pages that the open search found.
    fn found(&mut self, result: &Value, out: &mut BytesMut) {
        let search = match self.take_open() {
            Open::Search(search) => search,
            other @ (Open::Nothing | Open::Message(_) | Open::Thought(_) | Open::Call(_)) => {
                self.open = other;
                return;
            }
        };
        let pages = list_of(result, "content").iter();
        let sources: Vec<Value> = pages
            .filter(|page| !text_of(page, "url").is_empty())
            .map(|page| json!({"type": "url", "url": text_of(page, "url")}))
            .collect();
        let item = search.end(&sources, &mut self.emitter, out);
        self.keep(item);
    }

    /// An item of this protocol goes out as it came, under an id of this answer if it has none.
    fn own_item(&mut self, mut item: Value, out: &mut BytesMut) {
        let prefix = match kind_of(&item) {
            "compaction" => "cmp",
            "web_search_call" => "ws",
            _ => "it",
        };
        let (index, id) = self.next(prefix, out);
        if text_of(&item, "id").is_empty() && item.is_object() {
            item["id"] = id.into();
        }
        self.piece(index, &item.clone(), item, out);
    }
}

fn is_search(tool_use: &Value) -> bool {
    text_of(tool_use, "name") == "web_search"
}
