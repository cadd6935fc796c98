// SPDX-License-Identifier: MIT OR Apache-2.0
//! Fixed structs that grow: a newer kernel sends more bytes than the caller knows, an older one fewer.

/// The first bytes of `body` as an array: zero-filled where `body` is shorter, cut where it is longer.
#[inline]
pub fn fixed<const N: usize>(body: &[u8]) -> [u8; N] {
    if let Some(whole) = body.first_chunk::<N>() {
        return *whole;
    }
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(body) {
        *to = *from;
    }
    out
}

/// A fixed struct of the kernel's headers: plain integers in host byte order, no pointers.
pub trait Fixed: Sized {
    /// Bytes on the wire.
    const LEN: usize;

    /// Reads the struct from the start of `body`, as [`fixed`] does.
    fn read(body: &[u8]) -> Self;

    /// Appends the struct to `out`, which holds at least [`Fixed::LEN`] bytes.
    fn write(&self, out: &mut [u8]);
}

#[cfg(test)]
mod tests {
    use super::fixed;

    #[test]
    fn short_structs_are_zero_filled_and_long_ones_cut() {
        assert_eq!(fixed::<4>(&[1, 2]), [1, 2, 0, 0]);
        assert_eq!(fixed::<2>(&[1, 2, 3]), [1, 2]);
        assert_eq!(fixed::<2>(&[]), [0, 0]);
    }
}
