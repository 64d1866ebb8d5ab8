//! `imsmanifest.xml` (IMS Content Packaging), as both versions of SCORM use it: one organization, a
//! SCO per chapter or per lesson.

use std::{collections::BTreeSet, io};

use super::xml::{self, Xml};
use crate::rendered::{RenderedChapter, RenderedCourse};

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
    pub(super) metadata: fn(&mut Xml, &RenderedCourse) -> io::Result<()>,
    /// Writes what an item holds after its title.
    pub(super) item: fn(&mut Xml) -> io::Result<()>,
    /// Writes what the organization, or an item of items, holds after these.
    pub(super) cluster: fn(&mut Xml) -> io::Result<()>,
}

/// Writes the manifest of what was rendered, with these files; with schemas in the package, it says where they are.
pub(super) fn manifest(
    profile: &Profile,
    course: &RenderedCourse,
    files: &[&str],
    has_schemas: bool,
) -> io::Result<Vec<u8>> {
    // An LMS recognises a chapter uploaded again by the item's identifier alone: it is the author's own. The others hold an
    // underscore, which no author's identifier has, so that all of them differ in a manifest.
    let identifier = match course.alone() {
        Some(chapter) => format!("{}_{}_manifest", course.id, chapter.id),
        None => format!("{}__manifest", course.id),
    };
    let organization = format!(
        "{}_organization",
        course.alone().map_or(&course.id, |chapter| &chapter.id)
    );
    let mut attributes = vec![("identifier", &*identifier), ("version", &course.version)];
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
                (profile.metadata)(xml, course)
            })?;
            xml::element(xml, "organizations", &[("default", &organization)], |xml| {
                xml::element(xml, "organization", &[("identifier", &organization)], |xml| {
                    xml::text(xml, "title", &[], course.title())?;
                    for chapter in &course.chapters {
                        items(xml, profile, chapter, course.is_whole())?;
                    }
                    (profile.cluster)(xml)
                })
            })?;
            xml::element(xml, "resources", &[], |xml| {
                resources(xml, profile, course, files)
            })
        })
    })
}

/// Writes the items of a chapter's units; in a whole course, several units stand in an item of their chapter.
fn items(xml: &mut Xml, profile: &Profile, chapter: &RenderedChapter, is_nested: bool) -> io::Result<()> {
    let resource = resource_of(chapter);
    let units = |xml: &mut Xml| {
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
        Ok(())
    };
    if !is_nested || !chapter.is_by_lesson {
        return units(xml);
    }
    xml::element(xml, "item", &[("identifier", &chapter.id)], |xml| {
        xml::text(xml, "title", &[], &chapter.title)?;
        units(xml)?;
        (profile.cluster)(xml)
    })
}

/// Writes a resource for each chapter; in a whole course, what they share is a resource on which they depend.
fn resources(xml: &mut Xml, profile: &Profile, course: &RenderedCourse, files: &[&str]) -> io::Result<()> {
    let write = |xml: &mut Xml, attributes: &[(&str, &str)], files: &[&str], needs: Option<&str>| {
        xml::element(xml, "resource", attributes, |xml| {
            files
                .iter()
                .try_for_each(|file| xml::empty(xml, "file", &[("href", file)]))?;
            needs.map_or(Ok(()), |needed| {
                xml::empty(xml, "dependency", &[("identifierref", needed)])
            })
        })
    };
    if let Some(chapter) = course.alone() {
        return write(
            xml,
            &sco(profile, &resource_of(chapter), &chapter.page),
            files,
            None,
        );
    }
    let shared = format!("{}_player", course.id);
    let mut own = BTreeSet::new();
    for chapter in &course.chapters {
        let files: BTreeSet<&str> = chapter.files().collect();
        let list: Vec<&str> = files.iter().copied().collect();
        write(
            xml,
            &sco(profile, &resource_of(chapter), &chapter.page),
            &list,
            Some(&shared),
        )?;
        own.extend(files);
    }
    let rest: Vec<&str> = files.iter().copied().filter(|file| !own.contains(file)).collect();
    let attributes = [
        ("identifier", &*shared),
        ("type", "webcontent"),
        (profile.sco, "asset"),
    ];
    write(xml, &attributes, &rest, None)
}

/// The attributes of a resource that is a SCO.
fn sco<'a>(profile: &Profile, resource: &'a str, page: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("identifier", resource),
        ("type", "webcontent"),
        (profile.sco, "sco"),
        ("href", page),
    ]
}

fn resource_of(chapter: &RenderedChapter) -> String {
    format!("{}_resource", chapter.id)
}
