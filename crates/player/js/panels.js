// What opens to show what it holds, on the screen and on paper.

/** What only some pages have begins with the page. @type {(() => void)[]} */
const STARTERS = [];

/** Opens whatever hides an element. @param {Element} element */
function reveal(element) {
  for (let outer = /** @type {Element | null} */ (element); outer; outer = outer.parentElement) {
    if (outer instanceof HTMLDetailsElement) outer.open = true;
    const tab = outer.getAttribute('role') === 'tabpanel' && document.getElementById(`${outer.id}-tab`);
    if (tab) tab.click();
  }
}

/** Prints the view on the screen, or the whole chapter, with all that opens open. */
function offerPrint() {
  /** What was closed. @type {HTMLDetailsElement[]} */
  let closed = [];
  /** @param {boolean} open */
  const openAll = (open) => {
    if (open) closed = all('details:not([open])');
    for (const details of closed) details.open = open;
  };
  listen(window, 'beforeprint', () => openAll(true));
  listen(window, 'afterprint', () => {
    openAll(false);
    delete document.body.dataset.print;
  });
  for (const button of all('button[data-print]')) {
    listen(button, 'click', () => {
      document.body.dataset.print = button.dataset.print;
      window.print();
    });
  }
}
