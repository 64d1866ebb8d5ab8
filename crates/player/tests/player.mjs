// Runs the player's scripts in a bare context, as a page joins them, and gives what they define.

import { readFileSync } from 'node:fs';
import vm from 'node:vm';

/**
 * @param {string[]} names files of js/, each after those it uses
 * @param {Record<string, unknown>} [globals] what a browser has beyond the language
 */
export function load(names, globals = {}) {
  const source = names.map((name) => readFileSync(new URL(`../js/${name}.js`, import.meta.url), 'utf8')).join('\n');
  const defined = [...source.matchAll(/^(?:async )?(?:function|class|const) (\w+)/gm)].map(([, name]) => name);
  return vm.runInNewContext(`${source}\n({ ${defined.join(', ')} })`, { ...globals });
}

/** A chapter of two lessons and two questions. */
export function chapter(changes = {}) {
  return {
    format: 1,
    language: 'fr',
    course: 'justice',
    courseTitle: 'Formation sur la justice',
    courseActivity: 'https://example.org/justice',
    chapter: 'spip',
    title: 'Le SPIP',
    version: '1.0.0',
    activity: 'https://example.org/justice/spip',
    passMark: 0.7,
    attempts: 2,
    completion: { lessons: 2, quiz: 'answered', seconds: 0 },
    retakes: 0,
    score: 'best',
    revocable: false,
    shuffledChoices: false,
    shuffledQuestions: false,
    pools: [],
    feedbackAtEnd: false,
    ordered: false,
    lessons: [
      { id: 'roles', key: 11, activity: 'https://example.org/justice/spip/roles', title: 'Rôles' },
      { id: 'people', key: 12, activity: 'https://example.org/justice/spip/people', title: 'Personnes' },
    ],
    questions: [
      { id: 'q1', key: 21, revision: 1, lesson: 'people', activity: 'https://example.org/q1', kind: 'single', choices: ['a', 'b', 'c'], correct: ['b'], weight: 1 },
      { id: 'q2', key: 22, revision: 1, lesson: 'people', activity: 'https://example.org/q2', kind: 'multiple', choices: ['a', 'b', 'c'], correct: ['a', 'c'], weight: 3 },
    ],
    words: {},
    ...changes,
  };
}
