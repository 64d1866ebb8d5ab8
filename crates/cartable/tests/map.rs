//! The map of the crates is true.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_map_names_each_crate_and_no_other() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders: BTreeSet<String> = fs::read_dir(&crates)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let map = fs::read_to_string(crates.join("README.md")).unwrap();
    let named: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("| [")?.split_once(']'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(named, folders);
    for folder in folders {
        assert!(
            crates.join(&folder).join("README.md").exists(),
            "{folder} has no README.md"
        );
        assert!(
            map.contains(&format!("[{folder}]({folder})")),
            "{folder} is not linked"
        );
    }
}
