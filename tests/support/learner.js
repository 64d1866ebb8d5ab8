// What a learner does in a chapter. `view` is the page or the frame that shows it.

import assert from 'node:assert/strict';

/** Opens a lesson from the list. */
export async function openLesson(view, lesson) {
  const button = view.locator('.contents-button');
  if (await button.isVisible()) await button.click();
  await view.locator(`#contents a[href="#lesson-${lesson}"]`).click();
  await view.locator(`#lesson-${lesson}`).waitFor();
}

/** The lesson on the screen. */
export function currentLesson(view) {
  return view.locator('[data-lesson]:visible').getAttribute('data-lesson');
}

/** Goes on to what follows the lesson, and waits for it. */
export async function next(view) {
  const link = view.locator('[data-next]:visible');
  const target = await link.getAttribute('href');
  await link.click();
  await view.locator(target).waitFor();
}

/** Chooses and validates; gives what the page says. */
export async function answer(view, question, choices) {
  const form = view.locator(`#question-${question}`);
  for (const box of await form.locator('input[type=checkbox]:checked').all()) await box.uncheck();
  for (const choice of choices) await form.locator(`input[value="${choice}"]`).check();
  await form.locator('button[type=submit]').click();
  return form.locator('[data-verdict]').textContent();
}

/** Goes through every lesson from the one on the screen, and answers every question rightly. */
export async function goThrough(view, page, from = 0) {
  for (const lesson of page.lessons.slice(from)) {
    assert.equal(await currentLesson(view), lesson.id);
    for (const question of page.questions.filter((question) => question.lesson === lesson.id)) {
      if (await view.locator(`#question-${question.id} button[type=submit]`).isVisible()) await answer(view, question.id, question.correct);
    }
    await next(view);
  }
  await view.locator('#end').waitFor();
}

/** A set of choices that is not the right one. */
export function wrong(question) {
  return [question.choices.find((choice) => !question.correct.includes(choice))];
}
