//! `.cargo/libtorch.toml`: how every cargo command learns where libtorch is. cargo's own configuration
//! includes it, git ignores it, and the set-up writes it.

use crate::files::replace;
use crate::{Result, version};
use std::path::Path;

/// The variable that torch-sys reads.
pub const LIBTORCH: &str = "LIBTORCH";

/// Written beside [`LIBTORCH`], with the same value, where the set-up chose. Without it, or with another
/// value, LIBTORCH is the user's own: a variable, a line written by hand, or a variable of an earlier set-up.
pub const CHOSEN: &str = "LIBTORCH_CHOSEN_BY_SETUP";

/// Makes `folder` the libtorch of every cargo command in the workspace at `root`. `own` says that the user
/// chose it, not the set-up.
pub fn write(root: &Path, folder: &Path, own: bool) -> Result<()> {
    let text = text(root, folder, own)?;
    let file = root.join(".cargo").join("libtorch.toml");
    if version::text(&file, 1 << 16).is_some_and(|old| old == text) {
        return Ok(());
    }
    replace(&file, &text)
}

fn text(root: &Path, folder: &Path, own: bool) -> Result<String> {
    // Relative inside the workspace, so that it can be moved. The user's own stays as they wrote it: another
    // spelling is another value to torch-sys's build script, which would compile again.
    let (path, relative) = match folder.strip_prefix(root) {
        Ok(inside) if !own => (inside, true),
        _ => (folder, false),
    };
    let path = path.to_str().ok_or_else(|| {
        format!("{} isn't UTF-8, which cargo's configuration can't hold: move libtorch elsewhere", folder.display())
    })?;
    let value = format!("{{ value = {}, relative = {relative} }}", quote(path));
    let mut text = format!(
        "# Written by `cargo xtask setup`: where libtorch is. To choose again, delete this file and run it.\n\
         [env]\n{LIBTORCH} = {value}\n"
    );
    if !own {
        text += &format!("{CHOSEN} = {value}\n");
    }
    Ok(text)
}

/// A TOML basic string.
pub fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted += &format!("\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Folder;
    use std::fs;

    #[test]
    fn a_choice_of_the_set_up_is_relative_and_marked() {
        let text = text(Path::new("/a b"), Path::new("/a b/.libtorch/torch"), false).expect("text");
        let value = r#"{ value = ".libtorch/torch", relative = true }"#;
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines, ["[env]", &format!("LIBTORCH = {value}"), &format!("{CHOSEN} = {value}")]);
    }

    #[test]
    fn a_choice_of_the_user_is_written_as_it_is() {
        for folder in ["/opt/libtorch/", "/a b/mine"] {
            let text = text(Path::new("/a b"), Path::new(folder), true).expect("text");
            assert!(text.ends_with(&format!("\nLIBTORCH = {{ value = \"{folder}\", relative = false }}\n")), "{text}");
            assert!(!text.contains(CHOSEN));
        }
    }

    #[test]
    fn any_path_is_quoted_so_that_toml_reads_it_back() {
        assert_eq!(quote("plain/ü"), "\"plain/ü\"");
        assert_eq!(quote(r#"a "b" c\d"#), r#""a \"b\" c\\d""#);
        assert_eq!(quote("tab\tline\n\u{7f}"), r#""tab\u0009line\u000A\u007F""#);
    }

    #[test]
    fn the_file_is_replaced_and_nothing_is_left_beside_it() {
        let root = Folder::new("config");
        fs::create_dir(root.join(".cargo")).expect("a folder");
        for folder in ["/one", "/two", "/two"] {
            write(&root, Path::new(folder), true).expect("written");
        }
        let names: Vec<_> =
            fs::read_dir(root.join(".cargo")).expect("a folder").flatten().map(|e| e.file_name()).collect();
        assert_eq!(names, ["libtorch.toml"]);
        assert!(fs::read_to_string(root.join(".cargo/libtorch.toml")).expect("text").contains("\"/two\""));
        let message = write(&root.join("gone"), Path::new("/one"), true).expect_err("no such folder");
        assert!(message.contains("libtorch.toml: ") && message.contains("Make it writable"), "{message}");
    }
}
