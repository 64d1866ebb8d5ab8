//! A rendered page as its reader's browser finds it: read by an HTML tokenizer, then put in a flat tree.

use std::{collections::HashMap, convert::Infallible, ops::Range};

use html5gum::{
    Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

/// Elements that have no end tag.
const VOID: [&str; 12] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
];

/// Elements before which a browser closes an open paragraph.
const BLOCKS: [&str; 19] = [
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "ol",
    "p",
    "table",
    "ul",
];

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Whether it says that it is HTML.
    pub(crate) is_declared: bool,
    /// What a browser would have to repair: tags that do not close in order, attributes given twice, and the like.
    pub(crate) faults: usize,
    elements: Vec<Element>,
    /// The first element of each identifier.
    ids: HashMap<String, usize>,
    /// The text of the whole page, alternatives of images included.
    text: String,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Element {
    /// Its tag, in lower case.
    pub(crate) tag: String,
    attributes: Vec<(String, String)>,
    parent: Option<usize>,
    /// The place of its text in the page's.
    text: Range<usize>,
    /// The place of the screen that it is on (`data-view`), among the elements.
    view: Option<usize>,
}

impl Element {
    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether it has a class.
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.attribute("class")
            .is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == class))
    }
}

impl Document {
    /// Reads a page.
    pub(crate) fn parse(html: &[u8]) -> Self {
        let mut builder = Builder::default();
        let mut emitter =
            CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
                builder.read(&event);
                None
            });
        emitter.naively_switch_states(true);
        let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
        builder.document.faults += builder.open.len();
        builder.document
    }

    /// Every element, in the order of the page.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter()
    }

    /// Every element of a tag.
    pub(crate) fn tagged<'d>(&'d self, tag: &'d str) -> impl Iterator<Item = &'d Element> {
        self.elements().filter(move |element| element.tag == tag)
    }

    /// The element of an identifier.
    pub(crate) fn with_id(&self, id: &str) -> Option<&Element> {
        self.elements.get(*self.ids.get(id)?)
    }

    /// The screen that an element is on: its `data-view`.
    pub(crate) fn view(&self, element: &Element) -> Option<&str> {
        self.elements.get(element.view?)?.attribute("data-view")
    }

    /// What an element stands in, from the inside out.
    pub(crate) fn ancestors<'d>(&'d self, element: &'d Element) -> impl Iterator<Item = &'d Element> {
        std::iter::successors(Some(element), |element| self.elements.get(element.parent?)).skip(1)
    }

    /// What stands in an element.
    pub(crate) fn descendants<'d>(&'d self, element: &'d Element) -> impl Iterator<Item = &'d Element> {
        let place = self
            .elements
            .partition_point(|other| other.text.start < element.text.start);
        self.elements[place..]
            .iter()
            .take_while(|other| other.text.start <= element.text.end)
            .filter(|other| {
                self.ancestors(other)
                    .any(|ancestor| std::ptr::eq(ancestor, element))
            })
    }

    /// The text of an element, each run of white space one space.
    pub(crate) fn text(&self, element: &Element) -> String {
        words(&self.text[element.text.clone()])
    }

    /// The text of an element that everyone sees: without what is for screen readers alone.
    pub(crate) fn visible_text(&self, element: &Element) -> String {
        let mut seen = String::new();
        let mut from = element.text.start;
        for hidden in self
            .descendants(element)
            .filter(|inner| inner.has_class("visually-hidden"))
        {
            seen.push_str(self.text.get(from..hidden.text.start).unwrap_or_default());
            from = from.max(hidden.text.end);
        }
        seen.push_str(self.text.get(from..element.text.end).unwrap_or_default());
        words(&seen)
    }

    /// What a screen reader calls an element: `aria-labelledby`, then `aria-label`, then its text.
    pub(crate) fn name(&self, element: &Element) -> String {
        self.label(element).unwrap_or_else(|| self.text(element))
    }

    /// The name that ARIA gives to an element, if any.
    pub(crate) fn label(&self, element: &Element) -> Option<String> {
        if let Some(ids) = element.attribute("aria-labelledby") {
            let texts: Vec<_> = ids
                .split_ascii_whitespace()
                .filter_map(|id| Some(self.text(self.with_id(id)?)))
                .filter(|text| !text.is_empty())
                .collect();
            return Some(texts.join(" "));
        }
        element.attribute("aria-label").map(words)
    }
}

/// A text with each run of white space as one space, none at its ends.
pub(crate) fn words(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(word);
    }
    whole
}

/// Puts the tokens of a page in their tree.
#[derive(Default)]
struct Builder {
    document: Document,
    /// The elements that are open, from the outside in.
    open: Vec<usize>,
}

