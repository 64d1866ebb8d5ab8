//! Callouts and panels: what authors write, and what they are told when they err.

use cartable_course::{Block, CalloutKind, Locale, PanelKind};

use crate::load;

/// The line and the text of each fault.
fn told(lesson: &str) -> Vec<String> {
    let faults = load(lesson, &["plan.png"]).diagnostics;
    let faults = faults.iter().filter(|fault| fault.line() > 0);
    faults
        .map(|fault| format!("{}: {}", fault.line(), fault.problem().text(Locale::English).0))
        .collect()
}

#[test]
fn callouts_and_panels_are_read_in_their_order() {
    let lesson = "::: law {title=\"Article D572\"}\nUn texte.\n:::\n\n::: tabs\n::: panel {title=\"Un\"}\nA\n:::\n::: panel {title=\"Deux\"}\nB\n:::\n:::\n\n\
                  ::: hotspots\n![Un plan](plan.png)\n\n::: panel {title=\"Le greffe\" x=30 y=100}\nC\n:::\n:::\n";
    let course = load(lesson, &["plan.png"]).course.unwrap();
    let [Block::Callout(law), Block::Panels(tabs), Block::Panels(spots)] =
        &course.chapters[0].lessons[0].blocks[..]
    else {
        panic!("{:?}", course.chapters[0].lessons[0].blocks);
    };
    assert_eq!(
        (law.kind, law.title.as_deref()),
        (CalloutKind::Law, Some("Article D572"))
    );
    assert_eq!((tabs.kind, tabs.panels.len()), (PanelKind::Tabs, 2));
    assert_eq!(
        (&*tabs.panels[1].title, tabs.panels[1].text.plain_text()),
        ("Deux", "B".to_owned())
    );
    assert_eq!(
        (spots.kind, spots.panels[0].place),
        (PanelKind::Hotspots, Some((30, 100)))
    );
    assert_eq!(course.chapters[0].media[0].name, "plan.png");
}

#[test]
fn every_fault_of_a_panel_is_told_at_its_line() {
    let lesson = "::: law {color=red}\n:::\n::: accordion\nTexte\n::: panel\nA\n:::\n::: question\n:::\n:::\n::: tabs {#x}\n:::\n\
                  ::: hotspots\nTexte\n::: panel {title=\"A\" x=101}\nB\n:::\n:::\n";
    let expected = [
        "5: unknown key `color`",
        "5: `::: law` should hold a text",
        "8: a block `::: accordion` holds panels and nothing else",
        "9: this panel has no title",
        "12: there is no block `::: question` here",
        "15: unknown key `#x`",
        "15: a block `::: tabs` holds panels and nothing else",
        "17: these hotspots have no picture",
        "19: `x` should be a whole number from 0 to 100",
    ];
    assert_eq!(told(lesson), expected);
}
