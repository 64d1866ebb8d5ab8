// A term of the lexicon opens its definition in place.

/** So long the mouse rests on a term before it opens, in milliseconds. */
const HOVER = 600;
/** The narrowest margin that takes a note, in the note's own text size. */
const MARGIN = 12;

class TermDefinitions {
  /** @param {Document} document */
  constructor(document) {
    this.document = document;
    /** @type {HTMLElement | null} */
    this.term = null;
    /** @type {HTMLElement | null} */
    this.note = null;
    /** The window's width when it opened. */
    this.windowWidth = 0;
    /** Until what the mouse rests on opens. */
    this.hovered = 0;
    for (const term of all('a.term')) {
      term.setAttribute('role', 'button');
      term.setAttribute('aria-expanded', 'false');
    }
    listen(document, 'click', (event) => this.clicked(event));
    listen(document, 'mouseover', ({ target }) => {
      clearTimeout(this.hovered);
      const term = around(target, 'a.term');
      if (term && term !== this.term) this.hovered = setTimeout(() => this.open(term), HOVER);
    });
    // A phone that hides its address bar changes the height alone.
    listen(window, 'resize', () => innerWidth === this.windowWidth || this.close());
    listen(document, 'keydown', (event) => this.pressed(event));
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const term = /** @type {HTMLElement | null} */ (target.closest('a.term'));
    if (term) {
      event.preventDefault();
      if (term === this.term) this.close();
      else this.open(term);
    } else if (this.note && !this.note.contains(target)) this.close();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.key === 'Escape' && this.term) {
      const term = this.term;
      this.close();
      term.focus();
    } else if (event.key === ' ' && /** @type {Element} */ (event.target).matches('a.term')) {
      event.preventDefault();
      /** @type {HTMLElement} */ (event.target).click();
    }
  }

  /** @param {HTMLElement} term */
  open(term) {
    this.close();
    const id = term.dataset.term || '';
    const definition = find(`[data-definition="${id}"] [data-definition-text]`);
    if (!definition) return;
    // The term stands inside a paragraph: only inline elements may follow it there.
    const note = document.createElement('span');
    note.className = 'definition';
    note.id = `definition-${id}`;
    note.setAttribute('role', 'note');
    for (const paragraph of definition.children) {
      const line = add(note, 'span');
      line.className = 'definition-line';
      line.innerHTML = paragraph.innerHTML;
    }
    const button = add(note, 'button');
    button.type = 'button';
    button.textContent = find('[data-close]').textContent;
    listen(button, 'click', () => {
      this.close();
      term.focus();
    });
    term.after(note);
    term.setAttribute('aria-expanded', 'true');
    term.setAttribute('aria-controls', note.id);
    this.term = term;
    this.note = note;
    this.windowWidth = innerWidth;
    this.place(term, note);
  }

  /** Puts the note into the margin, beside the line of its term; without a margin it is a sheet at the bottom of the screen,
   * and the term is kept above it. @param {HTMLElement} term @param {HTMLElement} note */
  place(term, note) {
    const column = term.closest('.prose');
    if (!column) return;
    const edge = column.getBoundingClientRect();
    const [line] = term.getClientRects();
    const room = /** @type {Element} */ (column.closest('main')).getBoundingClientRect().right - edge.right - 48;
    if (room > MARGIN * parseFloat(getComputedStyle(note).fontSize)) {
      note.classList.add('is-beside');
      note.style.width = `${Math.min(room, 320)}px`;
      note.style.top = `${line.top - edge.top}px`;
      return;
    }
    const covered = line.bottom - note.getBoundingClientRect().top;
    if (covered > 0) window.scrollBy(0, covered + 6);
  }

  close() {
    if (this.note) this.note.remove();
    if (this.term) {
      this.term.setAttribute('aria-expanded', 'false');
      this.term.removeAttribute('aria-controls');
    }
    this.term = this.note = null;
  }
}
