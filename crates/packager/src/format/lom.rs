//! Learning object metadata (LOM): title, language, description, keywords, version, publisher and duration, in the
//! binding of IMS 1.2.1 for SCORM 1.2, and in that of IEEE 1484.12.3 for SCORM 2004.

use std::io;

use super::xml::{self, Xml};
use crate::rendered::RenderedCourse;

/// A description holds at most this many characters in both bindings.
const LONGEST_DESCRIPTION: usize = 2000;

/// How a binding writes the same things.
struct Binding {
    /// Before each element's name.
    prefix: &'static str,
    /// Attributes of the root.
    namespace: &'static [(&'static str, &'static str)],
    /// The element of a text in a language, and the attribute that names the language.
    string: (&'static str, &'static str),
    /// Whether a vocabulary's source and value are texts in a language of their own.
    wrapped: bool,
    /// `lifecycle`, `Final`, `Publisher`.
    life_cycle: (&'static str, &'static str, &'static str),
    /// The elements around a publisher's vCard, from the outside.
    entity: &'static [&'static str],
    /// The elements of the typical learning time, from the outside.
    time: [&'static str; 2],
}

const IMS: Binding = Binding {
    prefix: "imsmd:",
    namespace: &[],
    string: ("langstring", "xml:lang"),
    wrapped: true,
    life_cycle: ("lifecycle", "Final", "Publisher"),
    entity: &["centity", "vcard"],
    time: ["typicallearningtime", "datetime"],
};

const IEEE: Binding = Binding {
    prefix: "",
    namespace: &[("xmlns", "http://ltsc.ieee.org/xsd/LOM")],
    string: ("string", "language"),
    wrapped: false,
    life_cycle: ("lifeCycle", "final", "publisher"),
    entity: &["entity"],
    time: ["typicalLearningTime", "duration"],
};

/// Writes `imsmd:lom`.
pub(super) fn ims(xml: &mut Xml, course: &RenderedCourse) -> io::Result<()> {
    write(xml, course, &IMS)
}

/// A document of its own.
pub(super) fn ieee(course: &RenderedCourse) -> io::Result<Vec<u8>> {
    xml::document(|xml| write(xml, course, &IEEE))
}

fn write(xml: &mut Xml, course: &RenderedCourse, binding: &Binding) -> io::Result<()> {
    let (life_cycle, end, publisher) = binding.life_cycle;
    xml::element(xml, &binding.name("lom"), binding.namespace, |xml| {
        binding.element(xml, "general", |xml| {
            binding.string(xml, "title", &course.language, course.title())?;
            xml::text(xml, &binding.name("language"), &[], &course.language)?;
            if let Some(description) = course.summary() {
                let description: String = description.chars().take(LONGEST_DESCRIPTION).collect();
                binding.string(xml, "description", &course.language, &description)?;
            }
            course
                .keywords()
                .iter()
                .try_for_each(|keyword| binding.string(xml, "keyword", &course.language, keyword))
        })?;
        binding.element(xml, life_cycle, |xml| {
            binding.string(xml, "version", &course.language, &course.version)?;
            binding.vocabulary(xml, "status", end)?;
            let Some(name) = &course.publisher else {
                return Ok(());
            };
            binding.element(xml, "contribute", |xml| {
                binding.vocabulary(xml, "role", publisher)?;
                binding.nested(xml, binding.entity, &vcard(name))
            })
        })?;
        let Some(minutes) = course.minutes() else {
            return Ok(());
        };
        binding.element(xml, "educational", |xml| {
            binding.nested(xml, &binding.time, &format!("PT{minutes}M"))
        })
    })
}

impl Binding {
    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn element(
        &self,
        xml: &mut Xml,
        name: &str,
        inside: impl FnOnce(&mut Xml) -> io::Result<()>,
    ) -> io::Result<()> {
        xml::element(xml, &self.name(name), &[], inside)
    }

    /// A text in a language.
    fn string(&self, xml: &mut Xml, name: &str, language: &str, text: &str) -> io::Result<()> {
        let (string, attribute) = self.string;
        self.element(xml, name, |xml| {
            xml::text(xml, &self.name(string), &[(attribute, language)], text)
        })
    }

    /// A value of the standard's own vocabulary.
    fn vocabulary(&self, xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
        self.element(xml, name, |xml| {
            for (name, text) in [("source", "LOMv1.0"), ("value", value)] {
                if self.wrapped {
                    self.string(xml, name, "x-none", text)?;
                } else {
                    xml::text(xml, &self.name(name), &[], text)?;
                }
            }
            Ok(())
        })
    }

    /// A text in elements, one in the other.
    fn nested(&self, xml: &mut Xml, names: &[&str], text: &str) -> io::Result<()> {
        match names {
            [] => Ok(()),
            [name] => xml::text(xml, &self.name(name), &[], text),
            [name, inner @ ..] => self.element(xml, name, |xml| self.nested(xml, inner, text)),
        }
    }
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
