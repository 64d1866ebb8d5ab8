//! Quotations with their source: a last paragraph that begins with a dash is the caption of a figure.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

/// What a source begins with.
const DASHES: [&str; 2] = ["— ", "-- "];

/// What becomes of an event.
#[derive(Clone, Copy)]
enum Role {
    Quotation,
    Source,
    /// The text that begins with the dash.
    Dash,
    SourceEnd,
    QuotationEnd,
}

/// Makes a figure of each quotation that names its source.
pub(crate) fn with_sources(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let roles = roles(&events);
    let mut rewritten = Vec::with_capacity(events.len());
    for (event, role) in events.into_iter().zip(roles) {
        let html = |html: &'static str| Event::Html(CowStr::Borrowed(html));
        match (role, event) {
            (Some(Role::Quotation), event) => {
                rewritten.extend([html("<figure class=\"quotation\">\n"), event]);
            }
            (Some(Role::Source), _) => {
                rewritten.extend([Event::End(TagEnd::BlockQuote(None)), html("<figcaption>")]);
            }
            (Some(Role::Dash), Event::Text(text)) => {
                let source = without_dash(&text).unwrap_or_default().to_owned();
                rewritten.push(Event::Text(source.into()));
            }
            (Some(Role::SourceEnd), _) => rewritten.push(html("</figcaption>\n")),
            (Some(Role::QuotationEnd), _) => rewritten.push(html("</figure>\n")),
            (_, event) => rewritten.push(event),
        }
    }
    rewritten
}

fn roles(events: &[Event<'_>]) -> Vec<Option<Role>> {
    let mut roles = vec![None; events.len()];
    let mut open = Vec::new();
    let mut paragraph = 0;
    for (place, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::BlockQuote(_)) => open.push(place),
            Event::Start(Tag::Paragraph) => paragraph = place,
            Event::End(TagEnd::BlockQuote(_)) => {
                let Some(quotation) = open.pop() else { continue };
                let is_last = matches!(events[place - 1], Event::End(TagEnd::Paragraph));
                let Some(Event::Text(text)) = events.get(paragraph + 1) else {
                    continue;
                };
                // A source alone has nothing to be the source of.
                if is_last && paragraph > quotation + 1 && without_dash(text).is_some() {
                    roles[quotation] = Some(Role::Quotation);
                    roles[paragraph] = Some(Role::Source);
                    roles[paragraph + 1] = Some(Role::Dash);
                    roles[place - 1] = Some(Role::SourceEnd);
                    roles[place] = Some(Role::QuotationEnd);
                }
            }
            _ => {}
        }
    }
    roles
}

fn without_dash(text: &str) -> Option<&str> {
    DASHES.iter().find_map(|dash| text.strip_prefix(dash))
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Parser, html};

    use super::with_sources;

    fn rendered(markdown: &str) -> String {
        let events = Parser::new(markdown).map(Event::into_static).collect();
        let mut out = String::new();
        html::push_html(&mut out, with_sources(events).into_iter());
        out
    }

    #[test]
    fn the_source_of_a_quotation_is_its_caption() {
        for dash in ["—", "--"] {
            let markdown = format!("> Un texte.\n>\n> {dash} *Une* source");
            assert_eq!(
                rendered(&markdown).replace('\n', ""),
                "<figure class=\"quotation\"><blockquote><p>Un texte.</p></blockquote>\
                 <figcaption><em>Une</em> source</figcaption></figure>"
            );
        }
    }

    #[test]
    fn a_quotation_in_a_quotation_has_a_source_of_its_own() {
        let html = rendered("> > Dedans.\n> >\n> > — Elle\n>\n> — Lui");
        assert_eq!(html.matches("<figure").count(), 2);
        assert_eq!(html.matches("</figure>").count(), 2);
        assert_eq!(html.matches("blockquote>").count(), 4);
        assert!(html.find("Elle") < html.find("Lui"));
    }

    #[test]
    fn a_quotation_without_a_source_stays_one() {
        for markdown in [
            "> Un texte.",
            "> — Seul.",
            "> A\n>\n> — B\n>\n> C",
            "> A\n>\n> —B",
            "> A\n>\n> - — B",
        ] {
            let html = rendered(markdown);
            assert!(html.contains("<blockquote>") && !html.contains("<fig"), "{html}");
        }
    }
}
