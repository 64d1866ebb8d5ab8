// How the learner wants to read: colours, size, spacing, letters, motion; kept in this browser for every chapter.

const LOOK = 'cartable:look';

/** Shows the page as the learner set it, before anything is drawn. @returns {Record<string, string>} what is set */
function applyLook() {
  const root = document.documentElement;
  /** @type {Record<string, string>} */
  let look = {};
  try {
    look = JSON.parse(localStorage.getItem(LOOK) || '{}');
  } catch {
    // Forbidden, or not ours: the page is as its author made it.
  }
  for (const [name, value] of Object.entries(look)) root.dataset[name] = value;
  return look;
}

/** Lets the learner set it. @param {HTMLElement} dialog */
function offerLook(dialog) {
  const look = applyLook();
  for (const input of dialog.querySelectorAll('input')) {
    input.checked = input.value === (look[input.name] || '');
    input.addEventListener('change', () => {
      const { dataset } = document.documentElement;
      if (input.value) look[input.name] = dataset[input.name] = input.value;
      else {
        delete look[input.name];
        delete dataset[input.name];
      }
      new Shelf(() => localStorage, '').set(LOOK, JSON.stringify(look));
    });
  }
}

/** Runs once the document is there; if it fails, the page is what it is without scripts. @param {() => Promise<void>} start */
function whenParsed(start) {
  const run = () => start().catch((error) => {
    document.documentElement.className = '';
    throw error;
  });
  if (document.readyState === 'loading') listen(document, 'DOMContentLoaded', run);
  else run();
}

applyLook();
