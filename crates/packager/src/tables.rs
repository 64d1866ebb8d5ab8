//! Tables that survive a phone: each cell tells the header of its column, so that a stylesheet may lay a row out as a
//! block, and roles say that it is a table still.

use pulldown_cmark::{Alignment, CowStr, Event, Tag, TagEnd};

use crate::prose::escape;

/// A table that is being written.
#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    /// The headers' texts, by column.
    headers: Vec<String>,
    is_head: bool,
    has_body: bool,
    column: usize,
}

impl Table {
    fn cell(&self) -> String {
        let align = match self.alignments.get(self.column) {
            Some(Alignment::Left) => r#" data-align="left""#,
            Some(Alignment::Center) => r#" data-align="center""#,
            Some(Alignment::Right) => r#" data-align="right""#,
            Some(Alignment::None) | None => "",
        };
        if self.is_head {
            return format!(r#"<th scope="col" role="columnheader"{align}>"#);
        }
        match self.headers.get(self.column).map(|header| header.trim()) {
            Some(header) if !header.is_empty() => {
                let header = escape(header);
                format!(r#"<td role="cell" data-label="{header}"{align}>"#)
            }
            _ => format!(r#"<td role="cell"{align}>"#),
        }
    }
}

/// Writes each table in a box of its own that scrolls where it is wide; `label` names the box.
pub(crate) fn boxed(events: Vec<Event<'static>>, label: &str) -> Vec<Event<'static>> {
    let mut boxed = Vec::with_capacity(events.len());
    let mut table = Table::default();
    let label = escape(label);
    for event in events {
        let html = match event {
            Event::Start(Tag::Table(alignments)) => {
                table = Table {
                    alignments,
                    ..Table::default()
                };
                format!(
                    "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\" data-word-label=\"table\"><table role=\"table\">"
                )
            }
            Event::Start(Tag::TableHead) => {
                table.is_head = true;
                r#"<thead role="rowgroup"><tr role="row">"#.to_owned()
            }
            Event::End(TagEnd::TableHead) => {
                table.is_head = false;
                "</tr></thead>\n".to_owned()
            }
            Event::Start(Tag::TableRow) => {
                table.column = 0;
                let opening = if table.has_body {
                    ""
                } else {
                    "<tbody role=\"rowgroup\">\n"
                };
                table.has_body = true;
                format!("{opening}<tr role=\"row\">")
            }
            Event::End(TagEnd::TableRow) => "</tr>\n".to_owned(),
            Event::Start(Tag::TableCell) => {
                if table.is_head {
                    table.headers.push(String::new());
                }
                table.cell()
            }
            Event::End(TagEnd::TableCell) => {
                table.column += 1;
                if table.is_head { "</th>" } else { "</td>" }.to_owned()
            }
            Event::End(TagEnd::Table) => {
                let closing = if table.has_body { "</tbody>" } else { "" };
                format!("{closing}</table></div>\n")
            }
            other => {
                if let (true, Event::Text(part) | Event::Code(part), Some(header)) =
                    (table.is_head, &other, table.headers.last_mut())
                {
                    header.push_str(part);
                }
                boxed.push(other);
                continue;
            }
        };
        boxed.push(Event::Html(CowStr::from(html)));
    }
    boxed
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, html};

    use super::boxed;

    fn rendered(markdown: &str) -> String {
        let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
        let mut out = String::new();
        html::push_html(
            &mut out,
            boxed(parser.map(Event::into_static).collect(), "T&T").into_iter(),
        );
        out.replace('\n', "")
    }

    #[test]
    fn each_cell_tells_the_header_of_its_column() {
        assert_eq!(
            rendered("| *Qui* & `quoi` | | N |\n|---|:-:|--:|\n| **a** | b | 1 |\n| c | | |"),
            "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"T&amp;T\" data-word-label=\"table\"><table role=\"table\">\
             <thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\"><em>Qui</em> &amp; <code>quoi</code></th>\
             <th scope=\"col\" role=\"columnheader\" data-align=\"center\"></th>\
             <th scope=\"col\" role=\"columnheader\" data-align=\"right\">N</th></tr></thead>\
             <tbody role=\"rowgroup\"><tr role=\"row\"><td role=\"cell\" data-label=\"Qui &amp; quoi\"><strong>a</strong></td>\
             <td role=\"cell\" data-align=\"center\">b</td><td role=\"cell\" data-label=\"N\" data-align=\"right\">1</td></tr>\
             <tr role=\"row\"><td role=\"cell\" data-label=\"Qui &amp; quoi\">c</td><td role=\"cell\" data-align=\"center\"></td>\
             <td role=\"cell\" data-label=\"N\" data-align=\"right\"></td></tr></tbody></table></div>"
        );
    }

    #[test]
    fn a_table_may_have_headers_alone_and_two_tables_do_not_mix() {
        let html = rendered("| a |\n|---|\n\nx\n\n| b |\n|---|\n| 1 |");
        assert!(
            html.contains("a</th></tr></thead></table></div><p>x</p>"),
            "{html}"
        );
        assert!(html.contains("data-label=\"b\">1"), "{html}");
    }
}
