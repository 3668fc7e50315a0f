//! A stream gathered into a whole answer.

use crate::carrier::Carrier;
use crate::error::UpstreamError;
use crate::event::{Event, Opening};
use crate::part::{Kind, Part, Reasoning, Text};
use crate::response::Response;

/// The answer that a stream told so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// What was told.
    pub(super) response: Response,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
    /// What the provider failed with, if it did.
    pub(super) error: Option<UpstreamError>,
    open: Option<Part>,
}

impl Gathered {
    /// Takes in the next event.
    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Start(start) => {
                self.response.id = start.id;
                self.response.model = start.model;
                self.response.created = start.created;
            }
            Event::Open(opening) => self.open = Some(opened(opening)),
            Event::Text(more) | Event::Reasoning(more) | Event::Arguments(more) => {
                self.extend(&more);
            }
            Event::Citation(citation) => {
                if let Some(Kind::Text(text)) = self.open.as_mut().map(|part| &mut part.kind) {
                    text.citations.push(citation);
                }
            }
            Event::Close => self.close(None),
            Event::CloseWith(carrier) => self.close(Some(carrier)),
            Event::Whole(part) => self.response.parts.push(part),
            Event::Usage(usage) => self.response.usage = Some(usage),
            Event::Stop(stop) => self.response.stop = stop,
            Event::Alive => {}
            Event::Failed(error) => self.error = Some(error),
            Event::End => self.is_whole = true,
        }
    }

    fn extend(&mut self, more: &str) {
        match self.open.as_mut().map(|part| &mut part.kind) {
            Some(Kind::Text(text)) => text.text.push_str(more),
            Some(Kind::Refusal(text)) => text.push_str(more),
            Some(Kind::Reasoning(reasoning)) => reasoning.text.push_str(more),
            Some(Kind::Call(call)) => call.arguments.push_str(more),
            Some(
                Kind::Image(_)
                | Kind::Audio(_)
                | Kind::Document(_)
                | Kind::Result(_)
                | Kind::Foreign(_),
            )
            | None => {}
        }
    }

    fn close(&mut self, carrier: Option<Carrier>) {
        let Some(mut part) = self.open.take() else {
            return;
        };
        if let Kind::Reasoning(reasoning) = &mut part.kind {
            reasoning.carrier = carrier;
        }
        self.response.parts.push(part);
    }
}

fn opened(opening: Opening) -> Part {
    Part::new(match opening {
        Opening::Text => Kind::Text(Text::default()),
        Opening::Refusal => Kind::Refusal(String::new()),
        Opening::Reasoning => Kind::Reasoning(Reasoning::default()),
        Opening::Call(call) => Kind::Call(call),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Gathered;
    use crate::carrier::{Carrier, Opaque};
    use crate::cross::replay::replay;
    use crate::part::{Call, Citation, Foreign, Kind, Part, Reasoning, Text};
    use crate::response::{Response, Stop};
    use crate::usage::Usage;

    fn reasoning(text: &str, opaque: Option<Opaque>) -> Part {
        Part::new(Kind::Reasoning(Reasoning {
            text: text.into(),
            carrier: opaque.map(Carrier::genuine),
        }))
    }

    #[test]
    fn a_replayed_answer_is_gathered_as_it_was() {
        let cited = Text {
            text: "ok".into(),
            citations: vec![Citation {
                url: "https://x".into(),
                ..Citation::default()
            }],
        };
        let response = Response {
            id: "a".into(),
            model: "m".into(),
            created: Some(7),
            parts: vec![
                reasoning("hm", Some(Opaque::Signature("c2ln".into()))),
                reasoning("", Some(Opaque::Redacted("x".into()))),
                reasoning("plain", None),
                Part::new(Kind::Text(cited)),
                Part::new(Kind::Refusal("no".into())),
                Part::new(Kind::Call(Call {
                    id: "c".into(),
                    name: "f".into(),
                    arguments: "{\"x\":1}".into(),
                    ..Call::default()
                })),
                Part::new(Kind::Foreign(Foreign {
                    origin: crate::Protocol::Anthropic,
                    value: json!({"type": "server_tool_use"}),
                    gist: None,
                })),
            ],
            stop: Stop::ToolUse,
            usage: Some(Usage {
                input: 3,
                ..Usage::default()
            }),
            ..Response::default()
        };
        let mut events = Vec::new();
        replay(response.clone(), &mut events);

        let mut gathered = Gathered::default();
        for event in events {
            gathered.take(event);
        }

        assert!(gathered.is_whole);
        assert_eq!(gathered.response, response);
    }
}
