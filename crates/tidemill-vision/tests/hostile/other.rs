//! What is no image at all.

use super::File;

pub(crate) fn files() -> Vec<File> {
    let svg = "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>";
    vec![
        ("nothing", Vec::new()),
        ("one byte", vec![0xff]),
        ("zeros", vec![0; 100_000]),
        ("a web page", b"<!doctype html><script>alert(1)</script>".to_vec()),
        ("a drawing with entities", svg.into()),
        ("an archive", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
        ("a document", b"%PDF-1.7\n".to_vec()),
        ("a program", b"\x7fELF\x02\x01\x01\0".to_vec()),
        ("a sound in a container like WebP's", b"RIFF\x24\0\0\0WAVEfmt ".to_vec()),
        ("two letters of a bitmap", b"BM".to_vec()),
    ]
}
