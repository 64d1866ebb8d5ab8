// SCORM 2004, third and fourth edition.

/** @type {Dialect} */
const SCORM2004 = {
  object: 'API_1484_11',
  prefix: '',
  end: 'Terminate',
  learner: 'cmi.learner_id',
  language: 'cmi.learner_preference.language',
  mode: 'cmi.mode',
  suspendLimit: 64000,
};
const SCORM2004_DESCRIPTION_LIMIT = 250;

/** A time as every LMS takes it: with two decimals of a second. @param {Date} date */
function scorm2004Time(date) {
  return date.toISOString().replace(/\.(\d\d)\dZ$/, '.$1Z');
}

class Scorm2004Tracker extends ScormTracker {
  /** @param {PageData} page @param {Window} view */
  constructor(page, view) {
    super(page, view, SCORM2004, 'scorm2004');
    this.complete = false;
    this.success = '';
  }

  begin() {
    this.complete = this.get('cmi.completion_status') === 'completed';
    this.success = this.get('cmi.success_status');
    if (!this.complete) this.set('cmi.completion_status', 'incomplete');
    // Without it nothing is given back at the next entry; kept after completion too.
    this.set('cmi.exit', 'suspend');
  }

  /** @param {Interaction} interaction */
  answered({ question, given, right, seconds, prompt }) {
    const kind = kindOf(question);
    this.record([
      ['id', question.id],
      // The type comes before the responses, whose format it decides.
      ['type', kind.standardType],
      ['description', prompt.slice(0, SCORM2004_DESCRIPTION_LIMIT)],
      ['timestamp', scorm2004Time(new Date())],
      .../** @type {[string, string][]} */ (kind.patterns(question, false).map((pattern, index) => [`correct_responses.${index}.pattern`, pattern])),
      ['weighting', String(question.weight)],
      ['learner_response', onOneLine(kind.asResponse(given, false))],
      ['result', !isScored(question) ? 'neutral' : right ? 'correct' : 'incorrect'],
      ['latency', isoDuration(seconds)],
    ]);
  }

  /** @param {ProgressReport} report */
  writeOutcome(report) {
    const { outcome, lesson } = report;
    if (lesson) this.set('cmi.location', lesson.id);
    const score = this.newScore(report);
    if (score !== null) {
      this.set('cmi.score.min', '0');
      this.set('cmi.score.max', '100');
      this.set('cmi.score.scaled', String(Math.round(score * 100) / 10000));
      if (this.set('cmi.score.raw', String(score))) this.score = score;
    }
    this.set('cmi.progress_measure', String(Math.round(report.share * 10000) / 10000));
    this.set('cmi.session_time', isoDuration(report.seconds));
    // Passed is taken back only where the author says so; failed may still become passed.
    const success = outcome.success === null ? '' : outcome.success ? 'passed' : 'failed';
    if (success && success !== this.success && (this.page.revocable || this.success !== 'passed') && this.set('cmi.success_status', success)) this.success = success;
    const done = outcome.complete && this.isFinal(outcome);
    if (done && !this.complete && this.set('cmi.completion_status', 'completed')) this.complete = true;
  }
}
