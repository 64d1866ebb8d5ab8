//! `multipart/mixed`: statements in the first part, the bytes of their attachments in the others (1.0.3 Part 3, 1.5.2;
//! 2.0, 4.1.3; RFC 2046, 5.1).

use std::collections::BTreeMap;

/// More parts than any batch has attachments for.
const MOST: usize = 10_000;
/// The longest boundary (RFC 2046, 5.1.1).
const BOUNDARY: usize = 70;
const PART_HEADERS: usize = 32;

/// A part of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'b> {
    /// Its headers, their names in lower case.
    pub(super) headers: BTreeMap<String, String>,
    /// Its content.
    pub(super) content: &'b [u8],
}

impl Part<'_> {
    /// The media type, without its parameters, in lower case.
    pub(super) fn media_type(&self) -> String {
        let content_type = self.headers.get("content-type").map_or("", String::as_str);
        let essence = content_type.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }
}

/// The boundary that a Content-Type names.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let mut rest = content_type.split_once(';')?.1;
    loop {
        let (name, value) = rest.trim_start().split_once('=')?;
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        if name.trim().eq_ignore_ascii_case("boundary") {
            let boundary = value.trim_end();
            return (!boundary.is_empty() && boundary.len() <= BOUNDARY).then(|| boundary.to_owned());
        }
        rest = after.split_once(';')?.1;
    }
}

/// Divides a body; what is before its first boundary and after its last is no part of it.
pub(super) fn split<'b>(body: &'b [u8], boundary: &str) -> Result<Vec<Part<'b>>, &'static str> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let (_, mut rest) = next_delimiter(body, delimiter.as_bytes())
        .ok_or("the boundary of the Content-Type is not in the body")?;
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        // White space may follow a boundary on its line.
        let line = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or("the body ends in a boundary's line")?;
        let (after, content) = rest.split_at(line + 1);
        if !after.trim_ascii().is_empty() {
            return Err("something follows a boundary on its line");
        }
        let (part, after) =
            next_delimiter(content, delimiter.as_bytes()).ok_or("the body ends before its last boundary")?;
        if parts.len() == MOST {
            return Err("the body has too many parts");
        }
        parts.push(read_part(part)?);
        rest = after;
    }
}

/// What is before the next line that begins with the delimiter, without the line's end, and what follows the delimiter.
fn next_delimiter<'b>(body: &'b [u8], delimiter: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let mut from = 0;
    // A body that starts with its boundary has no line before it; nor has a part without headers and content.
    if let Some(rest) = body.strip_prefix(delimiter).filter(|rest| is_end(rest)) {
        return Some((b"", rest));
    }
    while let Some(at) = body
        .get(from..)?
        .windows(delimiter.len() + 1)
        .position(|window| window[0] == b'\n' && &window[1..] == delimiter)
    {
        let at = from + at;
        let rest = body.get(at + 1 + delimiter.len()..)?;
        if is_end(rest) {
            let part = body.get(..at)?;
            return Some((part.strip_suffix(b"\r").unwrap_or(part), rest));
        }
        from = at + 1;
    }
    None
}

/// Whether a delimiter ends here, rather than being the beginning of a longer word.
fn is_end(rest: &[u8]) -> bool {
    rest.is_empty() || rest.starts_with(b"--") || rest[0].is_ascii_whitespace()
}

fn read_part(part: &[u8]) -> Result<Part<'_>, &'static str> {
    let mut headers = BTreeMap::new();
    let mut rest = part;
    loop {
        let Some(line) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err("a part has no empty line after its headers");
        };
        let (head, after) = rest.split_at(line + 1);
        rest = after;
        let head = head.trim_ascii();
        if head.is_empty() {
            return Ok(Part {
                headers,
                content: rest,
            });
        }
        let head = str::from_utf8(head).map_err(|_| "a part has a header that is no text")?;
        let (name, value) = head
            .split_once(':')
            .ok_or("a part has a header without a colon")?;
        if headers.len() == PART_HEADERS {
            return Err("a part has too many headers");
        }
        headers.insert(name.trim_end().to_ascii_lowercase(), value.trim().to_owned());
    }
}

/// Writes a part at the end of a body.
pub(super) fn write_part(body: &mut Vec<u8>, boundary: &str, headers: &[(&str, &str)], content: &[u8]) {
    body.extend(format!("--{boundary}\r\n").bytes());
    for (name, value) in headers {
        // What a client sent as a media type must not become a header of its own.
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        body.extend(format!("{name}: {value}\r\n").bytes());
    }
    body.extend(b"\r\n");
    body.extend(content);
    body.extend(b"\r\n");
}

/// Ends a body.
pub(super) fn finish(body: &mut Vec<u8>, boundary: &str) {
    body.extend(format!("--{boundary}--\r\n").bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_read_quoted_or_not_and_wherever_it_stands() {
        for (content_type, expected) in [
            ("multipart/mixed; boundary=a-b", Some("a-b")),
            ("multipart/mixed;charset=utf-8; Boundary=\"a b;c\"", Some("a b;c")),
            ("multipart/mixed; x=\"boundary=n\"; boundary=y; z=1", Some("y")),
            ("multipart/mixed", None),
            ("multipart/mixed; boundary=", None),
            ("multipart/mixed; boundary=\"a", None),
            ("multipart/mixed; boundary", None),
        ] {
            assert_eq!(boundary(content_type).as_deref(), expected, "{content_type}");
        }
        assert_eq!(
            boundary(&format!("multipart/mixed; boundary={}", "x".repeat(71))),
            None
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let contents: [&[u8]; 4] = [b"", b"\r\n--b\r", b"--bc\n--", b"\x00\xff"];
        let mut body = Vec::new();
        for content in contents {
            write_part(&mut body, "bb", &[("A", "b\r\nc"), ("D", "")], content);
        }
        finish(&mut body, "bb");
        let parts = split(&body, "bb").unwrap();
        assert_eq!(
            parts.iter().map(|part| part.content).collect::<Vec<_>>(),
            contents
        );
        assert_eq!(parts[0].headers["a"], "bc");
    }

    #[test]
    fn bare_line_feeds_a_preamble_and_an_epilogue_are_tolerated() {
        let body = b"before\n--b \nA: 1\n\nx\n--bb\ny\r\n--b--after";
        let parts = split(body, "b").unwrap();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].content, b"x\n--bb\ny");
    }

    #[test]
    fn what_is_cut_short_or_malformed_is_refused() {
        let whole = b"--b\r\nA: 1\r\n\r\nx\r\n--b--";
        assert!(split(whole, "b").is_ok());
        for end in 0..whole.len() {
            assert!(split(&whole[..end], "b").is_err(), "{end}");
        }
        for body in [
            &b"--b\r\nA\r\n\r\nx\r\n--b--"[..],
            b"--b\r\n\xff: 1\r\n\r\n\r\n--b--",
        ] {
            assert!(split(body, "b").is_err(), "{}", String::from_utf8_lossy(body));
        }
    }
}
