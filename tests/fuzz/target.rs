#![no_main]

use libfuzzer_sys::fuzz_target;
use readers::readers::READERS;
use std::sync::LazyLock;

/// A folder of this process for the file that is read.
static FOLDER: LazyLock<std::path::PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("readers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
});

fuzz_target!(|bytes: &[u8]| {
    let (_, read) = READERS.iter().find(|(name, _)| *name == env!("CARGO_BIN_NAME")).unwrap();
    read(&FOLDER, bytes);
});
