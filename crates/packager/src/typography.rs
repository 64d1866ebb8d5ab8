//! Typography: quotation marks, apostrophes, dashes and spaces, as each language sets them.
//!
//! 1. Addresses are found, and left as they are.
//! 2. Typed signs become real ones: `"…"`, `'`, `...` and `--`. A quotation mark is paired with another or left.
//! 3. French spaces are set: narrow before `;`, `!` and `?`, wide before `:` and inside `« »`, and between a number and
//!    its unit. A space that the author typed is replaced; one is added only where nothing else can be meant.
//!
//! Letters and digits never change, and what was set once stays as it is. The time is linear.

/// A space that breaks no line.
const NO_BREAK: char = '\u{a0}';
/// The same, narrow.
const NARROW: char = '\u{202f}';
/// What stands for something that is not text, such as code or a picture.
pub(crate) const OBJECT: &str = "\u{fffc}";

/// What stands after a number, and not alone at the beginning of a line.
const UNITS: &[&str] = &[
    "an",
    "ans",
    "mois",
    "semaines",
    "jour",
    "jours",
    "heure",
    "heures",
    "h",
    "minute",
    "minutes",
    "min",
    "seconde",
    "secondes",
    "s",
    "km",
    "m",
    "cm",
    "mm",
    "ha",
    "kg",
    "g",
    "mg",
    "l",
    "cl",
    "ml",
    "octets",
    "o",
    "ko",
    "Mo",
    "Go",
    "euro",
    "euros",
    "centimes",
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const LONGEST_UNIT: usize = 10;

/// The rules that a language follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    French,
    English,
    /// The text is left alone.
    Other,
}

impl Rules {
    /// The rules of a language, by its RFC 5646 tag.
    pub(crate) fn of(language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or_default();
        match &*primary.to_ascii_lowercase() {
            "fr" => Self::French,
            "en" => Self::English,
            _ => Self::Other,
        }
    }
}

/// Sets a text that stands alone.
pub(crate) fn typeset(text: &str, rules: Rules) -> String {
    typeset_pieces(&[(text, rules)]).concat()
}

/// Sets a line whose text markup divides into pieces, each with its rules; gives one text for each.
pub(crate) fn typeset_pieces(pieces: &[(&str, Rules)]) -> Vec<String> {
    let mut signs: Vec<Sign> = Vec::new();
    for (piece, (text, rules)) in pieces.iter().enumerate() {
        signs.extend(text.chars().map(|char| Sign {
            char,
            piece,
            rules: *rules,
        }));
    }
    fix_addresses(&mut signs);
    pair_quotes(&mut signs);
    let signs = real_signs(&signs);
    let mut set = vec![String::new(); pieces.len()];
    set_spaces(&signs, &mut set);
    set
}

/// A character of the line.
#[derive(Clone, Copy)]
struct Sign {
    char: char,
    /// The piece that it belongs to.
    piece: usize,
    rules: Rules,
}

impl Sign {
    /// Whether it is this character, and may be changed.
    fn is(self, sign: char) -> bool {
        self.char == sign && self.rules != Rules::Other
    }
}

fn sign_at(signs: &[Sign], place: usize) -> Option<char> {
    signs.get(place).map(|sign| sign.char)
}

fn sign_before(signs: &[Sign], place: usize) -> Option<char> {
    sign_at(signs, place.checked_sub(1)?)
}

/// Whether there is no text on this side.
fn is_gap(side: Option<char>) -> bool {
    side.is_none_or(char::is_whitespace)
}

/// How many signs from here on are the same, and may be changed.
fn run(signs: &[Sign], place: usize) -> usize {
    let first = signs[place].char;
    signs[place..].iter().take_while(|sign| sign.is(first)).count()
}

