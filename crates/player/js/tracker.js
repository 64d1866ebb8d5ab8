// What the page asks of a tracker, and what trackers share.

/**
 * @typedef {'saved' | 'saving' | 'not_saved' | 'no_lms' | 'read_only'} SaveState
 *
 * @typedef {'completed' | 'passed' | 'failed' | 'scored'} Achievement what a tracker is told once; a score, after each quiz taken again
 *
 * @typedef {object} Entry how a session begins
 * @property {string} suspendData of an earlier session, or ''
 * @property {string} [name] the learner's, as the LMS gives it
 * @property {string} [languages] that the learner prefers, as tags with commas between them
 *
 * @typedef {object} ProgressReport where the learner stands
 * @property {string} suspendData
 * @property {LessonData | null} lesson the current one
 * @property {number} share of the chapter done, 0 to 1
 * @property {Outcome} outcome
 * @property {number} seconds spent in this session
 * @property {number} totalSeconds spent in all sessions
 *
 * @typedef {object} Interaction a question answered
 * @property {QuestionData} question
 * @property {string[]} given the answer
 * @property {boolean} right
 * @property {number} seconds from the question's appearance to the answer
 * @property {string} prompt what the learner read
 * @property {string[]} choiceTexts what the learner read, in the order of `question.choices`
 * @property {string[]} pairTexts what goes with each, in the same order
 *
 * @typedef {object} Tracker what the page tells an LMS or an LRS
 * @property {(state: SaveState) => void} onState called when what is saved changes
 * @property {number} suspendLimit characters of suspend data that are kept
 * @property {boolean} [hasCoursePage] whether the package of a whole course has a page that leads to its chapters
 * @property {string} [returnUrl] where to go when the learner leaves; empty when there is nowhere to go
 * @property {(report: ProgressReport) => void} [leave] ends the session and goes there
 * @property {() => Promise<Entry>} start begins the session; never fails
 * @property {(lesson: LessonData, report: ProgressReport) => void} seen a lesson was seen for the first time
 * @property {(interaction: Interaction) => void} answered a question was answered
 * @property {(outcome: Outcome, event: Achievement, report: ProgressReport) => void} achieved
 * @property {(report: ProgressReport, milestone: boolean) => void} save keeps where the learner stands: a milestone at once
 * @property {(report: ProgressReport) => void} hide the page may not come back: keep what there is
 * @property {(report: ProgressReport) => void} finish the page goes away
 */

/** Delays in milliseconds: before what is no milestone is kept, and between tries to keep what was refused. */
const SAVE_DELAY = 3000;
const RETRY_FIRST = 2000;
const RETRY_LAST = 60000;

/** Storage that may be forbidden (private windows, sandboxed frames): then it forgets. */
class Shelf {
  /** @param {() => Storage} open @param {string} prefix */
  constructor(open, prefix) {
    this.open = open;
    this.prefix = prefix;
  }

  /** @param {string} name @returns {string} '' when there is none */
  get(name) {
    try {
      return this.open().getItem(this.prefix + name) || '';
    } catch {
      return '';
    }
  }

  /** @param {string} name @param {string} value '' removes it */
  set(name, value) {
    try {
      if (value) this.open().setItem(this.prefix + name, value);
      else this.open().removeItem(this.prefix + name);
    } catch {
      // Full or forbidden: there is nowhere else to put it.
    }
  }
}

/** @param {number} seconds @returns {string} ISO 8601, to the hundredth of a second */
function isoDuration(seconds) {
  return `PT${Math.round(Math.max(0, seconds) * 100) / 100}S`;
}

/** The better of two suspend data: that of the longer time spent, unless only one can be read. @param {string} one @param {string} other */
function fresher(one, other) {
  const first = decodeSuspendData(one);
  const second = decodeSuspendData(other);
  if (!first || !second) return second ? other : one || other;
  return second.seconds > first.seconds ? other : one;
}
