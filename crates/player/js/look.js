// How the learner wants to read: colours, size, spacing, letters, motion; kept in this browser for every chapter.

const LOOK = 'cartable:look';

/** @returns {Shelf} where it is kept */
function lookShelf() {
  return new Shelf(() => localStorage, '');
}

/** Shows the page as the learner set it, before anything is drawn. @returns {Record<string, string>} what is set */
function applyLook() {
  try {
    const look = JSON.parse(lookShelf().get(LOOK) || '{}');
    for (const [name, value] of Object.entries(look)) document.documentElement.dataset[name] = value;
    return look;
  } catch {
    // Not ours: the page is as its author made it.
    return {};
  }
}

/** Lets the learner set it. @param {HTMLElement} dialog */
function offerLook(dialog) {
  const look = applyLook();
  for (const input of /** @type {HTMLInputElement[]} */ (all('input', dialog))) {
    input.checked = input.value === (look[input.name] || '');
    listen(input, 'change', () => {
      const { dataset } = document.documentElement;
      if (input.value) look[input.name] = dataset[input.name] = input.value;
      else {
        delete look[input.name];
        delete dataset[input.name];
      }
      lookShelf().set(LOOK, JSON.stringify(look));
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
