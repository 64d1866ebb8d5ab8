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
class Printer {
  constructor() {
    /** What was closed. @type {HTMLDetailsElement[]} */
    this.closed = [];
    listen(window, 'beforeprint', () => {
      this.closed = all('details:not([open])');
      for (const details of this.closed) details.open = true;
    });
    listen(window, 'afterprint', () => {
      for (const details of this.closed) details.open = false;
      delete document.body.dataset.print;
    });
    for (const button of all('button[data-print]')) {
      listen(button, 'click', () => {
        document.body.dataset.print = button.dataset.print;
        window.print();
      });
    }
  }
}
