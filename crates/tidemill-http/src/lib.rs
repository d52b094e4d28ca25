//! The HTTP face: one request is parse, call the domain, render.
