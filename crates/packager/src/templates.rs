//! The templates of a course: the product's, and those that the course replaces.

use cartable_course::{Course, Diagnostic, Problem, Template, Theme};
use tera::Tera;

use crate::{
    part::Part,
    render::{RenderError, Renderer},
};

/// The product's templates, by the name under which they include each other.
static PRODUCT: [(&str, &str); 6] = [
    (
        "callout.html",
        include_str!("../../../templates/player/callout.html"),
    ),
    (
        "course.html",
        include_str!("../../../templates/player/course.html"),
    ),
    (
        "dialogs.html",
        include_str!("../../../templates/player/dialogs.html"),
    ),
    ("page.html", include_str!("../../../templates/player/page.html")),
    (
        "panels.html",
        include_str!("../../../templates/player/panels.html"),
    ),
    (
        "question.html",
        include_str!("../../../templates/player/question.html"),
    ),
];

/// What a template must use for its page to work.
fn needed(name: &str) -> &'static [&'static str] {
    match name {
        "callout.html" => &["callout"],
        "dialogs.html" => &[],
        "panels.html" => &["group"],
        "question.html" => &["question"],
        "page.html" => &["data", "lessons", "script"],
        _ => &["chapters", "data", "script"],
    }
}

/// Renders a course whose templates are its own, to know every fault of theirs that a build would meet.
///
/// # Errors
///
/// As [`Renderer::new`] and [`Renderer::render`].
pub fn check_templates(course: &Course) -> Result<(), RenderError> {
    let renderer = Renderer::new(course)?;
    if course.theme.templates.is_empty() {
        return Ok(());
    }
    for part in Part::all(course) {
        renderer.render(course, part)?;
    }
    Ok(())
}

/// The templates that a course is rendered with.
///
/// # Errors
///
/// Every fault of the course's own.
pub(crate) fn load(theme: &Theme) -> Result<Tera, RenderError> {
    let mut tera = Tera::new();
    tera.add_raw_templates(PRODUCT)?;
    let own = theme.templates.iter();
    if let Err(error) = tera.add_raw_templates(own.map(|template| (template.name, template.text()))) {
        // Tera stops at the first that does not parse: each alone tells its own faults.
        let each = theme.templates.iter().filter_map(|template| {
            let error = tera.add_raw_template(template.name, template.text()).err()?;
            Some(places(&error, std::slice::from_ref(template)))
        });
        let faults: Vec<_> = each.flatten().collect();
        return Err(if faults.is_empty() {
            render_error(error, theme)
        } else {
            RenderError::Faults(faults)
        });
    }
    let mut faults = Vec::new();
    for template in &theme.templates {
        let used = tera.get_template_variables(template.name)?;
        let unused = needed(template.name)
            .iter()
            .filter(|variable| !used.contains(**variable));
        faults.extend(unused.map(|variable| template.fault(1, 1, Problem::TemplateWithout { variable })));
    }
    if faults.is_empty() {
        Ok(tera)
    } else {
        Err(RenderError::Faults(faults))
    }
}

/// What was wrong with rendering: faults of the course's templates, or an error of the product's.
pub(crate) fn render_error(error: tera::Error, theme: &Theme) -> RenderError {
    let faults = places(&error, &theme.templates);
    if faults.is_empty() {
        RenderError::Template(error)
    } else {
        RenderError::Faults(faults)
    }
}

/// The places that Tera tells, in reports that begin with `error: what`, then `--> name:line:column`. Some of its errors
/// have none: then it is that of the only template they can be of.
fn places(error: &tera::Error, templates: &[Template]) -> Vec<Diagnostic> {
    let text = error.to_string();
    let reports = text
        .split("\n\n")
        .filter_map(|report| report.strip_prefix("error: "));
    let found: Vec<_> = reports
        .filter_map(|report| {
            let (message, place) = report.split_once("--> ")?;
            let mut place = place.lines().next()?.rsplitn(3, ':');
            let column = place.next()?.parse().ok()?;
            let line = place.next()?.parse().ok()?;
            let name = place.next()?;
            let template = templates.iter().find(|template| template.name == name)?;
            let message = message.trim().to_owned();
            Some(template.fault(line, column, Problem::Template { message }))
        })
        .collect();
    match (found.is_empty(), templates) {
        (true, [template]) if !text.starts_with("error: ") => {
            vec![template.fault(1, 1, Problem::Template { message: text })]
        }
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use cartable_course::TEMPLATES;

    use super::PRODUCT;

    #[test]
    fn a_course_may_replace_every_template_of_the_product() {
        assert_eq!(PRODUCT.map(|(name, _)| name), TEMPLATES);
    }
}
