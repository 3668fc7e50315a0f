//! `OpenAI` Chat Completions and what is compatible with it, read into the neutral form and written from it.

use bytes::BytesMut;
use serde_json::Value;

use crate::codec::{ReadStream, Reply, Target, Unsayable, WriteStream};
use crate::event::Event;
use crate::loss::Losses;
use crate::quirks::Quirks;
use crate::request::Request;
use crate::response::Response;

pub(crate) fn read_request(_body: Value) -> Result<Request, Unsayable> {
    todo!()
}

pub(crate) fn write_request(
    _request: &Request,
    _target: &Target<'_>,
    _losses: &mut Losses,
) -> Result<Value, Unsayable> {
    todo!()
}

pub(crate) fn read_response(_body: Value, _quirks: &Quirks) -> Option<Response> {
    todo!()
}

pub(crate) fn write_response(_response: &Response, _reply: &Reply) -> Value {
    todo!()
}

#[derive(Debug)]
pub(crate) struct StreamReader;

impl StreamReader {
    pub(crate) fn new(_quirks: &Quirks) -> Self {
        Self
    }
}

impl ReadStream for StreamReader {
    fn read(&mut self, _name: Option<&str>, _data: &str, _out: &mut Vec<Event>) {
        todo!()
    }

    fn finish(&mut self, _out: &mut Vec<Event>) {
        todo!()
    }
}

#[derive(Debug)]
pub(crate) struct StreamWriter;

impl StreamWriter {
    pub(crate) fn new(_reply: &Reply) -> Self {
        Self
    }
}

impl WriteStream for StreamWriter {
    fn write(&mut self, _event: Event, _out: &mut BytesMut) {
        todo!()
    }
}
