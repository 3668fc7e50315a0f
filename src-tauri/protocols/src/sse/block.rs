//! Reads one event: a block of lines up to an empty one.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr2;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// How a stream ends its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Newline {
    #[default]
    Lf,
    Cr,
    CrLf,
}

impl Newline {
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::Cr => b"\r",
            Self::CrLf => b"\r\n",
        }
    }
}

/// The reading of one event; positions count from its first byte.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    /// Where the line being read begins.
    line: usize,
    /// Up to where that line is known to hold no line end.
    searched: usize,
    newline: Option<Newline>,
    event: Option<Range<usize>>,
    data: Option<Range<usize>>,
    more_data: Vec<Range<usize>>,
}

impl Block {
    /// Reads on and tells where the event ends, if `bytes` (all of the event so far) hold its end.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        loop {
            self.skip_second_half(bytes);
            let Some(found) = memchr2(b'\n', b'\r', &bytes[self.searched..]) else {
                self.searched = bytes.len();
                return None;
            };
            let stop = self.searched + found;
            let line = self.line..stop;
            let newline = newline_at(bytes, stop);
            self.line = stop + newline.bytes().len();
            self.searched = self.line;
            if line.is_empty() {
                return Some(self.line);
            }
            self.newline = Some(newline);
            self.field(bytes, line);
        }
    }

    /// Takes what is left as a last line, for a stream that ends without a line end.
    pub(crate) fn close(&mut self, bytes: &[u8]) {
        if self.line < bytes.len() {
            self.field(bytes, self.line..bytes.len());
        }
    }

    /// Steps over the LF of a CRLF whose CR was the last byte so far.
    fn skip_second_half(&mut self, bytes: &[u8]) {
        let is_fresh = self.searched == self.line && self.line > 0;
        if is_fresh && bytes.get(self.line) == Some(&b'\n') && bytes[self.line - 1] == b'\r' {
            self.line += 1;
            self.searched = self.line;
            self.newline = Some(Newline::CrLf);
        }
    }

    fn field(&mut self, bytes: &[u8], line: Range<usize>) {
        let mut start = line.start;
        if start == 0 && bytes.starts_with(BOM) {
            start = BOM.len();
        }
        let text = &bytes[start..line.end];
        if let Some(at) = value_at(text, b"data") {
            let value = start + at..line.end;
            if self.data.is_none() {
                self.data = Some(value);
            } else {
                self.more_data.push(value);
            }
        } else if let Some(at) = value_at(text, b"event") {
            self.event = Some(start + at..line.end);
        }
    }

    /// How the lines end, if there are any.
    pub(crate) fn newline(&self) -> Option<Newline> {
        self.newline
    }

    /// Whether a line has begun and not ended.
    pub(crate) fn is_inside_line(&self, bytes: &[u8]) -> bool {
        self.line < bytes.len()
    }

    /// The event's name, if it has one.
    pub(crate) fn event<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        Some(&bytes[self.event.clone()?])
    }

    /// The event's data, its lines joined by LF; nothing if it has no data line.
    pub(crate) fn data<'a>(&self, bytes: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let first = &bytes[self.data.clone()?];
        if self.more_data.is_empty() {
            return Some(Cow::Borrowed(first));
        }
        let mut joined = first.to_vec();
        for range in &self.more_data {
            joined.push(b'\n');
            joined.extend_from_slice(&bytes[range.clone()]);
        }
        Some(Cow::Owned(joined))
    }

    /// Where a range of the data lies in the event, if it lies within one line.
    pub(crate) fn place(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let mut offset = 0;
        for line in self.data.iter().chain(&self.more_data) {
            if range.end <= offset + line.len() {
                let start = line.start + range.start.checked_sub(offset)?;
                return Some(start..start + range.len());
            }
            offset += line.len() + 1;
        }
        None
    }
}

fn newline_at(bytes: &[u8], at: usize) -> Newline {
    if bytes[at] == b'\n' {
        Newline::Lf
    } else if bytes.get(at + 1) == Some(&b'\n') {
        Newline::CrLf
    } else {
        Newline::Cr
    }
}

/// Where the value begins if the line is a field of this name.
fn value_at(line: &[u8], name: &[u8]) -> Option<usize> {
    match line.strip_prefix(name)? {
        [] => Some(name.len()),
        [b':', b' ', ..] => Some(name.len() + 2),
        [b':', ..] => Some(name.len() + 1),
        _ => None,
    }
}

/// Where in `chunk` the event ends whose beginning `held` was read into `block`.
pub(crate) fn end_of_held(block: &Block, held: &[u8], chunk: &[u8]) -> Option<usize> {
    let mut is_line_empty = !block.is_inside_line(held);
    let mut is_after_cr = held.last() == Some(&b'\r');
    let mut at = 0;
    loop {
        if std::mem::take(&mut is_after_cr) && chunk.get(at) == Some(&b'\n') {
            at += 1;
        }
        let stop = at + memchr2(b'\n', b'\r', &chunk[at..])?;
        let end = stop + newline_at(chunk, stop).bytes().len();
        if is_line_empty && stop == at {
            return Some(end);
        }
        is_line_empty = true;
        at = end;
    }
}
