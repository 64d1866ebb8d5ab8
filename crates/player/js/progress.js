// What the learner has done in this chapter, and what it amounts to. No document and no LMS here.

/**
 * @typedef {{ id: string, key: number, activity: string, title: string }} LessonData
 * @typedef {object} QuestionData
 * @property {string} id
 * @property {number} key
 * @property {number} revision
 * @property {string} lesson
 * @property {string} activity
 * @property {'single' | 'multiple' | 'true-false' | 'likert' | 'sequencing' | 'matching' | 'fill-in' | 'numeric' | 'long-answer'} kind
 * @property {string[]} choices
 * @property {string[]} correct the right answer; of a text, each that is right; of a number, the least and the most
 * @property {boolean} [case] whether capitals count
 * @property {boolean} [accents] whether accents count
 * @property {number} weight
 * @property {number} [pool] the pool it is drawn from, by its place
 *
 * @typedef {object} PageData what the build tells the page
 * @property {number} format
 * @property {string} language
 * @property {string[]} languages that the interface can speak as well
 * @property {string} course
 * @property {string} courseTitle
 * @property {string} courseActivity
 * @property {string} chapter
 * @property {string} title
 * @property {string} version
 * @property {string} activity
 * @property {number | null} passMark
 * @property {number | null} attempts
 * @property {{ lessons: number, quiz: 'answered' | 'passed' | 'ignored', seconds: number }} completion what must be done: so many lessons, the quiz, so much time
 * @property {number} retakes how many times the quiz may be taken again
 * @property {'best' | 'last'} score which take of the quiz counts
 * @property {boolean} revocable whether a take that fails makes a chapter failed that was passed
 * @property {boolean} shuffledChoices whether each take has the choices in an order of its own
 * @property {boolean} shuffledQuestions whether each take has the questions that follow each other in an order of its own
 * @property {number[]} pools how many questions are drawn from each
 * @property {boolean} feedbackAtEnd whether the learner is told what was right only once every question is answered
 * @property {string} [whole] the page that knows all chapters, when the package holds the whole course
 * @property {boolean} ordered whether a lesson opens only once those before it were seen
 * @property {LessonData[]} lessons
 * @property {QuestionData[]} questions
 * @property {Record<string, string>} words
 * @property {string} [unit] the lesson that is launched alone
 * @property {boolean} [muted] whether the learner prefers no sound
 *
 * @typedef {object} Outcome
 * @property {boolean} complete what the author asks for is done
 * @property {boolean | null} success null without a pass mark, or while it is open
 * @property {number} score 0 to 1
 */

/** Bytes of a typed text that suspend data keeps whatever else it holds; where there is room it keeps all of it. */
const TEXT_KEPT = 200;

class Progress {
  /**
   * @param {PageData} page
   * @param {string} suspended suspend data of an earlier session, or ''
   */
  constructor(page, suspended) {
    this.page = page;
    const data = suspended ? decodeSuspendData(suspended) : null;
    /** Whether an earlier session could not be read. */
    this.damaged = suspended !== '' && data === null;
    this.flags = data ? data.flags : 0;
    this.seed = data ? data.seed : Math.floor(Math.random() * 0x10000);
    /** Takes of the quiz before this one. */
    this.takes = data ? data.takes : 0;
    /** The score that counts of these, 0 to 1. @type {number | null} */
    this.kept = data ? data.kept : null;
    this.earlierSeconds = data ? data.seconds : 0;
    /** @type {LessonData | null} */
    this.lesson = (data && page.lessons.find((lesson) => lesson.key === data.location)) || null;
    /** @type {Set<number>} */
    this.seen = new Set();
    /** @type {Map<number, Answer>} */
    this.answers = new Map();
    if (data) {
      for (const lesson of page.lessons) if (data.seen.has(lesson.key)) this.seen.add(lesson.key);
      for (const question of page.questions) {
        const answer = data.answers.get(question.key);
        // A question that has changed since is asked again.
        if (answer && answer.revision === question.revision) this.answers.set(question.key, answer);
      }
    }
    /** The questions of this take. @type {QuestionData[]} */
    this.questions = this.drawn();
    for (const key of this.answers.keys()) if (!this.questions.some((question) => question.key === key)) this.answers.delete(key);
  }

  /** The questions of this take: from a pool first those that are answered, so that an edit of the pool takes none away. */
  drawn() {
    const { questions, pools } = this.page;
    /** @param {QuestionData} question */
    const place = ({ key }) => (this.answers.has(key) ? -1 : rank(this.seed, key));
    const chosen = pools.map((draw, pool) => {
      const members = questions.filter((question) => question.pool === pool);
      return members.sort((one, other) => place(one) - place(other)).slice(0, draw);
    });
    return questions.filter((question) => question.pool === undefined || chosen[question.pool].includes(question));
  }

  /** Whether the quiz may be taken again. */
  mayRetake() {
    return this.takes < this.page.retakes && this.isOver() && this.reached() < 1;
  }

