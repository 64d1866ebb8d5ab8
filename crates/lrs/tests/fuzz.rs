//! The fuzzers' corpora, replayed: each file as it is, cut short at each place, and with each byte changed.

use std::{fs, path::Path};

use cartable_lrs::fuzzing::TARGETS;

/// Files longer than this are not changed at each place, but at so many.
const PLACES: usize = 600;

#[test]
fn every_input_that_was_kept_is_read_or_refused() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(name);
        let mut count = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            let data = fs::read(entry.unwrap().path()).unwrap();
            target(&data);
            let step = data.len() / PLACES + 1;
            for place in (0..data.len()).step_by(step) {
                target(&data[..place]);
                for byte in [0, b'"', b'-', 0xff, data[place] ^ 1] {
                    let mut changed = data.clone();
                    changed[place] = byte;
                    target(&changed);
                }
                let doubled = [&data[..place], &data[place / 2..]].concat();
                target(&doubled);
            }
            count += 1;
        }
        assert!(count >= 3, "{name} has {count} inputs");
    }
}
