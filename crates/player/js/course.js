// The page of a whole course: its chapters, and how far the learner is in each.

/**
 * @typedef {{ id: string, activity: string }} ChapterData
 *
 * @typedef {object} CourseData what the build tells the page
 * @property {string} course
 * @property {string} activity
 * @property {ChapterData[]} chapters
 */

/** @typedef {{ peek: () => Promise<string> }} Peeking a tracker that can say what an earlier session left */

/** A chapter as its tracker needs it here. @param {CourseData} course @param {ChapterData} chapter @returns {PageData} */
function chapterOf(course, chapter) {
  return /** @type {any} */ ({ course: course.course, courseActivity: course.activity, chapter: chapter.id, activity: chapter.activity, whole: './' });
}

/** @param {new (page: PageData, view: Window) => Peeking} Standard */
async function startCourse(Standard) {
  /** @type {CourseData} */
  const course = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('page-data')).textContent || '');
  await Promise.all(course.chapters.map(async (chapter) => {
    const data = decodeSuspendData(await new Standard(chapterOf(course, chapter), window).peek());
    const state = document.querySelector(`[data-entry="${chapter.id}"] [data-state]`);
    if (state instanceof HTMLElement && data) state.textContent = (data.flags & COMPLETED ? state.dataset.completed : state.dataset.current) || '';
  }));
  // Where the window may keep nothing, the launch goes on in the address.
  if (location.search) for (const link of document.querySelectorAll('.chapters a')) /** @type {HTMLAnchorElement} */ (link).search = location.search;
  document.documentElement.classList.add('js', 'scripted');
  // What is shown is what the learner finds: back from a chapter, it has changed.
  window.addEventListener('pageshow', (event) => event.persisted && location.reload());
}
