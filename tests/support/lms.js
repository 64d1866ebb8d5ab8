// An LMS of a few lines around scorm-again: it keeps what the last commit sent, and gives it to the next launch.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from './cartable.js';
import { site } from './site.js';

const VERSIONS = {
  scorm12: {
    runtime: 'scorm12.js',
    page: { constructor: 'Scorm12API', object: 'API', prefix: 'LMS' },
    /** What an LMS gives back at the next launch: interactions are write-only, and the session begins anew. */
    resumed: ({ suspend_data, core: { session_time, exit, ...core } }) => ({
      suspend_data, core: { ...core, entry: exit === 'suspend' ? 'resume' : '' },
    }),
    learner: { core: { student_id: 'zoe' } },
  },
  scorm2004: {
    runtime: 'scorm2004.js',
    page: { constructor: 'Scorm2004API', object: 'API_1484_11', prefix: '' },
    // Nothing is given back unless the exit was a suspension.
    resumed: ({ session_time, exit, interactions, ...cmi }) => ({
      ...(exit === 'suspend' ? cmi : {}), entry: exit === 'suspend' ? 'resume' : '',
    }),
    learner: { learner_id: 'zoe' },
  },
};

/** One level of objects in objects is all there is. */
function merge(one, other) {
  const merged = { ...one, ...other };
  if (one.core && other.core) merged.core = { ...one.core, ...other.core };
  return merged;
}

/** An LMS that plays a package. */
export async function lms(t, version, files) {
  const { runtime, page, resumed, learner } = VERSIONS[version];
  const received = {
    /** Every call of the API. */
    calls: [],
    /** What each commit sent. */
    commits: [],
    /** What the last commit sent. */
    cmi: null,
    /** Elements that the next launch has beside those. */
    launch: {},
    /** The page that the resource names. */
    page: 'index.html',
    /** What the item adds to the address of the page. */
    parameters: '',
    /** The session is lost: commits fail. */
    lost: false,
    named: (name) => received.calls.filter((call) => call.name === name).sort((a, b) => a.sequence - b.sequence),
    /** The values that an element was set to, in order. */
    sets: (element) => received.named('SetValue').filter(({ given }) => given[0] === element).map(({ given }) => given[1]),
    /** What the last commit says of the interactions. */
    interactions: () => Object.values(received.cmi.interactions.childArray || received.cmi.interactions),
  };
  const pages = new Map([
    ['lms.html', await readFile(join(ROOT, 'tests/lms/scorm.html'))],
    ['scorm-again.js', await readFile(join(ROOT, 'tests/node_modules/scorm-again/dist', runtime))],
  ]);
  for (const [name, bytes] of files) pages.set(`package/${name}`, bytes);
  const url = await site(t, pages, (path, body) => {
    if (path === 'launch') return { ...page, page: received.page, parameters: received.parameters, cmi: [received.cmi ? resumed(received.cmi) : {}, learner, received.launch].reduce(merge) };
    if (path === 'call') received.calls.push(JSON.parse(body));
    else if (path === 'commit') {
      if (received.lost) return { result: false, errorCode: 101 };
      const { cmi } = JSON.parse(body);
      received.commits.push(cmi);
      received.cmi = cmi;
    } else return undefined;
    return { result: true, errorCode: 0 };
  });
  return { url: `${url}/lms.html`, received };
}

/** Launches the package: the LMS's page, and the frame that shows the chapter. */
export async function launch(opened, url) {
  const page = await opened.newPage();
  await page.goto(url);
  const view = page.frame({ url: /\/package\// }) || (await page.waitForEvent('frameattached'), page.frames()[1]);
  await view.locator('html.scripted').waitFor();
  return { page, view };
}
