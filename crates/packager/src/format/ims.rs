//! `imsmanifest.xml` (IMS Content Packaging), as both versions of SCORM use it: one organization, one SCO per chapter or per lesson.

use std::io;

use super::xml::{self, Xml};
use crate::{package::PAGE, render::RenderedChapter};

/// The manifest's path in a package.
pub(super) const MANIFEST: &str = "imsmanifest.xml";

/// What a version of SCORM says in its own way.
pub(super) struct Profile {
    /// `xmlns` and `xmlns:…` of the manifest.
    pub(super) namespaces: &'static [(&'static str, &'static str)],
    /// The official schemas: a namespace, and the file that describes it.
    pub(super) schemas: &'static [(&'static str, &'static str)],
    /// The text of `schemaversion`.
    pub(super) version: &'static str,
    /// The attribute that makes a resource a SCO.
    pub(super) sco: &'static str,
    /// Writes the learning object metadata.
    pub(super) metadata: fn(&mut Xml, &RenderedChapter) -> io::Result<()>,
    /// Writes what an item holds after its title.
    pub(super) item: fn(&mut Xml) -> io::Result<()>,
    /// Writes what the organization holds after its items.
    pub(super) organization: fn(&mut Xml) -> io::Result<()>,
}

/// Writes the manifest of a chapter with these files; with schemas in the package, it says where they are.
pub(super) fn manifest(
    profile: &Profile,
    chapter: &RenderedChapter,
    files: &[&str],
    has_schemas: bool,
) -> io::Result<Vec<u8>> {
    // An LMS recognises a chapter uploaded again by the item's identifier alone: it is the author's own.
    let id = &chapter.id;
    let identifier = format!("{}.{id}", chapter.course);
    let organization = format!("{id}.organization");
    let resource = format!("{id}.resource");
    let mut attributes = vec![("identifier", &*identifier), ("version", &chapter.version)];
    attributes.extend(profile.namespaces);
    let locations: Vec<String> = profile
        .schemas
        .iter()
        .map(|(namespace, file)| format!("{namespace} {file}"))
        .collect();
    let locations = locations.join(" ");
    if has_schemas {
        attributes.push(("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"));
        attributes.push(("xsi:schemaLocation", &locations));
    }
    xml::document(|xml| {
        xml::element(xml, "manifest", &attributes, |xml| {
            xml::element(xml, "metadata", &[], |xml| {
                xml::text(xml, "schema", &[], "ADL SCORM")?;
                xml::text(xml, "schemaversion", &[], profile.version)?;
                (profile.metadata)(xml, chapter)
            })?;
            xml::element(xml, "organizations", &[("default", &organization)], |xml| {
                xml::element(xml, "organization", &[("identifier", &organization)], |xml| {
                    xml::text(xml, "title", &[], &chapter.title)?;
                    for unit in &chapter.units {
                        let mut item = vec![("identifier", &*unit.id), ("identifierref", &resource)];
                        if !unit.parameters.is_empty() {
                            item.push(("parameters", &unit.parameters));
                        }
                        xml::element(xml, "item", &item, |xml| {
                            xml::text(xml, "title", &[], &unit.title)?;
                            (profile.item)(xml)
                        })?;
                    }
                    (profile.organization)(xml)
                })
            })?;
            xml::element(xml, "resources", &[], |xml| {
                let attributes = [
                    ("identifier", &*resource),
                    ("type", "webcontent"),
                    (profile.sco, "sco"),
                    ("href", PAGE),
                ];
                xml::element(xml, "resource", &attributes, |xml| {
                    files
                        .iter()
                        .try_for_each(|file| xml::empty(xml, "file", &[("href", file)]))
                })
            })
        })
    })
}
