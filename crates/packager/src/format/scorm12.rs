//! SCORM 1.2: `imsmanifest.xml` of the Content Aggregation Model 1.2, one SCO per chapter.

use std::io;

use cartable_player::Standard;

use super::{
    PackageFormat,
    xml::{self, Xml},
};
use crate::{package::PAGE, render::RenderedChapter};

pub(crate) struct Scorm12;

/// A LOM string holds at most this many characters (IMS Learning Resource Meta-Data 1.2.1).
const LONGEST_DESCRIPTION: usize = 2000;

impl PackageFormat for Scorm12 {
    fn name(&self) -> &'static str {
        "scorm12"
    }

    fn title(&self) -> &'static str {
        "SCORM 1.2"
    }

    fn standard(&self) -> Standard {
        Standard::Scorm12
    }

    fn manifest(&self, chapter: &RenderedChapter, files: &[&str]) -> io::Result<(&'static str, Vec<u8>)> {
        // An LMS recognises a chapter uploaded again by the item's identifier alone: it is the author's own.
        let id = &chapter.id;
        let organization = format!("{id}.organization");
        let resource = format!("{id}.resource");
        let attributes = [
            ("identifier", &*format!("{}.{id}", chapter.course)),
            ("version", &chapter.version),
            ("xmlns", "http://www.imsproject.org/xsd/imscp_rootv1p1p2"),
            ("xmlns:adlcp", "http://www.adlnet.org/xsd/adlcp_rootv1p2"),
            ("xmlns:imsmd", "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"),
        ];
        let manifest = xml::document(|xml| {
            xml::element(xml, "manifest", &attributes, |xml| {
                xml::element(xml, "metadata", &[], |xml| {
                    xml::text(xml, "schema", &[], "ADL SCORM")?;
                    xml::text(xml, "schemaversion", &[], "1.2")?;
                    metadata(xml, chapter)
                })?;
                xml::element(xml, "organizations", &[("default", &organization)], |xml| {
                    xml::element(xml, "organization", &[("identifier", &organization)], |xml| {
                        xml::text(xml, "title", &[], &chapter.title)?;
                        xml::element(
                            xml,
                            "item",
                            &[("identifier", id), ("identifierref", &resource)],
                            |xml| xml::text(xml, "title", &[], &chapter.title),
                        )
                    })
                })?;
                xml::element(xml, "resources", &[], |xml| {
                    let attributes = [
                        ("identifier", &*resource),
                        ("type", "webcontent"),
                        ("adlcp:scormtype", "sco"),
                        ("href", PAGE),
                    ];
                    xml::element(xml, "resource", &attributes, |xml| {
                        files
                            .iter()
                            .try_for_each(|file| xml::empty(xml, "file", &[("href", file)]))
                    })
                })
            })
        })?;
        Ok(("imsmanifest.xml", manifest))
    }
}

/// Learning object metadata: title, language, description and keywords, version and publisher.
fn metadata(xml: &mut Xml, chapter: &RenderedChapter) -> io::Result<()> {
    let language = &*chapter.language;
    let string = |xml: &mut Xml, name: &str, value: &str| {
        xml::element(xml, name, &[], |xml| {
            xml::text(xml, "imsmd:langstring", &[("xml:lang", language)], value)
        })
    };
    let vocabulary = |xml: &mut Xml, name: &str, value: &str| {
        xml::element(xml, name, &[], |xml| {
            xml::element(xml, "imsmd:source", &[], |xml| {
                xml::text(xml, "imsmd:langstring", &[("xml:lang", "x-none")], "LOMv1.0")
            })?;
            xml::element(xml, "imsmd:value", &[], |xml| {
                xml::text(xml, "imsmd:langstring", &[("xml:lang", "x-none")], value)
            })
        })
    };
    xml::element(xml, "imsmd:lom", &[], |xml| {
        xml::element(xml, "imsmd:general", &[], |xml| {
            string(xml, "imsmd:title", &chapter.title)?;
            xml::text(xml, "imsmd:language", &[], language)?;
            if let Some(description) = &chapter.description {
                let description: String = description.chars().take(LONGEST_DESCRIPTION).collect();
                string(xml, "imsmd:description", &description)?;
            }
            chapter
                .keywords
                .iter()
                .try_for_each(|keyword| string(xml, "imsmd:keyword", keyword))
        })?;
        xml::element(xml, "imsmd:lifecycle", &[], |xml| {
            string(xml, "imsmd:version", &chapter.version)?;
            vocabulary(xml, "imsmd:status", "Final")?;
            let Some(publisher) = &chapter.publisher else {
                return Ok(());
            };
            xml::element(xml, "imsmd:contribute", &[], |xml| {
                vocabulary(xml, "imsmd:role", "Publisher")?;
                xml::element(xml, "imsmd:centity", &[], |xml| {
                    xml::text(xml, "imsmd:vcard", &[], &vcard(publisher))
                })
            })
        })
    })
}

/// A vCard (RFC 2426) of an organisation.
fn vcard(name: &str) -> String {
    let mut escaped = String::new();
    for part in name.chars() {
        if matches!(part, '\\' | ',' | ';') {
            escaped.push('\\');
        }
        escaped.push(part);
    }
    format!("BEGIN:VCARD\nVERSION:3.0\nFN:{escaped}\nN:{escaped};;;;\nORG:{escaped}\nEND:VCARD")
}
