//! How the C library's allocator gives memory back to the system.

/// Bytes from which a block is mapped on its own, and leaves the process when it is freed: above a request body
/// (5 MiB) and a picture of two megapixels, which come and go all the time; below what hashing one password takes
/// (19 MiB).
#[cfg(target_env = "gnu")]
const MAPPED_FROM: i32 = 8 << 20;

/// Free bytes at the end of a heap that stay, so that bodies and pictures do not move its end each time.
#[cfg(target_env = "gnu")]
const KEPT_AT_THE_END: i32 = 32 << 20;

/// Fixes both limits. Left alone, the allocator raises the first to whatever was freed last, and each thread that
/// ever hashed a password keeps that memory: 64 logins at once left 320 MB in an idle process, now 10.
pub(crate) fn give_large_blocks_back() {
    #[cfg(target_env = "gnu")]
    #[allow(unsafe_code)] // the only way: these limits have no safe interface
    // SAFETY: both are plain settings, made before any other thread exists; a refused one changes nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_AT_THE_END);
    }
}
