// SPDX-License-Identifier: MIT OR Apache-2.0
//! Matches written as text: `ip.length > 256 AND pattern(ip6.src = 3ffe::/16)`.

use core::ffi::{CStr, c_char, c_int};
use core::ptr::null_mut;

use super::kinds::{CMP, NBYTE, TEXT, joined, tcf_em_cmp};
use super::meta::{INT, META_KIND, SK_BOUND_IF, VAR};
use super::token::{Token, Tokens};
use super::*;
use crate::addr::{nl_addr, nl_addr_get_binary_addr, nl_addr_get_prefixlen, nl_addr_put};
use crate::addrtext::nl_addr_parse;
use crate::tc::pktloc::{rtnl_pktloc, rtnl_pktloc_lookup, rtnl_pktloc_put};

const RTNL_EMATCH_PROGID: u16 = 2;
/// How deep brackets may be.
const DEEPEST: usize = 32;
/// Bytes that a text is compared for, at least.
const VAR_LEN: usize = 32;

/// The first token of what is left, what comes after it, and room to say what is wrong.
struct Parser<'a> {
    tokens: Tokens<'a>,
    token: Token<'a>,
    error: [c_char; 256],
}

/// Something is wrong; the parser knows what.
struct Wrong;
type Parsed<T> = Result<T, Wrong>;

impl<'a> Parser<'a> {
    /// Goes to the next token.
    fn advance(&mut self) {
        self.token = self.tokens.next();
    }

    /// Says that this token is not what should be here.
    fn unexpected<T>(&mut self, wanted: &CStr) -> Parsed<T> {
        let name = self.token.name();
        let (comma, len) =
            (if wanted.is_empty() { c"" } else { c", expecting " }, name.len() as c_int);
        // SAFETY: the buffer has the length said; the name has as many bytes.
        unsafe {
            libc::snprintf(
                self.error.as_mut_ptr(),
                self.error.len(),
                c"syntax error, unexpected %.*s%s%s".as_ptr(),
                len,
                name.as_ptr().cast::<c_char>(),
                comma.as_ptr(),
                wanted.as_ptr(),
            )
        };
        Err(Wrong)
    }

    /// Says something of a word.
    fn wrong<T>(&mut self, format: &CStr, word: &[u8]) -> Parsed<T> {
        let (len, text) = (word.len() as c_int, word.as_ptr().cast::<c_char>());
        // SAFETY: the buffer has the length said; the format takes a text with its length.
        unsafe {
            libc::snprintf(self.error.as_mut_ptr(), self.error.len(), format.as_ptr(), len, text)
        };
        Err(Wrong)
    }

    fn sign(&mut self, sign: &'static str, wanted: &CStr) -> Parsed<()> {
        if self.token != Token::Sign(sign) {
            return self.unexpected(wanted);
        }
        self.advance();
        Ok(())
    }

    fn number(&mut self) -> Parsed<u64> {
        let Token::Number(number) = self.token else { return self.unexpected(c"NUMBER") };
        self.advance();
        Ok(number)
    }

    fn operand(&mut self) -> Parsed<u8> {
        let Token::Operand(operand) = self.token else { return self.unexpected(c"= or > or <") };
        self.advance();
        Ok(operand)
    }

    fn mask(&mut self) -> Parsed<u64> {
        if self.token != Token::Mask {
            return Ok(0);
        }
        self.advance();
        self.number()
    }

    /// A layer and an offset in it.
    fn offset(&mut self) -> Parsed<(u8, u16)> {
        let Token::Layer(layer) = self.token else { return self.unexpected(c"LAYER") };
        self.advance();
        self.sign("+", c"+")?;
        Ok((layer, self.number()? as u16))
    }

    /// A place in a packet: by name, or what it is, where it is and which bits of it.
    unsafe fn place(&mut self) -> Parsed<tcf_em_cmp> {
        let mut align = 0;
        match self.token {
            // SAFETY: as for this.
            Token::Word(name) => return unsafe { self.named_place(name) },
            Token::Align(bytes) => align = bytes,
            Token::Number(bytes) => align = bytes as u16,
            _ => {}
        }
        if matches!(self.token, Token::Align(_) | Token::Number(_)) {
            self.advance();
            self.sign("at", c"at")?;
        }
        let (layer, off) = self.offset()?;
        let mask = self.mask()? as u32;
        Ok(place(layer, off, mask, align))
    }

    unsafe fn named_place(&mut self, name: &[u8]) -> Parsed<tcf_em_cmp> {
        let (mut text, mut found) = ([0 as c_char; 128], null_mut::<rtnl_pktloc>());
        for (to, from) in text.iter_mut().zip(name.iter().take(127)) {
            *to = *from as c_char;
        }
        // SAFETY: the text is a string; what is found is live.
        unsafe {
            if rtnl_pktloc_lookup(text.as_ptr(), &mut found) < 0 {
                return self.wrong(c"Packet location \"%.*s\" not found", name);
            }
            let it = &*found;
            let place = place(it.layer, it.offset, it.mask, it.align);
            rtnl_pktloc_put(found);
            self.advance();
            Ok(place)
        }
    }
}

