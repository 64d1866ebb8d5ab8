// SCORM 1.2.

/** @type {Dialect} */
const SCORM12 = {
  object: 'API',
  prefix: 'LMS',
  end: 'Finish',
  learner: 'cmi.core.student_id',
  language: 'cmi.student_preference.language',
  mode: 'cmi.core.lesson_mode',
  suspendLimit: 4096,
};
const SCORM12_STRING_LIMIT = 255;
/** What may replace what: never a downgrade, but for a pass that the author lets be lost. */
const SCORM12_RANKS = ['not attempted', 'browsed', 'incomplete', 'failed', 'completed', 'passed'];

/** @param {number} seconds @returns {string} HHHH:MM:SS.cc */
function scorm12Time(seconds) {
  const hundredths = Math.min(Math.round(Math.max(0, seconds) * 100), 9999 * 360000 + 359999);
  /** @param {number} value @param {number} size */
  const pad = (value, size) => String(value).padStart(size, '0');
  const whole = Math.floor(hundredths / 100);
  return `${pad(Math.floor(whole / 3600), 4)}:${pad(Math.floor(whole / 60) % 60, 2)}:${pad(whole % 60, 2)}.${pad(hundredths % 100, 2)}`;
}

class Scorm12Tracker extends ScormTracker {
  /** @param {PageData} page @param {Window} view */
  constructor(page, view) {
    super(page, view, SCORM12, 'scorm12');
    this.status = '';
  }

  get scope() {
    return 'cmi.core.';
  }

  begin() {
    this.status = this.get('cmi.core.lesson_status') || 'not attempted';
    // Finish over `not attempted` would store `completed`.
    this.setStatus('incomplete');
    // Kept after completion too: who comes back finds the chapter as it was left.
    this.set('cmi.core.exit', 'suspend');
  }

  /** @param {Interaction} interaction */
  answered({ question, given, right, seconds }) {
    const now = new Date();
    /** @param {number} value */
    const two = (value) => String(value).padStart(2, '0');
    const kind = kindOf(question);
    /** @param {string} text */
    const cut = (text) => onOneLine(text).slice(0, SCORM12_STRING_LIMIT);
    this.record([
      ['id', question.id],
      // A long text has no type of its own here.
      ['type', kind.standardType.replace('long-', '')],
      ['time', `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`],
      .../** @type {[string, string][]} */ (kind.patterns(question, true).map((pattern, index) => [`correct_responses.${index}.pattern`, cut(pattern)])),
      ['weighting', String(question.weight)],
      ['student_response', cut(kind.asResponse(given, true))],
      ['result', !isScored(question) ? 'neutral' : right ? 'correct' : 'wrong'],
      ['latency', scorm12Time(seconds)],
    ]);
  }

  /** @param {ProgressReport} report */
  writeOutcome(report) {
    const { outcome, lesson } = report;
    if (lesson) this.set('cmi.core.lesson_location', lesson.id);
    const score = this.newScore(report);
    if (score !== null) {
      this.set('cmi.core.score.min', '0');
      this.set('cmi.core.score.max', '100');
      if (this.set('cmi.core.score.raw', String(score))) this.score = score;
    }
    this.set('cmi.core.session_time', scorm12Time(report.seconds));
    if (outcome.success !== null) this.setStatus(outcome.success ? 'passed' : 'failed');
    else if (outcome.complete && this.isFinal(outcome)) this.setStatus('completed');
  }

  /** @param {string} status */
  setStatus(status) {
    /** @param {string} name */
    const height = (name) => SCORM12_RANKS.indexOf(name);
    const isLost = this.page.revocable && this.status === 'passed' && status === 'failed';
    if ((isLost || height(status) > height(this.status)) && this.set('cmi.core.lesson_status', status)) this.status = status;
  }
}
