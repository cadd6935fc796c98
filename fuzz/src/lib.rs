// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the fuzz targets share: choices read from the fuzzer's bytes, and walks that check what they see.

use rnl::schema::{Form, How, Op, Operation, Pack};
use rnl::{Attr, Attrs, Header};

/// The fuzzer's bytes as a stream of choices; zeros when it has run dry.
pub struct Choices<'a>(pub &'a [u8]);

impl<'a> Choices<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next `n` bytes, or as many as there are.
    pub fn bytes(&mut self, n: usize) -> &'a [u8] {
        let (now, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        now
    }

    pub fn number(&mut self, width: usize) -> u64 {
        self.bytes(width).iter().rev().fold(0, |n, &b| n << 8 | u64::from(b))
    }

    pub fn u8(&mut self) -> u8 {
        self.number(1) as u8
    }

    pub fn u16(&mut self) -> u16 {
        self.number(2) as u16
    }

    pub fn u32(&mut self) -> u32 {
        self.number(4) as u32
    }

    pub fn u64(&mut self) -> u64 {
        self.number(8)
    }
}

/// Whether `part` lies in `whole`, byte for byte in the same memory.
pub fn is_inside(part: &[u8], whole: &[u8]) -> bool {
    let (part, whole) = (part.as_ptr_range(), whole.as_ptr_range());
    part.is_empty() || (whole.start <= part.start && part.end <= whole.end)
}

/// Walks attributes and what may be nested in them, down to `depth`, and reads each in every way.
pub fn walk(attrs: Attrs<'_>, depth: usize) {
    let bytes = attrs.rest();
    let mut end = attrs.offset();
    for attr in attrs {
        // An error ends the walk.
        let Ok(attr) = attr else { break };
        assert!(is_inside(attr.payload(), bytes));
        assert!(attr.offset() >= end, "attributes do not overlap");
        end = attr.offset() + 4 + attr.payload().len();
        read(&attr);
        if depth > 0 {
            assert_eq!(attr.nested().offset(), attr.offset() + 4);
            walk(attr.nested(), depth - 1);
        }
    }
    let kind = attrs.map_while(Result::ok).next().map_or(0, |a| a.kind());
    let last = attrs.map_while(Result::ok).filter(|a| a.kind() == kind).last();
    assert_eq!(attrs.get(kind).map(|a| a.offset()), last.map(|a| a.offset()));
}

/// Reads an attribute in every way, and holds the ways against each other.
pub fn read(attr: &Attr<'_>) {
    let payload = attr.payload();
    let len = payload.len();
    assert_eq!(attr.kind() | attr.flags(), attr.kind() ^ attr.flags());
    assert_eq!(attr.is_nest(), attr.flags() & 0x8000 != 0);
    let fits = [
        (1, attr.u8().is_ok()),
        (1, attr.s8().is_ok()),
        (2, attr.u16().is_ok()),
        (2, attr.s16().is_ok()),
        (2, attr.be16().is_ok()),
        (4, attr.u32().is_ok()),
        (4, attr.s32().is_ok()),
        (4, attr.be32().is_ok()),
        (6, attr.mac().is_ok()),
        (8, attr.u64().is_ok()),
        (8, attr.s64().is_ok()),
        (8, attr.be64().is_ok()),
        (8, attr.bitfield32().is_ok()),
    ];
    assert!(fits.iter().all(|&(width, fits)| fits == (len == width)));
    let any_width = [1, 2, 4, 8].contains(&len);
    assert_eq!((attr.uint().is_ok(), attr.sint().is_ok()), (any_width, any_width));
    assert_eq!(attr.ip().is_ok(), len == 4 || len == 16);
    read_text(attr);
    read_elements(attr);
}

fn read_text(attr: &Attr<'_>) {
    let text = attr.bytes();
    assert!(!text.contains(&0) && attr.payload().starts_with(text));
    assert!(text.len() == attr.payload().len() || attr.payload()[text.len()] == 0);
    assert_eq!(attr.str().ok(), core::str::from_utf8(text).ok());
}

fn read_elements(attr: &Attr<'_>) {
    let len = attr.payload().len();
    for width in [0, 1, 4, 7, usize::MAX] {
        let whole = width != 0 && len % width == 0;
        for index in [0, len.checked_div(width).unwrap_or(0), usize::MAX] {
            let element = attr.element(width, index);
            assert_eq!(element.is_ok(), whole);
            if let Ok(Some(bytes)) = element {
                assert_eq!(bytes, &attr.payload()[index * width..][..width]);
            }
        }
    }
}

/// So many places of a message are looked up.
const PLACES: u32 = 6;

/// All messages of all families of a pack.
pub fn layouts(pack: Pack<'_>) -> Vec<(Op<'_>, Form)> {
    let forms = [Form::Do, Form::DoReply, Form::Dump, Form::DumpReply];
    let ops = pack.families().flat_map(|family| family.ops());
    let all = ops.flat_map(|op| forms.map(|form| (op, form)));
    all.filter(|(op, form)| op.layout(*form).is_some()).collect()
}

/// Shows a message in every way, holds exact JSON against it, and looks at it as a request.
pub fn show(op: &Op<'_>, form: Form, body: &[u8]) {
    for how in [How::Natural, How::Readable, How::Exact] {
        let mut text = Vec::new();
        op.decode(form, body, how, &mut text).expect("there is memory");
        let text = core::str::from_utf8(&text).expect("it is text");
        if how != How::Readable {
            let mut again = Vec::new();
            let done = op.encode(form, text, &mut again);
            assert!(how == How::Natural || (done.is_ok() && again == body), "{text}");
        }
    }
    let mut pickle = Vec::new();
    op.decode(form, body, How::Pickle, &mut pickle).expect("there is memory");
    assert!(pickle.starts_with(&[0x80, 2]) && pickle.ends_with(b"."), "{pickle:?}");
    _ = op.check(form, body);
    let len = (Header::LEN + body.len()) as u32;
    let header = Header { len, kind: 16, ..Header::default() };
    let request = [&header.to_bytes(), body].concat();
    let operation = Operation::of(*op, form);
    for n in 1..=PLACES {
        let offset = (len / PLACES * n).next_multiple_of(4);
        operation.path(&request, offset);
        operation.missing(&request, Some(offset), 1);
    }
}
