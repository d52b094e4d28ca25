//! What ran a model, for the record: another one may give slightly other numbers.

/// The library and its version; a test holds it equal to `Cargo.lock`.
const RUNTIME: &str = "tract 0.23.9";

/// Runtime and processor class, such as `tract 0.23.9, x86_64 avx2+fma`.
pub(crate) fn kernel() -> String {
    format!("{RUNTIME}, {} {}", std::env::consts::ARCH, level())
}

#[cfg(target_arch = "x86_64")]
fn level() -> &'static str {
    if std::arch::is_x86_feature_detected!("avx512f") {
        "avx512f"
    } else if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        "avx2+fma"
    } else {
        "generic"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn level() -> &'static str {
    "generic"
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_runtime_is_the_one_that_is_linked() {
        let lock = include_str!("../../../../Cargo.lock");
        let version = super::RUNTIME.strip_prefix("tract ").unwrap();
        assert!(
            lock.contains(&format!("name = \"tract-onnx\"\nversion = \"{version}\"")),
            "{}",
            super::RUNTIME
        );
    }
}