impl Builder {
    fn read(&mut self, event: &CallbackEvent<'_>) {
        let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match event {
            CallbackEvent::Doctype { name, .. } => self.document.is_declared = *name == b"html",
            CallbackEvent::OpenStartTag { name } => self.start(string(name)),
            CallbackEvent::AttributeName { name } => {
                if let Some(element) = self.document.elements.last_mut() {
                    let name = string(name);
                    if element.attribute(&name).is_some() {
                        self.document.faults += 1;
                    }
                    element.attributes.push((name, String::new()));
                }
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some((_, last)) = self
                    .document
                    .elements
                    .last_mut()
                    .and_then(|element| element.attributes.last_mut())
                {
                    *last = string(value);
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                self.started();
                if *self_closing {
                    self.close_drawing();
                }
            }
            CallbackEvent::EndTag { name } => self.end(&String::from_utf8_lossy(name)),
            CallbackEvent::String { value } => {
                let text = String::from_utf8_lossy(value);
                self.document.text.push_str(&text);
            }
            CallbackEvent::Comment { .. } => {}
            CallbackEvent::Error(_) => self.document.faults += 1,
        }
    }

    fn start(&mut self, tag: String) {
        let parent = self.open.last().copied();
        let inside_paragraph = parent
            .and_then(|parent| self.document.elements.get(parent))
            .is_some_and(|parent| parent.tag == "p");
        if inside_paragraph && BLOCKS.contains(&&*tag) {
            self.document.faults += 1;
        }
        let start = self.document.text.len();
        self.document.elements.push(Element {
            tag,
            attributes: Vec::new(),
            parent,
            text: start..start,
            view: None,
        });
    }

    /// Its attributes are known.
    fn started(&mut self) {
        let place = self.document.elements.len().saturating_sub(1);
        let Some(element) = self.document.elements.last() else {
            return;
        };
        let view = if element.attribute("data-view").is_some() {
            Some(place)
        } else {
            element
                .parent
                .and_then(|parent| self.document.elements.get(parent)?.view)
        };
        if let Some(id) = element.attribute("id") {
            self.document.ids.entry(id.to_owned()).or_insert(place);
        }
        let alternative = element.attribute("alt").map(ToOwned::to_owned);
        let is_void = VOID.contains(&&*element.tag);
        if let Some(alternative) = alternative {
            self.document.text.push_str(&alternative);
        } else if matches!(&*element.tag, "br" | "td" | "th") {
            self.document.text.push(' ');
        }
        let end = self.document.text.len();
        if let Some(element) = self.document.elements.last_mut() {
            element.view = view;
            element.text.end = end;
        }
        if !is_void {
            self.open.push(place);
        }
    }

    /// In a drawing, unlike in HTML, a start tag may be the end as well.
    fn close_drawing(&mut self) {
        let mut open = self.open.iter();
        if open.any(|place| {
            self.document
                .elements
                .get(*place)
                .is_some_and(|element| element.tag == "svg")
        }) {
            self.open.pop();
        }
    }

    fn end(&mut self, tag: &str) {
        let is_it = |place: &usize| {
            self.document
                .elements
                .get(*place)
                .is_some_and(|element| element.tag == tag)
        };
        let Some(depth) = self.open.iter().rposition(is_it) else {
            self.document.faults += 1;
            return;
        };
        // What is still open inside it was not closed in order.
        self.document.faults += self.open.len() - depth - 1;
        let end = self.document.text.len();
        for place in self.open.drain(depth..) {
            if let Some(element) = self.document.elements.get_mut(place) {
                element.text.end = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Document;

    #[test]
    fn the_text_of_an_element_is_all_that_stands_in_it_with_the_alternatives_of_images() {
        let page = Document::parse(
            br#"<!DOCTYPE html><p>Un <em>mot</em>,<br>deux &amp; <img src="a.png" alt="un plan"></p><p>Trois</p>"#,
        );
        let texts: Vec<_> = page.tagged("p").map(|element| page.text(element)).collect();
        assert_eq!(texts, ["Un mot, deux & un plan", "Trois"]);
        assert!(page.is_declared);
        assert_eq!(page.faults, 0);
    }

    #[test]
    fn a_drawing_may_close_its_elements_at_once_and_the_page_may_not() {
        let faults = |page: &[u8]| Document::parse(page).faults;
        assert_eq!(
            faults(br#"<p><svg><path d="M0 0"/><g><circle/></g></svg></p>"#),
            0
        );
        assert_eq!(faults(b"<p><b/></p>"), 1);
    }

    #[test]
    fn what_is_for_screen_readers_alone_is_in_the_name_and_not_in_the_visible_text() {
        let page = Document::parse(
            br#"<a href="/">Le site<span class="visually-hidden"> (nouvel onglet)</span></a><i>autre</i>"#,
        );
        let link = page.tagged("a").next().unwrap();
        assert_eq!(page.name(link), "Le site (nouvel onglet)");
        assert_eq!(page.visible_text(link), "Le site");
    }

    #[test]
    fn a_label_is_read_where_it_stands() {
        let page = Document::parse(
            br#"<b id="one">Question 1</b><b id="two">Laquelle ?</b><input aria-labelledby="one two"><input aria-label="Nom"><input>"#,
        );
        let labels: Vec<_> = page.tagged("input").map(|field| page.label(field)).collect();
        assert_eq!(
            labels,
            [
                Some("Question 1 Laquelle ?".to_owned()),
                Some("Nom".to_owned()),
                None
            ]
        );
    }

    #[test]
    fn what_a_browser_would_have_to_repair_is_counted() {
        for (page, faults) in [
            ("<p>a</p>", 0),
            ("<p>a", 1),
            ("a</p>", 1),
            ("<b><i>a</b></i>", 2),
            ("<p><div>a</div></p>", 1),
            (r#"<p id="a" id="b">a</p>"#, 1),
        ] {
            assert_eq!(Document::parse(page.as_bytes()).faults, faults, "{page}");
        }
    }

    #[test]
    fn an_element_knows_its_screen() {
        let page = Document::parse(br#"<i>x</i><section data-view="end"><p><b>y</b></p></section>"#);
        let view = |tag| page.view(page.tagged(tag).next().unwrap());
        assert_eq!((view("i"), view("b")), (None, Some("end")));
    }
}
