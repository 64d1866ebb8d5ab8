//! Problems in English: what is wrong, then what to do.

use super::{Expected, Kind, Problem, Unreadable};

/// A contrast, given in hundredths.
fn ratio(hundredths: u32) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[expect(clippy::too_many_lines, reason = "a catalogue: one arm per problem")]
pub(super) fn text(problem: &Problem) -> (String, String) {
    match problem {
        Problem::Unreadable { reason } => match reason {
            Unreadable::Absent => ("no such file".into(), "check the path; `cartable build FOLDER` names the content folder".into()),
            Unreadable::Forbidden => ("this file may not be read".into(), "give yourself the right to read it".into()),
            Unreadable::Folder => ("this is a folder, not a file".into(), "rename the folder, or put the file in its place".into()),
            Unreadable::Other(reason) => (format!("this file cannot be read: {reason}"), String::new()),
        },
        Problem::FileTooLarge { limit } => (
            format!("this file is larger than {} MiB", limit / (1024 * 1024)),
            "split it into several lessons".into(),
        ),
        Problem::NotUtf8 => ("this file is not in UTF-8".into(), "save it again with the UTF-8 encoding".into()),
        Problem::Toml { message } => (format!("malformed TOML: {message}"), "texts stand between double quotes, one `key = value` a line".into()),
        Problem::MissingKey { key } => (format!("`{key}` is missing"), format!("add a line `{key} = …`")),
        Problem::UnknownKey { key, nearest, known } => (
            format!("unknown key `{key}`"),
            match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None if known.is_empty() => "remove it".into(),
                None => format!("remove it; known here: {}", known.join(", ")),
            },
        ),
        Problem::WrongType { key, expected } => (
            format!("`{key}` should be {}", match expected {
                Expected::Text => "a text",
                Expected::Integer => "a whole number",
                Expected::ListOfTexts => "a list of texts",
                Expected::Table => "a table",
                Expected::ListOfTables => "a list of tables",
            }),
            match expected {
                Expected::Text => format!("write `{key} = \"…\"`"),
                Expected::Integer => format!("write `{key} = 1`, without quotes"),
                Expected::ListOfTexts => format!("write `{key} = [\"…\", \"…\"]`"),
                Expected::Table => format!("write `[{key}]` on a line of its own"),
                Expected::ListOfTables => format!("write `[[{key}]]` before each entry"),
            },
        ),
        Problem::EmptyText { key } => (format!("`{key}` is empty"), "write a text, or remove the line".into()),
        Problem::TooLong { key, length, limit } => (
            format!("`{key}` has {length} characters; learning management systems keep {limit}"),
            "shorten it".into(),
        ),
        Problem::ControlCharacter { key } => (format!("`{key}` has a line break or a control character"), "write it on one line".into()),
        Problem::OutOfBounds { key, least, most } => (format!("`{key}` should be a whole number from {least} to {most}"), "change the number".into()),
        Problem::BadId { id } => (
            format!("`{id}` cannot be an identifier"),
            "use lower-case letters without accents, digits and hyphens, a letter first, 64 characters at most; then never change it".into(),
        ),
        Problem::BadUrl { key, url } => (format!("`{key}`: “{url}” is not a web address"), "write a whole address, such as https://example.org/page".into()),
        Problem::BadLanguage { value } => (format!("`{value}` is not a language tag"), "write a tag such as \"fr\", \"en\" or \"fr-CA\"".into()),
        Problem::BadVersion { value } => (format!("`{value}` cannot be a version"), "use letters, digits, dots and hyphens, such as \"1.0.0\"".into()),
        Problem::BadIri { value } => (
            format!("`{value}` cannot name the course in statements"),
            "write a web address of yours without a slash at the end, such as https://example.org/courses/justice; it need not exist, but must never change".into(),
        ),
        Problem::Duplicate { kind, value, first } => (
            match kind {
                Kind::Chapter => format!("two chapters have the identifier `{value}`"),
                Kind::ChapterNumber => format!("two chapters have the number {value}"),
                Kind::Lesson => format!("two lessons of this chapter have the identifier `{value}`"),
                Kind::Question => format!("two questions of this chapter have the identifier `{value}`"),
                Kind::Term => format!("two terms of the lexicon have the identifier `{value}`"),
                Kind::TermForm => format!("the lexicon defines “{value}” twice"),
                Kind::Resource => format!("two resources have the identifier `{value}`"),
                Kind::Heading => format!("two headings of this lesson have the identifier `{value}`"),
            },
            format!("the first is at {first}; change the one you added last"),
        ),
        Problem::CourseWithoutChapters => ("this course has no chapter".into(), "put a chapter.toml into a folder beside course.toml".into()),
        Problem::ChapterWithoutLessons => ("this chapter has no lesson".into(), "put a Markdown file (.md) beside chapter.toml".into()),
        Problem::LessonEmpty => ("this lesson has no text".into(), "write it below the front matter".into()),
        Problem::FrontMatterMissing => (
            "this lesson has no front matter".into(),
            "begin the file with a line `+++`, then `id = \"…\"` and `title = \"…\"`, then a line `+++`".into(),
        ),
        Problem::DirectiveUnclosed { name } => (format!("the block `::: {name}` is not closed"), "add a line `:::` where it ends".into()),
        Problem::DirectiveStray => ("`:::` closes nothing".into(), "remove it, or open a block above with `::: name`".into()),
        Problem::DirectiveTooDeep => ("too many blocks inside each other".into(), "close some with `:::`".into()),
        Problem::DirectiveAttributes { text } => (format!("`{text}` cannot be understood"), "write {#identifier key=value}".into()),
        Problem::UnknownDirective { name, known } => (format!("there is no block `::: {name}` here"), format!("known here: {}", known.join(", "))),
        Problem::GroupHoldsPanels { name } => (format!("a block `::: {name}` holds panels and nothing else"), "put `::: panel {title=\"…\"}` blocks into it, and move other text above or below".into()),
        Problem::PanelWithoutTitle => ("this panel has no title".into(), "write `::: panel {title=\"…\"}`".into()),
        Problem::HotspotsWithoutPicture => ("these hotspots have no picture".into(), "put a picture alone below `::: hotspots`: `![what it shows](plan.png)`".into()),
        Problem::QuestionWithoutId => ("this question has no identifier".into(), "write `::: question {#identifier}`; then never change it".into()),
        Problem::QuestionWithoutText => ("this question asks nothing".into(), "write the question above its choices".into()),
        Problem::QuestionTextAfterChoices => ("this text stands after the choices".into(), "move it above the choices, or into `::: right` or `::: wrong`".into()),
        Problem::QuestionWithoutChoices => ("this question has no choices".into(), "add lines `- ( ) …`, or `- [ ] …` where several answers are right".into()),
        Problem::QuestionWithOneChoice => ("this question has a single choice".into(), "add at least another one".into()),
        Problem::QuestionTooManyChoices { limit } => (format!("this question has more than {limit} choices"), "remove some, or make two questions".into()),
        Problem::QuestionMixedMarks => ("two ways of answering are mixed in one question".into(), "use `( )` where one answer is right, `[ ]` where several are; an ordered list or `=>` makes a question of its own".into()),
        Problem::QuestionWithoutRightAnswer => ("no choice of this question is marked as right".into(), "put an x between the brackets of the right one: `(x)` or `[x]`".into()),
        Problem::QuestionSeveralRightAnswers => ("a second choice is marked as right".into(), "keep one `(x)`, or use `[ ]` for all choices".into()),
        Problem::PassedWithoutMark => ("completion asks that the quiz be passed, and there is no pass mark".into(), "add pass_mark to [quiz], or write quiz = \"answered\" in [completion]".into()),
        Problem::BestScoreRevocable => ("the best score never falls, so a pass cannot be lost".into(), "write score = \"last\" beside pass = \"revocable\", or take `pass` away".into()),
        Problem::PoolHoldsQuestions => ("a pool holds questions and nothing else".into(), "put `::: question {#identifier}` blocks into it, and move other text above or below".into()),
        Problem::PoolDraw { questions } => (format!("this pool has {questions} questions, and does not say how many are asked"), format!("write `::: pool {{draw=…}}`, with a number from 1 to {questions}")),
        Problem::LikertWithRightAnswer => ("a scale has no right answer".into(), "take the x away, or the kind".into()),
        Problem::TrueFalseNotTwo => ("true or false are two choices".into(), "keep two: first the one that says it is true".into()),
        Problem::AnswerTooLong { limit } => (format!("this answer has more than {limit} characters"), "shorten it, or ask for a long answer with `= …`".into()),
        Problem::RangeBackwards => ("the least number is more than the most".into(), "write the smaller one first".into()),
        Problem::UnknownValue { key, value, known } => (format!("`{key}` cannot be `{value}`"), format!("write one of: {}", known.join(", "))),
        Problem::ChoiceWithoutText => ("this choice has no text".into(), "write it after the brackets".into()),
        Problem::BlockNotText { name } => (format!("`::: {name}` should hold a text"), "write what the learner reads, then `:::`".into()),
        Problem::RawHtml => ("HTML is not allowed in a lesson".into(), "write Markdown; put a backslash before a `<` that is meant as such".into()),
        Problem::HeadingTooHigh => ("a lesson has one title, in its front matter".into(), "begin headings at `##`".into()),
        Problem::HeadingSkipsLevel { level } => (
            format!("a heading of level {level} does not follow one of level {}", level - 1),
            "use one `#` fewer: screen readers announce the levels".into(),
        ),
        Problem::LinkNotWeb { url } => (format!("“{url}” is not a web or mail address"), "write https://…, http://… or mailto:…".into()),
        Problem::ImageElsewhere { url } => (format!("the image “{url}” is on another host"), "put the file beside the lesson and write its name: a package requests nothing elsewhere".into()),
        Problem::ImageWithoutText => ("this image has no alternative text".into(), "say between the brackets what it shows: ![…](file.png)".into()),
        Problem::ImageMissing { name } => (format!("there is no file “{name}”"), "put the file into the chapter's folder, or correct its name".into()),
        Problem::ImageOutside { name } => (format!("“{name}” leaves the chapter's folder"), "put the file into the chapter's folder".into()),
        Problem::MediaWithoutText { name } => (format!("“{name}” has neither captions nor a transcript: some learners cannot follow it"), "put a file of the same name beside it that ends in .vtt (captions) or .txt (what is said)".into()),
        Problem::ImageType { name } => (format!("“{name}” is not a file that browsers show"), "use png, jpg, gif, webp, avif or svg; mp3, m4a, ogg, opus or wav; mp4 or webm".into()),
        Problem::ThemeFileMissing { name } => (format!("there is no file “{name}”"), "put the file beside course.toml, or correct its name".into()),
        Problem::ThemeFileOutside { name } => (format!("“{name}” leaves the course's folder"), "put the file beside course.toml, or in a folder there".into()),
        Problem::LogoType { name } => (format!("“{name}” cannot be a logo"), "use svg, png, webp or jpg".into()),
        Problem::FontType { key, name } => (
            format!("`{key}`: “{name}” is not a WOFF2 font"),
            "write the name of a .woff2 file beside course.toml, or a list of fonts that learners have, such as [\"Verdana\", \"sans-serif\"]".into(),
        ),
        Problem::BadColour { key, value } => (format!("`{key}`: “{value}” is not a colour"), "write a # and six hexadecimal digits, such as \"#7d4a21\"".into()),
        Problem::LowContrast { scheme, text, text_colour, background, background_colour, contrast, needed, readable } => (
            format!(
                "[theme.{scheme}]: `{text}` ({text_colour}) on `{background}` ({background_colour}) has a contrast of {}, and {} are needed to read it",
                ratio(*contrast),
                ratio(*needed),
            ),
            match readable {
                Some(colour) => format!("`{text} = \"{colour}\"` would do"),
                None => format!("bring what `{text}` stands on closer together, then make `{text}` darker or lighter"),
            },
        ),
        Problem::UnknownTemplate { name, known } => (format!("there is no template “{name}” to replace"), format!("remove or rename it; known here: {}", known.join(", "))),
        Problem::Template { message } => (format!("this template cannot be rendered: {message}"), "compare it with the one of the product, in templates/player/".into()),
        Problem::TemplateWithout { variable } => (format!("this template does not use `{variable}`, without which the page cannot work"), "compare it with the one of the product, in templates/player/".into()),
        Problem::ImageNotHere { key } => (format!("`{key}` cannot hold an image"), "move the image into a lesson".into()),
        Problem::ResourceDestination => ("a resource leads to an address or to a file: one of the two".into(), "write `url = \"https://…\"`, or `file = \"…\"` with the name of a file of the chapter".into()),
    }
}
