// A lesson that an LMS launches alone, as a SCO or an assignable unit of its own.

/** What the page is about when an LMS launches one lesson alone. @param {PageData} page @param {string} query @returns {PageData} */
function launchedUnit(page, query) {
  const asked = new URLSearchParams(query).get('lesson');
  const lesson = page.lessons.find(({ id }) => id === asked);
  if (!lesson) return page;
  const questions = page.questions.filter((question) => question.lesson === lesson.id);
  return {
    ...page,
    unit: lesson.id,
    chapter: `${page.chapter}.${lesson.id}`,
    title: lesson.title,
    activity: lesson.activity,
    lessons: [lesson],
    questions,
    passMark: questions.some(isScored) ? page.passMark : null,
    completion: { ...page.completion, lessons: Math.min(1, page.completion.lessons), seconds: 0 },
    ordered: false,
  };
}

/** Takes the other lessons away from the page. @param {string} unit @param {Record<string, string>} words */
function showAlone(unit, words) {
  for (const lesson of all('[data-lesson], [data-entry]')) {
    const { lesson: id, entry } = lesson.dataset;
    if ((id || entry) !== unit) lesson.remove();
  }
  for (const link of all('.pager a')) link.setAttribute('href', link.hasAttribute('data-next') ? '#end' : '#opening');
  find('[data-next]').textContent = words.finish;
  for (const element of all('.facts:not([data-progress-text]), .next-chapter')) element.remove();
  find('[data-end-text]').textContent = words.lesson_done;
  find('[data-start]').setAttribute('href', `#lesson-${unit}`);
}

LAUNCHED.of = launchedUnit;
LAUNCHED.show = showAlone;