/// Leaves web addresses to no rule: from a scheme or `www.` to a space or a quotation mark, without the punctuation of
/// the sentence around it.
fn fix_addresses(signs: &mut [Sign]) {
    let mut place = 0;
    while place < signs.len() {
        let rest = &signs[place..];
        let word = rest.iter().take_while(|sign| sign.char.is_alphanumeric()).count();
        let starts = |text: &str, from: usize| {
            text.chars()
                .enumerate()
                .all(|(index, part)| sign_at(rest, from + index) == Some(part))
        };
        if word == 0 || !(starts("://", word) || word == 3 && starts("www.", 0)) {
            place += word.max(1);
            continue;
        }
        let ends = |sign: char| sign.is_whitespace() || "\"«»“”<>\u{fffc}".contains(sign);
        let length = rest.iter().take_while(|sign| !ends(sign.char)).count();
        let tail = rest[..length].iter().rev();
        let tail = tail.take_while(|sign| ".,;:!?…)]".contains(sign.char)).count();
        // A scheme alone is no address.
        let end = place + (length - tail).max(word);
        for sign in &mut signs[place..end] {
            sign.rules = Rules::Other;
        }
        place = end;
    }
}

/// Whether a quotation or a bracket may have begun just before.
fn is_opener(sign: char) -> bool {
    "([{«“‘'’-–—/".contains(sign)
}

fn closes_something(sign: char) -> bool {
    ".,;:!?…)]}»”%".contains(sign)
}

/// Replaces typed double quotation marks by those of the language, two by two.
fn pair_quotes(signs: &mut [Sign]) {
    let mut open: Vec<usize> = Vec::new();
    for place in 0..signs.len() {
        if !signs[place].is('"') {
            continue;
        }
        // A space follows « in any case.
        let before = sign_before(signs, place).filter(|before| *before != '«');
        let after = sign_at(signs, place + 1);
        let starts = (is_gap(before) || before.is_some_and(is_opener))
            && after.is_some_and(|after| !after.is_whitespace() && after != '"' && !closes_something(after));
        let ends = !is_gap(before) || is_gap(after) || after.is_some_and(closes_something);
        if ends
            && !starts
            && let Some(first) = open.pop()
        {
            let Sign { rules, .. } = signs[first];
            let marks = match rules {
                Rules::French => ['«', '»'],
                Rules::English | Rules::Other => ['“', '”'],
            };
            signs[first].char = marks[0];
            signs[place].char = marks[1];
            signs[place].rules = rules;
        } else if starts || open.is_empty() && is_gap(before) {
            open.push(place);
        }
    }
}

/// Replaces typed apostrophes, dots and hyphens by what they stand for.
fn real_signs(signs: &[Sign]) -> Vec<Sign> {
    let mut real: Vec<Sign> = Vec::with_capacity(signs.len());
    let mut place = 0;
    while place < signs.len() {
        let sign = signs[place];
        let before = real.last().map(|sign| sign.char);
        let (length, replacement) = if sign.is('.') {
            let length = run(signs, place);
            (length, (length == 3).then_some('…'))
        } else if sign.is('-') {
            let length = run(signs, place);
            let after = sign_at(signs, place + length);
            let is_option = is_gap(before) && after.is_some_and(char::is_alphanumeric);
            (length, (length == 2 && !is_option).then_some('–'))
        } else if sign.is('\'') {
            (1, apostrophe(sign.rules, before, sign_at(signs, place + 1)))
        } else {
            (1, None)
        };
        match replacement {
            Some(replacement) => real.push(Sign {
                char: replacement,
                ..sign
            }),
            None => real.extend(&signs[place..place + length]),
        }
        place += length;
    }
    real
}

