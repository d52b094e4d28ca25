//! Where exported samples lie: no two have the same place, nor the same place for their label files.

use crate::import::extension::{extension, stem};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Places that are taken, by a digest of directory and stem: some 30 bytes a sample.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<u64>,
    /// How often a stem was asked for, so that many equal names stay quick.
    asked: HashMap<u64, u32>,
}

impl Names {
    /// A free name like `name` in `directory`, which is empty or ends in `/`: `_1`, `_2`, … on a clash.
    pub(super) fn take(&mut self, directory: &str, name: &str) -> String {
        let (stem, end) = (stem(name), extension(name).map(|end| format!(".{end}")).unwrap_or_default());
        let asked = self.asked.entry(digest(directory, stem)).or_insert(0);
        loop {
            let suffix = if *asked == 0 { String::new() } else { format!("_{asked}") };
            *asked += 1;
            let candidate = format!("{stem}{suffix}");
            if self.taken.insert(digest(directory, &candidate)) {
                return format!("{directory}{candidate}{end}");
            }
        }
    }
}

fn digest(directory: &str, stem: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (directory, stem).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clashes_get_numbers_and_label_files_never_clash() {
        let mut names = Names::default();
        let mut take = |directory: &str, name: &str| names.take(directory, name);
        assert_eq!(take("", "x.jpg"), "x.jpg");
        assert_eq!(take("", "x.png"), "x_1.png");
        assert_eq!(take("", "x_1.jpg"), "x_1_1.jpg");
        assert_eq!(take("", "x.jpg"), "x_2.jpg");
        assert_eq!(take("cat/", "x.jpg"), "cat/x.jpg");
        assert_eq!(take("", "plain"), "plain");
    }
}