fn place(layer: u8, off: u16, mask: u32, align: u16) -> tcf_em_cmp {
    let (align_flags, layer_opnd) = (joined(align as u8, 0), joined(layer, 0));
    tcf_em_cmp { val: 0, mask, off, align_flags, layer_opnd }
}

/// A match of a kind.
unsafe fn of_kind(kind: c_int) -> Parsed<*mut rtnl_ematch> {
    let new = rtnl_ematch_alloc();
    // SAFETY: the match is NULL or new.
    unsafe {
        if new.is_null() || rtnl_ematch_set_ops(&mut *new, rtnl_ematch_lookup_ops(kind)) < 0 {
            mem::free(new);
            return Err(Wrong);
        }
    }
    Ok(new)
}

impl Parser<'_> {
    /// Matches with words between them, which are put into a list.
    unsafe fn matches(&mut self, list: *mut nl_list_head, depth: usize) -> Parsed<()> {
        let mut wanted = if depth == 0 { c"end of file" } else { c"LAYER" };
        // SAFETY: the list is live.
        unsafe {
            loop {
                let one = self.one(wanted, depth)?;
                list::add_tail(&raw mut (*one).link, list);
                let Token::Logic(relation) = self.token else { return Ok(()) };
                (*one).flags |= relation;
                self.advance();
                wanted = c"LAYER";
            }
        }
    }

    /// One match, which may be inverted.
    unsafe fn one(&mut self, wanted: &CStr, depth: usize) -> Parsed<*mut rtnl_ematch> {
        let inverted = self.token == Token::Not;
        if inverted {
            self.advance();
        }
        let wanted = if inverted { c"LAYER" } else { wanted };
        // SAFETY: the match is new.
        unsafe {
            let new = match self.token {
                Token::Sign("(") => self.brackets(depth)?,
                Token::Sign("cmp") => self.call(Self::comparison)?,
                Token::Sign("pattern") => self.call(Self::pattern)?,
                Token::Sign("text") => self.call(Self::text)?,
                Token::Sign("meta") => self.call(Self::meta)?,
                Token::Word(_) | Token::Align(_) | Token::Number(_) | Token::Layer(_) => {
                    self.comparison()?
                }
                _ => return self.unexpected(wanted),
            };
            if inverted {
                (*new).flags |= INVERT;
            }
            Ok(new)
        }
    }

    unsafe fn brackets(&mut self, depth: usize) -> Parsed<*mut rtnl_ematch> {
        if depth >= DEEPEST {
            return self.wrong(c"%.*s", b"too many brackets");
        }
        self.advance();
        // SAFETY: the match is new.
        unsafe {
            let new = of_kind(CONTAINER.into())?;
            let inside = self.matches(&raw mut (*new).children, depth + 1);
            if inside.and_then(|()| self.sign(")", c")")).is_err() {
                rtnl_ematch_free(new);
                return Err(Wrong);
            }
            Ok(new)
        }
    }

    /// A kind's name with its arguments in brackets.
    unsafe fn call(
        &mut self,
        inside: unsafe fn(&mut Self) -> Parsed<*mut rtnl_ematch>,
    ) -> Parsed<*mut rtnl_ematch> {
        self.advance();
        self.sign("(", c"(")?;
        // SAFETY: the match is new.
        unsafe {
            let new = inside(self)?;
            if self.sign(")", c")").is_err() {
                rtnl_ematch_free(new);
                return Err(Wrong);
            }
            Ok(new)
        }
    }

    unsafe fn comparison(&mut self) -> Parsed<*mut rtnl_ematch> {
        // SAFETY: the match is new and a comparison.
        unsafe {
            let mut cmp = self.place()?;
            let operand = self.operand()?;
            cmp.val = self.number()? as u32;
            cmp.layer_opnd |= joined(0, operand);
            let new = of_kind(CMP)?;
            kinds::rtnl_ematch_cmp_set(&mut *new, &cmp);
            Ok(new)
        }
    }

    unsafe fn pattern(&mut self) -> Parsed<*mut rtnl_ematch> {
        // SAFETY: the match is new; the pattern becomes its own.
        unsafe {
            let place = self.place()?;
            if self.token != Token::Operand(0) {
                return self.unexpected(c"=");
            }
            self.advance();
            let (data, len) = match self.token {
                Token::Quoted(text) => (mem::copy(text.as_ptr().cast(), text.len()), text.len()),
                Token::Word(word) => self.address(word)?,
                _ => return self.unexpected(c"STR or QUOTED"),
            };
            self.advance();
            let new = of_kind(NBYTE)?;
            kinds::rtnl_ematch_nbyte_set_offset(
                &mut *new,
                kinds::halves(place.layer_opnd).0,
                place.off,
            );
            kinds::rtnl_ematch_nbyte_set_pattern(&mut *new, data.cast(), len);
            Ok(new)
        }
    }

    /// The bytes of an address, as many as its prefix has.
    unsafe fn address(&mut self, word: &[u8]) -> Parsed<(*mut c_void, usize)> {
        let (mut text, mut addr) = ([0 as c_char; 128], null_mut::<nl_addr>());
        for (to, from) in text.iter_mut().zip(word.iter().take(127)) {
            *to = *from as c_char;
        }
        // SAFETY: the text is a string; the address is ours.
        unsafe {
            if nl_addr_parse(text.as_ptr(), 0, &mut addr) < 0 {
                return self.wrong(c"invalid pattern \"%.*s\"", word);
            }
            let len = (nl_addr_get_prefixlen(&*addr) / 8).min((*addr).len) as usize;
            let data = mem::copy(nl_addr_get_binary_addr(addr), len);
            nl_addr_put(addr);
            Ok((data, len))
        }
    }

    unsafe fn text(&mut self) -> Parsed<*mut rtnl_ematch> {
        let Token::Word(algo) = self.token else { return self.unexpected(c"STR") };
        self.advance();
        let Token::Quoted(text) = self.token else { return self.unexpected(c"QUOTED") };
        self.advance();
        let mut places = [(0, 0); 2];
        for (place, word) in places.iter_mut().zip(["from", "to"]) {
            if self.token == Token::Sign(word) {
                self.advance();
                *place = self.offset()?;
            }
        }
        let [(from, from_off), (to, to_off)] = places;
        let mut name = [0 as c_char; 16];
        for (to, from) in name.iter_mut().zip(algo.iter().take(15)) {
            *to = *from as c_char;
        }
        // SAFETY: the match is new; the text becomes its own; the name is a string.
        unsafe {
            let new = of_kind(TEXT)?;
            let copy = mem::copy(text.as_ptr().cast(), text.len());
            kinds::rtnl_ematch_text_set_algo(&mut *new, name.as_ptr());
            kinds::rtnl_ematch_text_set_from(&mut *new, from, from_off);
            kinds::rtnl_ematch_text_set_to(&mut *new, to, to_off);
            kinds::rtnl_ematch_text_set_pattern(&mut *new, copy.cast(), text.len());
            Ok(new)
        }
    }

    unsafe fn meta(&mut self) -> Parsed<*mut rtnl_ematch> {
        // SAFETY: the match is new; the values become its own.
        unsafe {
            let left = self.value()?;
            let operand = self.operand();
            let right = operand.and_then(|operand| Ok((operand, self.value()?)));
            let new = right.and_then(|right| Ok((right, of_kind(META_KIND)?)));
            let Ok(((operand, right), new)) = new else {
                mem::free(left);
                return Err(Wrong);
            };
            meta::rtnl_ematch_meta_set_lvalue(&mut *new, left);
            meta::rtnl_ematch_meta_set_rvalue(&mut *new, right);
            meta::rtnl_ematch_meta_set_operand(&mut *new, operand);
            Ok(new)
        }
    }

    unsafe fn value(&mut self) -> Parsed<*mut meta::rtnl_meta_value> {
        let token = self.token;
        if !matches!(token, Token::Quoted(_) | Token::Number(_) | Token::Meta(..)) {
            return self.unexpected(c"");
        }
        self.advance();
        let value = match token {
            Token::Quoted(text) => {
                let mut padded = [0u8; VAR_LEN];
                for (to, from) in padded.iter_mut().zip(text) {
                    *to = *from;
                }
                // SAFETY: the text has as many bytes.
                unsafe { meta::rtnl_meta_value_alloc_var(padded.as_ptr().cast(), VAR_LEN) }
            }
            Token::Meta(id, _) => {
                let mut shift = 0;
                if self.token == Token::Shift {
                    self.advance();
                    shift = self.number()? as u8;
                }
                let kind = if id == SK_BOUND_IF { VAR } else { INT };
                meta::rtnl_meta_value_alloc_id(kind, id, shift, self.mask()?)
            }
            Token::Number(number) => meta::rtnl_meta_value_alloc_int(number),
            _ => null_mut(),
        };
        if value.is_null() { Err(Wrong) } else { Ok(value) }
    }
}

/// Makes a tree of a text, or says in `error`, which is then the caller's to free, what is wrong with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_parse_expr(
    text: *const c_char,
    error: *mut *mut c_char,
    result: &mut *mut rtnl_ematch_tree,
) -> c_int {
    let tree = rtnl_ematch_tree_alloc(RTNL_EMATCH_PROGID);
    // SAFETY: the text is a string; the tree is ours until it is handed out.
    unsafe {
        if tree.is_null() {
            return -NLE_NOMEM;
        }
        let tokens = Tokens { rest: CStr::from_ptr(text).to_bytes() };
        let mut parser = Parser { tokens, token: Token::End, error: [0; 256] };
        parser.advance();
        let parsed = match parser.token {
            Token::End => Ok(()),
            _ => parser.matches(&raw mut (*tree).list, 0),
        };
        let whole = parsed.and_then(|()| match parser.token {
            Token::End => Ok(()),
            _ => parser.unexpected(c"end of file"),
        });
        if whole.is_err() {
            if !error.is_null() {
                *error = libc::strdup(parser.error.as_ptr());
            }
            rtnl_ematch_tree_free(tree);
            return -NLE_PARSE_ERR;
        }
        *result = tree;
    }
    0
}
