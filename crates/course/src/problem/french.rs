//! Problems in French: what is wrong, then what to do.

use super::{Expected, Kind, Problem, Unreadable};

/// A contrast, given in hundredths.
fn ratio(hundredths: u32) -> String {
    format!("{},{:02}", hundredths / 100, hundredths % 100)
}

#[expect(clippy::too_many_lines, reason = "a catalogue: one arm per problem")]
pub(super) fn text(problem: &Problem) -> (String, String) {
    match problem {
        Problem::Unreadable { reason } => match reason {
            Unreadable::Absent => ("ce fichier n’existe pas".into(), "vérifiez le chemin ; `cartable build DOSSIER` nomme le dossier du contenu".into()),
            Unreadable::Forbidden => ("ce fichier ne peut pas être lu : accès refusé".into(), "donnez-vous le droit de le lire".into()),
            Unreadable::Folder => ("ceci est un dossier, pas un fichier".into(), "renommez le dossier, ou mettez le fichier à sa place".into()),
            Unreadable::Other(reason) => (format!("ce fichier ne peut pas être lu : {reason}"), String::new()),
        },
        Problem::FileTooLarge { limit } => (
            format!("ce fichier dépasse {} Mio", limit / (1024 * 1024)),
            "répartissez-le en plusieurs leçons".into(),
        ),
        Problem::NotUtf8 => ("ce fichier n’est pas en UTF-8".into(), "enregistrez-le de nouveau avec l’encodage UTF-8".into()),
        Problem::Toml { message } => (format!("TOML mal formé : {message}"), "les textes se mettent entre guillemets droits, une ligne `clé = valeur` à la fois".into()),
        Problem::MissingKey { key } => (format!("il manque `{key}`"), format!("ajoutez une ligne `{key} = …`")),
        Problem::UnknownKey { key, nearest, known } => (
            format!("clé inconnue : `{key}`"),
            match nearest {
                Some(nearest) => format!("vouliez-vous écrire `{nearest}` ?"),
                None if known.is_empty() => "retirez-la".into(),
                None => format!("retirez-la ; clés connues ici : {}", known.join(", ")),
            },
        ),
        Problem::WrongType { key, expected } => (
            format!("`{key}` devrait être {}", match expected {
                Expected::Text => "un texte",
                Expected::Integer => "un nombre entier",
                Expected::ListOfTexts => "une liste de textes",
                Expected::Table => "une table",
                Expected::ListOfTables => "une liste de tables",
            }),
            match expected {
                Expected::Text => format!("écrivez `{key} = \"…\"`"),
                Expected::Integer => format!("écrivez `{key} = 1`, sans guillemets"),
                Expected::ListOfTexts => format!("écrivez `{key} = [\"…\", \"…\"]`"),
                Expected::Table => format!("écrivez `[{key}]` seul sur une ligne"),
                Expected::ListOfTables => format!("écrivez `[[{key}]]` avant chaque élément"),
            },
        ),
        Problem::EmptyText { key } => (format!("`{key}` est vide"), "écrivez un texte, ou retirez la ligne".into()),
        Problem::TooLong { key, length, limit } => (
            format!("`{key}` compte {length} caractères ; les plateformes en gardent {limit}"),
            "raccourcissez-le".into(),
        ),
        Problem::ControlCharacter { key } => (format!("`{key}` contient un saut de ligne ou un caractère de contrôle"), "écrivez-le sur une seule ligne".into()),
        Problem::OutOfBounds { key, least, most } => (format!("`{key}` devrait être un nombre entier de {least} à {most}"), "changez le nombre".into()),
        Problem::BadId { id } => (
            format!("`{id}` ne peut pas être un identifiant"),
            "employez des lettres minuscules sans accent, des chiffres et des traits d’union, une lettre d’abord, 64 caractères au plus ; puis n’y touchez plus".into(),
        ),
        Problem::BadUrl { key, url } => (format!("`{key}` : « {url} » n’est pas une adresse web"), "écrivez une adresse entière, comme https://example.org/page".into()),
        Problem::BadLanguage { value } => (format!("`{value}` n’est pas un code de langue"), "écrivez un code comme \"fr\", \"en\" ou \"fr-CA\"".into()),
        Problem::BadVersion { value } => (format!("`{value}` ne peut pas être une version"), "employez des lettres, des chiffres, des points et des traits d’union, comme \"1.0.0\"".into()),
        Problem::BadIri { value } => (
            format!("`{value}` ne peut pas nommer le cours dans les traces"),
            "écrivez une adresse web à vous, sans barre oblique à la fin, comme https://example.org/cours/justice ; elle peut ne mener nulle part, mais ne doit jamais changer".into(),
        ),
        Problem::Duplicate { kind, value, first } => (
            match kind {
                Kind::Chapter => format!("deux chapitres ont l’identifiant `{value}`"),
                Kind::ChapterNumber => format!("deux chapitres ont le numéro {value}"),
                Kind::Lesson => format!("deux leçons de ce chapitre ont l’identifiant `{value}`"),
                Kind::Question => format!("deux questions de ce chapitre ont l’identifiant `{value}`"),
                Kind::Term => format!("deux termes du lexique ont l’identifiant `{value}`"),
                Kind::TermForm => format!("le lexique définit deux fois « {value} »"),
                Kind::Resource => format!("deux ressources ont l’identifiant `{value}`"),
                Kind::Heading => format!("deux intertitres de cette leçon ont l’identifiant `{value}`"),
            },
            format!("l’autre est en {first} ; changez celui que vous avez ajouté en dernier"),
        ),
        Problem::CourseWithoutChapters => ("ce cours n’a pas de chapitre".into(), "mettez un fichier chapter.toml dans un dossier à côté de course.toml".into()),
        Problem::ChapterWithoutLessons => ("ce chapitre n’a pas de leçon".into(), "mettez un fichier Markdown (.md) à côté de chapter.toml".into()),
        Problem::LessonEmpty => ("cette leçon n’a pas de texte".into(), "écrivez-le sous l’en-tête".into()),
        Problem::FrontMatterMissing => (
            "cette leçon n’a pas d’en-tête".into(),
            "commencez le fichier par une ligne `+++`, puis `id = \"…\"` et `title = \"…\"`, puis une ligne `+++`".into(),
        ),
        Problem::DirectiveUnclosed { name } => (format!("le bloc `::: {name}` n’est pas fermé"), "ajoutez une ligne `:::` là où il finit".into()),
        Problem::DirectiveStray => ("ce `:::` ne ferme rien".into(), "retirez-le, ou ouvrez un bloc plus haut par `::: nom`".into()),
        Problem::DirectiveTooDeep => ("trop de blocs les uns dans les autres".into(), "fermez-en par `:::`".into()),
        Problem::DirectiveAttributes { text } => (format!("`{text}` ne se comprend pas"), "écrivez {#identifiant clé=valeur}".into()),
        Problem::UnknownDirective { name, known } => (format!("il n’y a pas de bloc `::: {name}` ici"), format!("blocs connus ici : {}", known.join(", "))),
        Problem::GroupHoldsPanels { name } => (format!("un bloc `::: {name}` contient des volets et rien d’autre"), "mettez-y des blocs `::: panel {title=\"…\"}`, et le reste du texte au-dessus ou en dessous".into()),
        Problem::PanelWithoutTitle => ("ce volet n’a pas de titre".into(), "écrivez `::: panel {title=\"…\"}`".into()),
        Problem::HotspotsWithoutPicture => ("ces points n’ont pas d’image".into(), "mettez une image seule sous `::: hotspots` : `![ce qu’elle montre](plan.png)`".into()),
        Problem::QuestionWithoutId => ("cette question n’a pas d’identifiant".into(), "écrivez `::: question {#identifiant}` ; puis n’y touchez plus".into()),
        Problem::QuestionWithoutText => ("cette question ne demande rien".into(), "écrivez la question au-dessus de ses choix".into()),
        Problem::QuestionTextAfterChoices => ("ce texte vient après les choix".into(), "mettez-le au-dessus des choix, ou dans `::: right` ou `::: wrong`".into()),
        Problem::QuestionWithoutChoices => ("cette question n’a pas de choix".into(), "ajoutez des lignes `- ( ) …`, ou `- [ ] …` si plusieurs réponses sont justes".into()),
        Problem::QuestionWithOneChoice => ("cette question n’a qu’un choix".into(), "ajoutez-en au moins un autre".into()),
        Problem::QuestionTooManyChoices { limit } => (format!("cette question a plus de {limit} choix"), "retirez-en, ou faites-en deux questions".into()),
        Problem::QuestionMixedMarks => ("deux façons de répondre sont mêlées dans une même question".into(), "employez `( )` si une seule réponse est juste, `[ ]` si plusieurs le sont ; une liste numérotée ou `=>` font une question à part".into()),
        Problem::QuestionWithoutRightAnswer => ("aucun choix de cette question n’est marqué comme juste".into(), "mettez un x entre les signes du bon choix : `(x)` ou `[x]`".into()),
        Problem::QuestionSeveralRightAnswers => ("un second choix est marqué comme juste".into(), "gardez un seul `(x)`, ou employez `[ ]` pour tous les choix".into()),
        Problem::PassedWithoutMark => ("[completion] demande que le quiz soit réussi, et il n’y a pas de note pour réussir".into(), "ajoutez pass_mark à [quiz], ou écrivez quiz = \"answered\" dans [completion]".into()),
        Problem::BestScoreRevocable => ("la meilleure note ne baisse jamais : une réussite ne peut pas se perdre".into(), "écrivez score = \"last\" à côté de pass = \"revocable\", ou retirez `pass`".into()),
        Problem::PoolHoldsQuestions => ("une réserve contient des questions et rien d’autre".into(), "mettez-y des blocs `::: question {#identifiant}`, et le reste du texte au-dessus ou en dessous".into()),
        Problem::PoolDraw { questions } => (format!("cette réserve a {questions} questions, et ne dit pas combien sont posées"), format!("écrivez `::: pool {{draw=…}}`, avec un nombre de 1 à {questions}")),
        Problem::LikertWithRightAnswer => ("une échelle n’a pas de bonne réponse".into(), "retirez le x, ou le genre (kind)".into()),
        Problem::TrueFalseNotTwo => ("vrai ou faux font deux choix".into(), "gardez-en deux : d’abord celui qui dit que c’est vrai".into()),
        Problem::AnswerTooLong { limit } => (format!("cette réponse a plus de {limit} caractères"), "raccourcissez-la, ou demandez une réponse longue par `= …`".into()),
        Problem::RangeBackwards => ("le plus petit nombre dépasse le plus grand".into(), "écrivez d’abord le plus petit".into()),
        Problem::UnknownValue { key, value, known } => (format!("`{key}` ne peut pas être `{value}`"), format!("écrivez l’une de ces valeurs : {}", known.join(", "))),
        Problem::ChoiceWithoutText => ("ce choix n’a pas de texte".into(), "écrivez-le après les signes".into()),
        Problem::BlockNotText { name } => (format!("`::: {name}` devrait contenir un texte"), "écrivez ce que lira la personne, puis `:::`".into()),
        Problem::RawHtml => ("une leçon ne peut pas contenir de HTML".into(), "écrivez en Markdown ; mettez une barre oblique inverse devant un `<` voulu comme tel".into()),
        Problem::HeadingTooHigh => ("une leçon a un seul titre, dans son en-tête".into(), "commencez les intertitres à `##`".into()),
        Problem::HeadingSkipsLevel { level } => (
            format!("un intertitre de niveau {level} ne suit pas un niveau {}", level - 1),
            "retirez un `#` : les lecteurs d’écran annoncent les niveaux".into(),
        ),
        Problem::LinkNotWeb { url } => (format!("« {url} » n’est pas une adresse web ou de courriel"), "écrivez https://…, http://… ou mailto:…".into()),
        Problem::ImageElsewhere { url } => (format!("l’image « {url} » est sur un autre serveur"), "mettez le fichier à côté de la leçon et écrivez son nom : un paquet ne demande rien ailleurs".into()),
        Problem::ImageWithoutText => ("cette image n’a pas de texte de remplacement".into(), "dites entre les crochets ce qu’elle montre : ![…](fichier.png)".into()),
        Problem::ImageMissing { name } => (format!("il n’y a pas de fichier « {name} »"), "mettez le fichier dans le dossier du chapitre, ou corrigez son nom".into()),
        Problem::ImageOutside { name } => (format!("« {name} » sort du dossier du chapitre"), "mettez le fichier dans le dossier du chapitre".into()),
        Problem::MediaWithoutText { name } => (format!("« {name} » n’a ni sous-titres ni transcription : tous ne pourront pas le suivre"), "mettez à côté un fichier du même nom qui finit par .vtt (sous-titres) ou .txt (ce qui est dit)".into()),
        Problem::ImageType { name } => (format!("« {name} » n’est pas un fichier que les navigateurs affichent"), "employez png, jpg, gif, webp, avif ou svg ; mp3, m4a, ogg, opus ou wav ; mp4 ou webm".into()),
        Problem::ThemeFileMissing { name } => (format!("il n’y a pas de fichier « {name} »"), "mettez le fichier à côté de course.toml, ou corrigez son nom".into()),
        Problem::ThemeFileOutside { name } => (format!("« {name} » sort du dossier du cours"), "mettez le fichier à côté de course.toml, ou dans un dossier qui s’y trouve".into()),
        Problem::LogoType { name } => (format!("« {name} » ne peut pas être un logo"), "employez svg, png, webp ou jpg".into()),
        Problem::FontType { key, name } => (
            format!("`{key}` : « {name} » n’est pas une police WOFF2"),
            "écrivez le nom d’un fichier .woff2 à côté de course.toml, ou une liste de polices que les gens ont, comme [\"Verdana\", \"sans-serif\"]".into(),
        ),
        Problem::BadColour { key, value } => (format!("`{key}` : « {value} » n’est pas une couleur"), "écrivez un # et six chiffres hexadécimaux, comme \"#7d4a21\"".into()),
        Problem::LowContrast { scheme, text, text_colour, background, background_colour, contrast, needed, readable } => (
            format!(
                "[theme.{scheme}] : `{text}` ({text_colour}) sur `{background}` ({background_colour}) a un contraste de {}, et il en faut {} pour le lire",
                ratio(*contrast),
                ratio(*needed),
            ),
            match readable {
                Some(colour) => format!("`{text} = \"{colour}\"` conviendrait"),
                None => format!("rapprochez les couleurs sur lesquelles se lit `{text}`, puis foncez ou éclaircissez `{text}`"),
            },
        ),
        Problem::UnknownTemplate { name, known } => (format!("il n’y a pas de gabarit « {name} » à remplacer"), format!("retirez-le ou renommez-le ; connus ici : {}", known.join(", "))),
        Problem::Template { message } => (format!("ce gabarit ne donne pas de page : {message}"), "comparez-le avec celui du produit, dans templates/player/".into()),
        Problem::TemplateWithout { variable } => (format!("ce gabarit n’emploie pas `{variable}`, sans quoi la page ne peut pas marcher"), "comparez-le avec celui du produit, dans templates/player/".into()),
        Problem::ImageNotHere { key } => (format!("`{key}` ne peut pas contenir d’image"), "mettez l’image dans une leçon".into()),
        Problem::ResourceDestination => ("une ressource mène à une adresse ou à un fichier, à l’un des deux".into(), "écrivez `url = \"https://…\"`, ou `file = \"…\"` avec le nom d’un fichier du chapitre".into()),
    }
}