  /** Begins the quiz anew, with other questions and another order where the author asks for that. */
  retake() {
    this.kept = this.score();
    this.takes += 1;
    this.seed = Math.floor(Math.random() * 0x10000);
    this.answers.clear();
    this.questions = this.drawn();
  }

  /** @param {LessonData} lesson @returns {boolean} whether it is seen for the first time */
  see(lesson) {
    if (this.seen.has(lesson.key)) return false;
    this.seen.add(lesson.key);
    return true;
  }

  /**
   * @param {QuestionData} question
   * @param {string[]} choices the answer
   * @returns {boolean} whether they are the right ones
   */
  answer(question, choices) {
    const right = kindOf(question).accepts(question, choices);
    const earlier = this.answers.get(question.key);
    this.answers.set(question.key, {
      revision: question.revision,
      tries: Math.min(127, (earlier ? earlier.tries : 0) + 1),
      right: right || (earlier ? earlier.right : false),
      given: kindOf(question).pack(question, choices),
    });
    return right;
  }

  /** @param {QuestionData} question @returns {string[]} the last try */
  given(question) {
    const answer = this.answers.get(question.key);
    return answer ? kindOf(question).unpack(question, answer.given) : [];
  }

  /** @param {QuestionData} question @returns {number} tries left, Infinity without a limit, 0 once right */
  triesLeft(question) {
    const answer = this.answers.get(question.key);
    if (answer && answer.right) return 0;
    if (this.page.attempts === null) return Infinity;
    return Math.max(0, this.page.attempts - (answer ? answer.tries : 0));
  }

  /** @returns {number} the share of lessons seen and questions answered, 0 to 1; a quiz taken again takes nothing away */
  share() {
    const all = this.page.lessons.length + this.questions.length;
    const answered = this.kept === null ? this.answers.size : this.questions.length;
    return all === 0 ? 1 : (this.seen.size + answered) / all;
  }

  /** Whether every question of this take is answered. */
  isOver() {
    return this.answers.size === this.questions.length;
  }

  /** @returns {number} the score of this take, 0 to 1 */
  reached() {
    let total = 0;
    let reached = 0;
    for (const { key, weight } of this.questions) {
      const answer = this.answers.get(key);
      total += weight;
      if (answer && answer.right) reached += weight;
    }
    if (total > 0) return reached / total;
    return this.seen.size >= this.page.completion.lessons && this.isOver() ? 1 : 0;
  }

  /** @returns {number} the score that counts, 0 to 1: under `last`, a take counts once it is over */
  score() {
    if (this.kept === null) return this.reached();
    if (this.page.score === 'last') return this.isOver() ? this.reached() : this.kept;
    return Math.max(this.kept, this.reached());
  }

  /** @param {number} [seconds] spent in this session @returns {Outcome} */
  outcome(seconds = 0) {
    const { passMark, completion, revocable, retakes } = this.page;
    const score = this.score();
    const hasPassed = (this.flags & PASSED) !== 0;
    const passed = passMark !== null && (score >= passMark - 1e-9 || (hasPassed && !revocable));
    const quiz = { answered: this.kept !== null || this.isOver(), passed, ignored: true }[completion.quiz];
    const complete = this.seen.size >= completion.lessons && quiz && this.earlierSeconds + seconds >= completion.seconds;
    // While a question can still be tried again, or the quiz taken again, not having passed is not having failed.
    const triable = this.questions.some((question) => isScored(question) && this.triesLeft(question) > 0);
    const open = !this.isOver() || triable || (!hasPassed && this.takes < retakes);
    const success = passMark === null ? null : passed ? complete || null : open ? null : false;
    return { complete, success, score };
  }

  /** Whether the learner may be told what was right. */
  tells() {
    return !this.page.feedbackAtEnd || this.isOver();
  }

  /** The first lesson that the learner may not open yet, by its place. @returns {number} */
  locked() {
    const { lessons, ordered } = this.page;
    const unseen = lessons.findIndex((lesson) => !this.seen.has(lesson.key));
    return ordered && unseen >= 0 ? unseen + 1 : Infinity;
  }

  /** @param {number} seconds spent in this session @param {number} [limit] characters that are kept @returns {string} */
  suspend(seconds, limit = Infinity) {
    const encode = (/** @type {number} */ bytes) => encodeSuspendData({
      flags: this.flags,
      seed: this.seed,
      takes: this.takes,
      kept: this.kept,
      seconds: this.earlierSeconds + seconds,
      location: this.lesson ? this.lesson.key : 0,
      seen: this.seen,
      answers: new Map(Array.from(this.answers, ([key, answer]) => [key, { ...answer, given: answer.given.slice(0, bytes) }])),
    });
    // Only typed texts are as long: they lose their ends, all at the same length, until everything fits.
    let text = encode(Infinity);
    for (let bytes = 16 * TEXT_KEPT; text.length > limit && bytes >= TEXT_KEPT; bytes /= 2) text = encode(bytes);
    return text;
  }
}
