//! Who besides its owner may use a clone.

use crate::repo::Repo;

/// What `core.sharedRepository` says of the permissions of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedPermissions {
    bits: u32,
    /// Whether files have these permissions, rather than these as well.
    is_exact: bool,
}

impl Repo {
    /// The permissions that the files of the git directory are to have; `None` where that is a matter
    /// of who writes them.
    pub fn shared_permissions(&self) -> Option<SharedPermissions> {
        let config = self.git.config().ok()?;
        let entry = config.get_entry("core.sharedRepository").ok()?;
        // A key without a value is true.
        let value = if entry.has_value() { entry.value().ok()? } else { "true" };
        SharedPermissions::named(value)
    }
}

impl SharedPermissions {
    /// Reads a value as git does (`git help config`, `core.sharedRepository`).
    fn named(value: &str) -> Option<Self> {
        let (group, everybody) = (0o660, 0o664);
        let more = |bits| Some(Self { bits, is_exact: false });
        match value {
            "group" => return more(group),
            "all" | "world" | "everybody" => return more(everybody),
            "umask" => return None,
            _ => {}
        }
        match u32::from_str_radix(value, 8) {
            Ok(0) => None,
            Ok(1) => more(group),
            Ok(2) => more(everybody),
            // Git takes nothing that its owner could not use.
            Ok(bits) if bits & 0o600 == 0o600 => Some(Self { bits: bits & 0o666, is_exact: true }),
            Ok(_) => None,
            Err(_) => match value.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => more(group),
                _ => None,
            },
        }
    }

    /// The same for the group, and nothing for others.
    pub fn within_group(self) -> Self {
        Self { bits: self.bits & 0o660, ..self }
    }

    /// The permissions of a file that has these now.
    pub fn of_file(self, now: u32) -> u32 {
        if self.is_exact { (now & !0o777) | self.bits } else { now | self.bits }
    }

    /// The permissions of a directory that has these now: what is made in it belongs to its group,
    /// where the group may do anything.
    pub fn of_directory(self, now: u32) -> u32 {
        let bits = self.of_file(now);
        let group = if bits & 0o060 == 0 { 0 } else { 0o2000 };
        bits | ((bits & 0o444) >> 2) | group
    }
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::TestRepo;

    use super::*;
    use crate::repo::Location;

    fn append(scratch: &TestRepo, text: &str) {
        let path = scratch.git_dir().join("config");
        let config = std::fs::read_to_string(&path).expect("it is there");
        std::fs::write(path, config + text).expect("it can be written");
    }

    #[test]
    fn a_value_means_what_it_means_to_git() {
        use std::os::unix::fs::PermissionsExt;
        for value in [
            "umask",
            "group",
            "all",
            "world",
            "everybody",
            "true",
            "false",
            "yes",
            "0",
            "1",
            "2",
            "0640",
            "0660",
            "0600",
            "0664",
            "640",
            "",
        ] {
            let scratch = TestRepo::bare();
            match value {
                "" => append(&scratch, "[core]\n\tsharedRepository\n"),
                _ => drop(scratch.git(&["config", "core.sharedRepository", value])),
            }
            let start = scratch.path().to_owned();
            let repo = Repo::open(&Location { start, use_git_environment: false });
            let permissions = repo.expect("it opens").shared_permissions();
            // Git makes a file that it writes what the setting says.
            scratch.git_with_input(&["hash-object", "-w", "--stdin"], b"text\n");
            let tree = scratch.git_text(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
            scratch.git(&["update-ref", "--create-reflog", "refs/notes/x", tree.trim()]);
            let mode = |path: &str| {
                let found = std::fs::metadata(scratch.path().join(path)).expect("git made it");
                found.permissions().mode() & 0o7777
            };
            let plain = std::fs::metadata(scratch.write("plain", "").path().join("plain"));
            let plain = plain.expect("it was made").permissions().mode() & 0o777;
            let expected = permissions.map_or(plain, |it| it.of_file(plain));
            assert_eq!(mode("refs/notes/x"), expected, "{value}");
            if let Some(permissions) = permissions {
                assert_eq!(
                    mode("refs/notes"),
                    permissions.of_directory(mode("refs/notes")),
                    "{value}"
                );
            }
        }
    }
}
