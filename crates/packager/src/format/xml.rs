//! What manifests share: an indented document, written element by element.

use std::io::{self, Cursor};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

/// Where a manifest is written.
pub(crate) type Xml = Writer<Cursor<Vec<u8>>>;

/// Writes a document with its declaration; `root` writes the root element.
pub(crate) fn document(root: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Cursor::new(Vec::new()), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    root(&mut xml)?;
    let mut bytes = xml.into_inner().into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes `<name attributes…>text</name>`.
pub(crate) fn text(xml: &mut Xml, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
    xml.create_element(name)
        .with_attributes(attributes.iter().copied())
        .write_text_content(BytesText::new(text))
        .map(drop)
}

/// Writes `<name attributes…>` with what `inside` writes.
pub(crate) fn element(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    inside: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    xml.create_element(name)
        .with_attributes(attributes.iter().copied())
        .write_inner_content(inside)
        .map(drop)
}

/// Writes `<name attributes…/>`.
pub(crate) fn empty(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    xml.create_element(name)
        .with_attributes(attributes.iter().copied())
        .write_empty()
        .map(drop)
}
