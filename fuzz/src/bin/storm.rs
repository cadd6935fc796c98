// SPDX-License-Identifier: MIT OR Apache-2.0
//! Seeds of the target `decode`, changed at random, many more than a fuzzer gets through: storm FOLDER
//! COUNT [SEED]. No coverage leads it and no sanitizer looks on, but every assertion holds.

use std::time::Instant;
use std::{env, fs};

use rnl::schema::Pack;
use rnl_fuzz::{Choices, layouts, show};

/// xorshift64*, as good as it needs to be.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let rolled = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(rolled).unwrap() % bound.max(1)
    }
}

/// One to eight changes: a byte, a bit, an edge of a number, a piece of another seed, an end.
fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    for _ in 0..=dice.below(8) {
        let at = dice.below(bytes.len());
        match dice.below(6) {
            0 => bytes[at] = dice.below(256) as u8,
            1 => bytes[at] ^= 1 << dice.below(8),
            2 => bytes[at] = [0, 1, 4, 0x7f, 0x80, 0xff][dice.below(6)],
            3 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                let piece = &other[from..(from + 1 + dice.below(64)).min(other.len())];
                let end = (at + piece.len()).min(bytes.len());
                bytes.splice(at..end, piece.iter().copied());
            }
            4 => bytes.truncate(at.max(2)),
            _ => bytes.extend_from_within(at..(at + 16).min(bytes.len())),
        }
    }
    bytes.truncate(1200);
}

fn main() {
    let words: Vec<String> = env::args().collect();
    let [_, folder, count, rest @ ..] = &words[..] else { panic!("storm FOLDER COUNT [SEED]") };
    let seed = rest.first().map_or(1, |seed| seed.parse().expect("SEED is a number"));
    let files = fs::read_dir(folder).expect("FOLDER is there");
    let seeds = files.map(|file| fs::read(file.unwrap().path()).unwrap());
    let seeds: Vec<_> = seeds.filter(|seed| seed.len() > 2).collect();
    let (layouts, mut dice, start) = (layouts(Pack::builtin()), Dice(seed), Instant::now());
    let count: u64 = count.parse().expect("COUNT is a number");
    for _ in 0..count {
        let mut bytes = seeds[dice.below(seeds.len())].clone();
        change(&mut bytes, &seeds, &mut dice);
        let mut choices = Choices(&bytes);
        // Half of them as another message than the seed's.
        let wanted = usize::from(choices.u16());
        let wanted = if dice.below(2) == 0 { wanted } else { dice.below(layouts.len()) };
        let (op, form) = layouts[wanted % layouts.len()];
        show(&op, form, choices.0);
    }
    println!("storm: {count} messages in {:.0} s, no failure", start.elapsed().as_secs_f64());
}