/// What a typed `'` stands for between two signs, when that is certain.
fn apostrophe(rules: Rules, before: Option<char>, after: Option<char>) -> Option<char> {
    let is_word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
    let elides = after.is_some_and(|after| "\"«“\u{fffc}".contains(after)) || is_word(after);
    match rules {
        Rules::French => (before.is_some_and(char::is_alphabetic) && elides).then_some('’'),
        Rules::English if before.is_some_and(char::is_alphabetic) => Some('’'),
        Rules::English if before.is_some_and(char::is_numeric) => {
            after.is_some_and(char::is_alphabetic).then_some('’')
        }
        Rules::English if before.is_some_and(closes_something) => (!is_word(after)).then_some('’'),
        Rules::English if is_gap(before) || before.is_some_and(is_opener) => match after {
            Some(after) if after.is_numeric() => Some('’'),
            Some(after) if after.is_alphabetic() => Some('‘'),
            _ => None,
        },
        Rules::English | Rules::Other => None,
    }
}

/// Whether a space may be added after this sign, before what closes a sentence.
fn ends_word(sign: char) -> bool {
    sign.is_alphanumeric() || ")]}»”’%€°\u{fffc}".contains(sign)
}

/// Writes the signs with the spaces of French where it is followed.
fn set_spaces(signs: &[Sign], set: &mut [String]) {
    let mut last: Option<Sign> = None;
    let mut place = 0;
    while let Some(sign) = signs.get(place).copied() {
        let spaces = signs[place..]
            .iter()
            .take_while(|sign| is_replaceable(sign.char))
            .count();
        let next = signs.get(place + spaces).copied();
        if spaces > 0 {
            match glue(last, &signs[place + spaces..], &signs[..place]) {
                Some(space) => set[sign.piece].push(space),
                None => {
                    (place..place + spaces).for_each(|index| set[signs[index].piece].push(signs[index].char));
                }
            }
            // Only the white space matters to what follows.
            last = Some(Sign {
                char: NO_BREAK,
                ..sign
            });
            place += spaces;
            continue;
        }
        if let Some(before) = last.filter(|before| before.is('«') && before.rules == Rules::French) {
            set[before.piece].push(NO_BREAK);
            last = Some(Sign {
                char: NO_BREAK,
                ..before
            });
        }
        let added = last.and_then(|last| added(last.char, next?, sign_at(signs, place + 1)));
        set[sign.piece].extend(added);
        set[sign.piece].push(sign.char);
        last = Some(sign);
        place += 1;
    }
}

fn is_replaceable(sign: char) -> bool {
    matches!(sign, ' ' | '\t' | '\n' | NO_BREAK | NARROW | '\u{2009}')
}

/// The space that stands in place of one that was typed, when it is another: `rest` begins after it, `before` ends
/// where it begins.
fn glue(last: Option<Sign>, rest: &[Sign], before: &[Sign]) -> Option<char> {
    let (last, next) = (last?, rest.first()?);
    if last.char == '«' && last.rules == Rules::French {
        return Some(NO_BREAK);
    }
    if next.rules != Rules::French {
        return None;
    }
    match next.char {
        ';' | '!' | '?' => Some(NARROW),
        ':' | '»' | '%' => Some(NO_BREAK),
        _ if is_number(last.char, before) && is_unit(rest) => Some(NO_BREAK),
        _ => None,
    }
}

/// Whether a number ends here: a digit, or `1er`.
fn is_number(last: char, before: &[Sign]) -> bool {
    let ends = |text: &str| {
        before
            .iter()
            .rev()
            .map(|sign| sign.char)
            .take(3)
            .eq(text.chars().rev())
    };
    last.is_ascii_digit() || ends("1er")
}

fn is_unit(rest: &[Sign]) -> bool {
    if sign_at(rest, 0).is_some_and(|first| "€$£°".contains(first)) {
        return true;
    }
    let word: String = rest
        .iter()
        .map(|sign| sign.char)
        .take_while(|sign| sign.is_alphanumeric())
        .take(LONGEST_UNIT)
        .collect();
    let after = sign_at(rest, word.chars().count());
    let ends = after.is_none_or(|after| !after.is_alphanumeric() && !"'’".contains(after));
    ends && UNITS.contains(&&*word)
}

