//! What a lesson sets apart from its text: a callout, or panels that the page shows in a way of its own.
//!
//! ```text
//! ::: law {title="Article D572"}          also `example` and `remember`
//! Dans chaque département, est créé un SPIP.
//! :::
//!
//! ::: accordion                           also `tabs`, `timeline`, `cards` and `hotspots`
//! ::: panel {title="Le milieu ouvert"}
//! Le suivi hors d’un établissement.
//! :::
//! :::
//! ```
//!
//! The panels of `hotspots` lie on the picture above them: `{title="Le greffe" x=30 y=45}`, in per cent from its left and top.

use crate::{
    directive::{Directive, Piece},
    model::{Callout, CalloutKind, Panel, PanelKind, Panels},
    problem::Problem,
    prose::{self, Prose, References},
    source::Source,
    table::Faults,
};

/// Every name that a directive of this kind may have.
pub(crate) const CALLOUTS: [(&str, CalloutKind); 3] = [
    ("law", CalloutKind::Law),
    ("example", CalloutKind::Example),
    ("remember", CalloutKind::Remember),
];
pub(crate) const GROUPS: [(&str, PanelKind); 5] = [
    ("accordion", PanelKind::Accordion),
    ("tabs", PanelKind::Tabs),
    ("timeline", PanelKind::Timeline),
    ("cards", PanelKind::Cards),
    ("hotspots", PanelKind::Hotspots),
];
/// The directive inside a group.
const PANEL: &str = "panel";
/// A title is a line.
const LONGEST_TITLE: usize = 255;

/// What a directive is read with, and what it leaves to be checked.
pub(crate) struct Reader<'a> {
    pub(crate) source: &'a Source,
    pub(crate) faults: &'a Faults,
    pub(crate) references: &'a mut References,
}

impl Reader<'_> {
    pub(crate) fn callout(&mut self, directive: &Directive, kind: CalloutKind) -> Option<Callout> {
        let title = self.title(directive, &["title"]);
        let text = self.text(directive)?;
        Some(Callout { kind, title, text })
    }

    pub(crate) fn panels(&mut self, directive: &Directive, kind: PanelKind) -> Panels {
        self.title(directive, &[]);
        let is_picture = kind == PanelKind::Hotspots;
        let mut picture = None;
        let mut panels = Vec::new();
        let mut written = 0_usize;
        for piece in &directive.pieces {
            match piece {
                Piece::Directive(inner) if inner.name == PANEL => {
                    written += 1;
                    panels.extend(self.panel(inner, is_picture));
                }
                Piece::Directive(inner) => {
                    let name = inner.name.clone();
                    let known = &[PANEL];
                    self.report(inner.span.clone(), Problem::UnknownDirective { name, known });
                }
                Piece::Text(range) if is_picture && picture.is_none() && written == 0 => {
                    picture = Some(self.parse(range.clone()));
                }
                Piece::Text(span) => {
                    let name = directive.name.clone();
                    self.report(span.clone(), Problem::GroupHoldsPanels { name });
                }
            }
        }
        if written == 0 {
            let name = directive.name.clone();
            self.report(directive.span.clone(), Problem::GroupHoldsPanels { name });
        }
        if is_picture && !picture.as_ref().is_some_and(Prose::is_picture) {
            self.report(directive.span.clone(), Problem::HotspotsWithoutPicture);
        }
        Panels {
            kind,
            picture,
            panels,
        }
    }

    fn panel(&mut self, directive: &Directive, is_placed: bool) -> Option<Panel> {
        let known: &'static [&'static str] = if is_placed {
            &["title", "x", "y"]
        } else {
            &["title"]
        };
        let title = self.title(directive, known);
        if title.is_none() {
            self.report(directive.span.clone(), Problem::PanelWithoutTitle);
        }
        let place = is_placed
            .then(|| Some((self.percent(directive, "x")?, self.percent(directive, "y")?)))
            .flatten();
        let text = self.text(directive)?;
        Some(Panel {
            title: title?,
            text,
            place,
        })
    }

    /// The attribute `title`; every other that is not known is reported.
    fn title(&self, directive: &Directive, known: &[&'static str]) -> Option<String> {
        let mut title = None;
        if let Some(id) = &directive.id {
            self.unknown_key(directive, &format!("#{id}"), known);
        }
        for (key, value) in &directive.attributes {
            if !known.contains(&key.as_str()) {
                self.unknown_key(directive, key, known);
            } else if key == "title" && value.chars().count() > LONGEST_TITLE {
                let problem = Problem::TooLong {
                    key: key.clone(),
                    length: value.chars().count(),
                    limit: LONGEST_TITLE,
                };
                self.report(directive.span.clone(), problem);
            } else if key == "title" && !value.trim().is_empty() {
                title = Some(value.trim().to_owned());
            }
        }
        title
    }

    fn percent(&self, directive: &Directive, key: &str) -> Option<u8> {
        let given = directive.attributes.iter().find(|(name, _)| name == key);
        let percent = given
            .and_then(|(_, value)| value.parse().ok())
            .filter(|percent| *percent <= 100);
        if percent.is_none() {
            let problem = Problem::OutOfBounds {
                key: key.to_owned(),
                least: 0,
                most: 100,
            };
            self.report(directive.span.clone(), problem);
        }
        percent
    }

    /// The text that a directive holds, and nothing else.
    fn text(&mut self, directive: &Directive) -> Option<Prose> {
        if let [Piece::Text(range)] = &directive.pieces[..] {
            return Some(self.parse(range.clone()));
        }
        let name = directive.name.clone();
        self.report(directive.span.clone(), Problem::BlockNotText { name });
        None
    }

    fn parse(&mut self, range: std::ops::Range<usize>) -> Prose {
        let Self {
            source,
            faults,
            references,
        } = self;
        prose::parse(
            &source.text[range.clone()],
            range.start,
            references,
            &mut |span, problem| faults.report(source, span, problem),
        )
    }

    fn unknown_key(&self, directive: &Directive, key: &str, known: &[&'static str]) {
        let problem = Problem::UnknownKey {
            key: key.to_owned(),
            nearest: None,
            known: known.to_vec(),
        };
        self.report(directive.span.clone(), problem);
    }

    fn report(&self, span: std::ops::Range<usize>, problem: Problem) {
        self.faults.report(self.source, span, problem);
    }
}
