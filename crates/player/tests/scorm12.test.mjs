import assert from 'node:assert/strict';
import test from 'node:test';

import { chapter, load } from './player.mjs';

const { SCORM12, Scorm12Tracker, findScormApi, scorm12Time } = load(['suspend-data', 'answers', 'kinds', 'progress', 'tracker', 'scorm', 'scorm12']);

/** An LMS that notes every call, and refuses what it is told to. */
function lms(kept = {}, refuses = () => false) {
  const log = [];
  const values = { 'cmi.core.student_id': 'zoe', 'cmi.core.lesson_status': 'not attempted', ...kept };
  return {
    log,
    values,
    LMSInitialize: () => (log.push('Initialize'), 'true'),
    LMSFinish: () => (log.push('Finish'), 'true'),
    LMSGetValue: (element) => values[element] ?? '',
    LMSSetValue: (element, value) => {
      if (refuses(element)) return 'false';
      log.push(`${element}=${value}`);
      values[element] = value;
      return 'true';
    },
    LMSCommit: () => (log.push('Commit'), refuses('Commit') ? 'false' : 'true'),
  };
}

function view(API, more = {}) {
  const shelf = new Map();
  const window = {
    API,
    setTimeout: () => 1,
    clearTimeout: () => {},
    localStorage: { getItem: (name) => shelf.get(name) ?? null, setItem: (name, value) => shelf.set(name, value), removeItem: (name) => shelf.delete(name) },
    shelf,
    ...more,
  };
  window.parent ??= window;
  window.top ??= window;
  return window;
}

const report = (changes = {}) => ({
  suspendData: '1AAAA', lesson: chapter().lessons[0], share: 0.5, outcome: { complete: false, success: null, score: 0 }, seconds: 61.239, totalSeconds: 61.239, ...changes,
});

test('the API is found in a parent, behind a page of another origin, and in an opener', () => {
  const api = lms();
  assert.equal(findScormApi(view(api), SCORM12), api);
  const top = view(api);
  const foreign = { get API() { throw new Error('cross-origin'); }, parent: top };
  assert.equal(findScormApi(view(undefined, { parent: foreign }), SCORM12), api);
  assert.equal(findScormApi(view(undefined, { opener: view(undefined, { parent: top }) }), SCORM12), api);
  assert.equal(findScormApi(view(undefined), SCORM12), null);
});

test('times have four hour digits and two decimals', () => {
  assert.equal(scorm12Time(0), '0000:00:00.00');
  assert.equal(scorm12Time(61.239), '0000:01:01.24');
  assert.equal(scorm12Time(59.999), '0000:01:00.00');
  assert.equal(scorm12Time(360000), '0100:00:00.00');
  assert.equal(scorm12Time(1e12), '9999:59:59.99');
  assert.equal(scorm12Time(-1), '0000:00:00.00');
});

test('a session begins incomplete, and ends with Finish once', async () => {
  const api = lms();
  const tracker = new Scorm12Tracker(chapter(), view(api));
  assert.equal((await tracker.start()).suspendData, '');
  assert.deepEqual(api.log, ['Initialize', 'cmi.core.lesson_status=incomplete', 'cmi.core.exit=suspend', 'Commit']);
  tracker.finish(report());
  tracker.finish(report());
  assert.equal(api.log.filter((call) => call === 'Finish').length, 1);
  assert.equal(api.values['cmi.core.session_time'], '0000:01:01.24');
  assert.equal(api.values['cmi.core.lesson_location'], 'roles');
});

test('the score comes before the status, and nothing is ever lowered', async () => {
  const api = lms({ 'cmi.core.lesson_status': 'incomplete', 'cmi.core.score.raw': '40' });
  const tracker = new Scorm12Tracker(chapter(), view(api));
  await tracker.start();
  tracker.save(report({ outcome: { complete: false, success: null, score: 0.25 } }), true);
  assert.equal(api.values['cmi.core.score.raw'], '40');
  tracker.save(report({ outcome: { complete: true, success: true, score: 1 } }), true);
  assert.ok(api.log.indexOf('cmi.core.score.raw=100') < api.log.indexOf('cmi.core.lesson_status=passed'));
  tracker.save(report({ outcome: { complete: true, success: false, score: 0 } }), true);
  assert.equal(api.values['cmi.core.lesson_status'], 'passed');
  assert.equal(api.values['cmi.core.score.raw'], '100');
});

test('what the LMS refused is kept on the device and offered again', async () => {
  let down = true;
  const api = lms({}, (what) => what === 'Commit' && down);
  const window = view(api);
  const states = [];
  const tracker = new Scorm12Tracker(chapter(), window);
  tracker.onState = (state) => states.push(state);
  await tracker.start();
  tracker.save(report({ suspendData: '1unsent' }), true);
  assert.equal(states[states.length - 1], 'not_saved');
  assert.ok([...window.shelf.values()].includes('1unsent'));
  down = false;
  tracker.write();
  assert.equal(states[states.length - 1], 'saved');
  assert.deepEqual([...window.shelf.values()].filter(Boolean), []);
});

test('an interaction that was not kept is written again at the next visit', async () => {
  const window = view(lms({}, (what) => what === 'Commit'));
  const [question] = chapter().questions;
  const lost = new Scorm12Tracker(chapter(), window);
  await lost.start();
  lost.answered({ question, given: ['b'], right: true, seconds: 3, prompt: '', choiceTexts: [] });
  lost.finish(report());

  const api = lms();
  window.API = api;
  await new Scorm12Tracker(chapter(), window).start();
  assert.equal(api.values['cmi.interactions.0.id'], 'q1');
  assert.equal(api.values['cmi.interactions.0.result'], 'correct');
  const again = lms();
  window.API = again;
  await new Scorm12Tracker(chapter(), window).start();
  assert.equal(again.values['cmi.interactions.0.id'], undefined);
});

test('responses longer than 255 characters are cut, and suspend data longer than 4096 is not sent', async () => {
  const api = lms();
  const choices = Array.from({ length: 40 }, (_, index) => `choice-${index}`);
  const tracker = new Scorm12Tracker(chapter(), view(api));
  await tracker.start();
  const question = { ...chapter().questions[1], choices, correct: choices };
  tracker.answered({ question, given: choices, right: true, seconds: 3, prompt: '', choiceTexts: [] });
  assert.equal(api.values['cmi.interactions.0.student_response'].length, 255);
  tracker.save(report({ suspendData: '1'.repeat(4097) }), true);
  assert.equal(api.values['cmi.suspend_data'], undefined);
});
