//! A page that stands alone: no script, no style sheet, no picture from elsewhere.

/// A page under way. Text given to its methods is escaped; only [`Page::raw`] is not.
pub(super) struct Page(String);

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1b2430}\
    h2{margin-top:2.5rem}figure{display:inline-block;margin:0 1rem 1rem 0;vertical-align:top}\
    img{max-height:160px;max-width:100%;background:#eef1f5;border:1px solid #c9d1da}\
    figcaption{font-size:13px;color:#506070}.sample{border-top:1px solid #dde3ea;padding:.8rem 0}\
    .why{margin:.2rem 0 .6rem}code{font-size:13px;word-break:break-all}\
    svg{background:#fbfcfd;border:1px solid #dde3ea}.legend span{margin-right:1.2rem}\
    @media(prefers-color-scheme:dark){body{background:#12161b;color:#d9e0e8}svg{background:#181d24;border-color:#2b333d}\
    .sample{border-color:#2b333d}figcaption{color:#93a1b0}}";

impl Page {
    /// A page with this title.
    pub(super) fn titled(title: &str) -> Self {
        let title = escape(title);
        Self(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        ))
    }

    /// A heading.
    pub(super) fn heading(&mut self, text: &str) {
        self.raw(&format!("<h2>{}</h2>\n", escape(text)));
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.raw(&format!("<p>{}</p>\n", escape(text)));
    }

    /// Markup as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// The whole page.
    pub(super) fn finish(mut self) -> String {
        self.raw("</body>\n</html>\n");
        self.0
    }
}

/// Text as it may stand in markup and in attributes. Characters that nobody sees, or that turn the order of others
/// around, are written as their number.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || TURNING.contains(&c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Characters that change the direction of what follows: a name with one looks like another.
const TURNING: [char; 12] = [
    '\u{061c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let mut page = Page::titled("<script>");
        page.paragraph("a & \"b\" 'c' <img src=x onerror=y>");
        let page = page.finish();
        assert!(!page.contains("<script>") && !page.contains("<img"));
        assert!(page.contains("<p>a &amp; &quot;b&quot; &#39;c&#39; &lt;img src=x onerror=y&gt;</p>"));
    }
}
