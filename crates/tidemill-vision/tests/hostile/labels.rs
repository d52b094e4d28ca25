//! Label files.

use tidemill_vision::voc::{ELEMENTS_MAX, FILE_BYTES_MAX};

use super::File;

fn inside(text: &str) -> Vec<u8> {
    format!("<annotation>{text}</annotation>").into_bytes()
}

pub(crate) fn files() -> Vec<File> {
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10))).collect();
    let attributes: String = (0..1_500_000).map(|n| format!(" a{n}='1'")).collect();
    vec![
        ("1,500,000 attributes", format!("<annotation{attributes}/>").into()),
        ("nothing", Vec::new()),
        (
            "a billion laughs",
            format!("<!DOCTYPE a [<!ENTITY l0 'ha'>{laughs}]><annotation>&l9;</annotation>").into(),
        ),
        (
            "a file of the system",
            b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><annotation>&x;</annotation>".to_vec(),
        ),
        (
            "a parameter entity",
            b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/'>%p;]><annotation/>".to_vec(),
        ),
        ("a million levels", b"<annotation>".repeat(1_000_000)),
        ("65 levels", inside(&format!("{}{}", "<a>".repeat(64), "</a>".repeat(64)))),
        ("too many elements", inside(&"<object/>".repeat(ELEMENTS_MAX))),
        ("too large", inside(&" ".repeat(FILE_BYTES_MAX))),
        ("an unknown entity", inside("&nbsp;")),
        ("a character that is none", inside("&#xffffffff;")),
        ("not text", b"<annotation>\xff\xfe\xfd</annotation>".to_vec()),
        ("an unknown encoding", b"<?xml version='1.0' encoding='x-none'?><annotation/>".to_vec()),
        ("half of UTF-16", b"\xff\xfe<\0a".to_vec()),
        ("an open section", b"<annotation><![CDATA[".to_vec()),
        ("an open comment", b"<annotation><!-- ".to_vec()),
        ("an open attribute", b"<annotation a='".to_vec()),
        ("an attribute twice", b"<annotation a='1' a='2'/>".to_vec()),
        ("zeros", vec![0; 1000]),
        ("another root", b"<html/>".to_vec()),
        ("an image", super::jpeg::sound()),
    ]
}

/// Files that are well-formed.
pub(crate) fn odd() -> Vec<File> {
    let numbered: String = (1..100_000).map(|n| format!("<x{n}>1</x{n}><y{n}>2</y{n}>")).collect();
    let corner =
        |value: &str| format!("<xmin>0</xmin><ymin>0</ymin><xmax>{value}</xmax><ymax>{value}</ymax>");
    let boxed =
        |value: &str| inside(&format!("<object><name>a</name><bndbox>{}</bndbox></object>", corner(value)));
    vec![
        (
            "a polygon of 100,000 points",
            inside(&format!("<object><name>a</name><polygon>{numbered}</polygon></object>")),
        ),
        ("a number of a million digits", boxed(&"9".repeat(1_000_000))),
        ("numbers that overflow", boxed("1e308")),
        ("numbers that vanish", boxed("1e-320")),
        ("a name of 10 MB", inside(&format!("<object><name>{}</name></object>", "x".repeat(10_000_000)))),
    ]
}
