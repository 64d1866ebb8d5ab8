//! Texts in columns: a client may send U+0000, which PostgreSQL cannot hold. Payloads are JSON, in which it is escaped; a
//! text that stands alone is escaped here, with a character that is none.

use std::borrow::Cow;

const ESCAPE: char = '\u{10ffff}';

/// The text as a column holds it.
pub(crate) fn to_column(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    let mut column = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0' => column.extend([ESCAPE, '0']),
            ESCAPE => column.extend([ESCAPE, '1']),
            c => column.push(c),
        }
    }
    Cow::Owned(column)
}

/// The text that a column holds.
pub(crate) fn from_column(column: String) -> String {
    if !column.contains(ESCAPE) {
        return column;
    }
    let mut text = String::with_capacity(column.len());
    let mut chars = column.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            ESCAPE if chars.next() == Some('0') => '\0',
            c => c,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_read_back_and_its_column_has_no_u_0000(text in "[a\u{0}\u{10ffff}01é]{0,12}") {
            let column = to_column(&text).into_owned();
            prop_assert!(!column.contains('\0'));
            prop_assert_eq!(from_column(column), text);
        }
    }
}