/// The space that is added before a sign where none was typed, when one must be.
fn added(last: char, sign: Sign, after: Option<char>) -> Option<char> {
    if sign.rules != Rules::French || last.is_whitespace() {
        return None;
    }
    let is_end = is_gap(after) || after == Some('»');
    match sign.char {
        ';' | '!' | '?' if ends_word(last) => {
            let closes = after.is_some_and(|after| ";!?…)]}”\"".contains(after));
            (is_end || closes).then_some(NARROW)
        }
        ':' if ends_word(last) => is_end.then_some(NO_BREAK),
        '»' => Some(NO_BREAK),
        '%' | '€' if last.is_ascii_digit() => {
            (!after.is_some_and(char::is_alphanumeric)).then_some(NO_BREAK)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use proptest::prelude::*;

    use super::{Rules, typeset, typeset_pieces};

    /// Sets a text; `~` shows a no-break space and `_` a narrow one.
    fn shown(text: &str, language: &str) -> String {
        let set = typeset(text, Rules::of(language));
        set.replace('\u{a0}', "~").replace('\u{202f}', "_")
    }

    fn french(text: &str) -> String {
        shown(text, "fr")
    }

    #[test]
    fn french_punctuation_has_its_space_however_it_was_typed() {
        for typed in [
            "Qui ? Lui !",
            "Qui\u{a0}? Lui\u{a0}!",
            "Qui\u{202f}? Lui\u{202f}!",
            "Qui? Lui!",
            "Qui  ? Lui  !",
        ] {
            assert_eq!(french(typed), "Qui_? Lui_!", "{typed}");
        }
        assert_eq!(french("Voici: a ; b; c :"), "Voici~: a_; b_; c~:");
        assert_eq!(french("Vraiment?! Non!! (oui?)"), "Vraiment_?! Non_!! (oui_?)");
        assert_eq!(french("Mot\n: suite"), "Mot~: suite");
    }

    #[test]
    fn a_space_is_added_only_where_it_is_certain() {
        for text in [
            "12:30",
            "https://example.org/a?b;c!d:e",
            "http://localhost:8080",
            "www.example.org/?a--b...c",
            "a;b",
            "?",
            ":",
            "100%25",
            "(?)",
            "etc.",
        ] {
            assert_eq!(french(text), text);
        }
        assert_eq!(
            french("Lisez https://example.org/a ! Et ?"),
            "Lisez https://example.org/a_! Et_?"
        );
    }

    #[test]
    fn french_quotation_marks_hold_their_spaces_in() {
        for typed in [
            "Il dit «oui».",
            "Il dit « oui ».",
            "Il dit \"oui\".",
            "Il dit \" oui \".",
            "Il dit «\noui ».",
        ] {
            assert_eq!(french(typed), "Il dit «~oui~».", "{typed}");
        }
        assert_eq!(
            french("l'\"ambivalence\" et (\"oui\")?"),
            "l’«~ambivalence~» et («~oui~»)_?"
        );
        assert_eq!(french("\"Un \"mot\" ici\" !"), "«~Un «~mot~» ici~»_!");
        assert_eq!(french("Un écran de 12\" ici"), "Un écran de 12\" ici");
        assert_eq!(french("«»"), "«~»");
    }

    #[test]
    fn apostrophes_dots_and_dashes_become_real_ones() {
        assert_eq!(
            french("l'aide d'un CPIP, aujourd'hui..."),
            "l’aide d’un CPIP, aujourd’hui…"
        );
        assert_eq!(
            french("un mot -- une incise -- `'` 5' ...."),
            "un mot – une incise – `'` 5' ...."
        );
        assert_eq!(french("--version et ---"), "--version et ---");
        assert_eq!(french("le 1er, la 1re, le 2e"), "le 1er, la 1re, le 2e");
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        assert_eq!(
            french("12 min, 19 mars 2008, 1er mai, 50 %, 50%, 3 €, 3€, 2,4 Mo, 20 °C"),
            "12~min, 19~mars~2008, 1er~mai, 50~%, 50~%, 3~€, 3~€, 2,4~Mo, 20~°C".replace("mars~", "mars ")
        );
        assert_eq!(
            french("2 chapitres, 3 l'un, 4 marsouins, un min"),
            "2 chapitres, 3 l’un, 4 marsouins, un min"
        );
        assert_eq!(french("{percent} %"), "{percent}~%");
    }

    #[test]
    fn english_has_curly_quotation_marks_and_no_such_space() {
        assert_eq!(
            shown("\"It's ours\": the '90s -- 'so' said James' son...", "en-GB"),
            "“It’s ours”: the ’90s – ‘so’ said James’ son…"
        );
        assert_eq!(shown("What?! 12 min; 5' 6\"", "en"), "What?! 12 min; 5' 6\"");
    }

    #[test]
    fn another_language_is_left_alone() {
        let text = "\"Was?\" -- sagt's er... ; «so»";
        assert_eq!(shown(text, "de"), text);
    }

    #[test]
    fn the_rules_reach_over_the_markup_of_a_line() {
        let pieces = [
            ("Le \"", Rules::French),
            ("mot", Rules::French),
            ("\" d'", Rules::French),
            ("écrou", Rules::French),
            (":", Rules::French),
        ];
        assert_eq!(
            typeset_pieces(&pieces),
            ["Le «\u{a0}", "mot", "\u{a0}» d’", "écrou", "\u{a0}:"]
        );
        let pieces = [
            ("Dites «", Rules::French),
            ("what? it's ;", Rules::English),
            ("»?", Rules::French),
        ];
        assert_eq!(
            typeset_pieces(&pieces),
            ["Dites «\u{a0}", "what? it’s ;", "\u{a0}»\u{202f}?"]
        );
    }

    fn is_set(sign: char) -> bool {
        sign.is_whitespace() || "\"'’‘“”«»….-–".contains(sign)
    }

    fn pieces() -> impl Strategy<Value = Vec<(String, Rules)>> {
        let text = "([a-zé0-9]|[ \u{a0}\u{202f}\n]|[;:!?%€°]|[«»\"'’‘“”]|\\.\\.\\.|\\.|-|–|[(){}\\[\\]/]| mars|1er|https://|www\\.|\u{fffc}){0,12}";
        let rules = prop_oneof![
            4 => Just(Rules::French),
            2 => Just(Rules::English),
            1 => Just(Rules::Other),
        ];
        prop::collection::vec((text, rules), 1..5)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn what_is_set_once_stays_and_keeps_every_letter_and_digit(pieces in pieces()) {
            let given: Vec<(&str, Rules)> = pieces.iter().map(|(text, rules)| (text.as_str(), *rules)).collect();
            let once = typeset_pieces(&given);
            prop_assert_eq!(once.len(), pieces.len());
            let again: Vec<(&str, Rules)> = once.iter().zip(&given).map(|(text, (_, rules))| (text.as_str(), *rules)).collect();
            prop_assert_eq!(&typeset_pieces(&again), &once);
            let kept = |text: &str| text.chars().filter(|sign| !is_set(*sign)).collect::<String>();
            for (set, (text, rules)) in once.iter().zip(&given) {
                prop_assert_eq!(kept(set), kept(text));
                if pieces.len() == 1 && *rules == Rules::Other {
                    prop_assert_eq!(set, text);
                }
            }
        }
    }

    #[test]
    fn a_long_text_is_set_in_linear_time() {
        for part in [
            "\"", " ", "'", "https://", ".", "-", "mot ? ", "1 ", "« ", "www.", "a\"b \"c",
        ] {
            let (done, waits) = mpsc::channel();
            let text = part.repeat(400_000);
            thread::spawn(move || done.send(typeset(&text, Rules::French).len()));
            // Quadratic time would be an hour.
            let length = waits.recv_timeout(Duration::from_mins(1));
            assert!(length.is_ok_and(|length| length > 0), "{part}");
        }
    }
}
