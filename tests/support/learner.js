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

/** Answers a question of any kind and validates; gives what the page says. */
export async function answer(view, question, given) {
  const form = view.locator(`#question-${question}`);
  if (await form.locator('[data-answer]').count()) await form.locator('[data-answer]').fill(given[0]);
  else if (await form.locator('[data-sequence]').count()) await sort(form, given);
  else if (await form.locator('select').count()) {
    for (const [left, right] of given.map((pair) => pair.split('.'))) await form.locator(`select[data-left="${left}"]`).selectOption(right);
  } else {
    for (const box of await form.locator('input[type=checkbox]').all()) await box.setChecked(given.includes(await box.getAttribute('value')));
    for (const choice of given) await form.locator(`input[value="${choice}"]`).check();
  }
  await form.locator('button[type=submit]').click();
  return form.locator('[data-verdict]').textContent();
}

/** Moves the items of a sequence with their buttons, by keyboard. */
async function sort(form, wanted) {
  const order = () => form.locator('[data-item]').evaluateAll((items) => items.map((item) => item.dataset.item));
  for (const [place, id] of wanted.entries()) {
    for (let at = (await order()).indexOf(id); at > place; at--) await form.locator(`[data-item="${id}"] [data-move="up"]`).press('Enter');
  }
  assert.deepEqual(await order(), wanted);
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

/** Goes through every lesson, and answers every question wrongly until no try is left. */
export async function failEverything(view, page, beforeEach = () => {}) {
  for (const lesson of page.lessons) {
    await openLesson(view, lesson.id);
    for (const question of page.questions.filter((question) => question.lesson === lesson.id)) {
      for (let attempt = 0; attempt < page.attempts; attempt++) {
        beforeEach();
        await answer(view, question.id, wrong(question));
      }
    }
    await next(view);
  }
  await view.locator('#end').waitFor();
}
