// A term of the lexicon opens its definition in place.

class TermDefinitions {
  /** @param {Document} document @param {string} closeLabel */
  constructor(document, closeLabel) {
    this.document = document;
    this.closeLabel = closeLabel;
    /** @type {HTMLElement | null} */
    this.term = null;
    /** @type {HTMLElement | null} */
    this.note = null;
    for (const term of document.querySelectorAll('a.term')) {
      term.setAttribute('role', 'button');
      term.setAttribute('aria-expanded', 'false');
    }
    document.addEventListener('click', (event) => this.clicked(event));
    document.addEventListener('keydown', (event) => this.pressed(event));
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
    const definition = this.document.querySelector(`[data-definition="${id}"] [data-definition-text]`);
    if (!definition) return;
    // The term stands inside a paragraph: only inline elements may follow it there.
    const note = this.document.createElement('span');
    note.className = 'definition';
    note.id = `definition-${id}`;
    note.setAttribute('role', 'note');
    for (const paragraph of definition.children) {
      const line = note.appendChild(this.document.createElement('span'));
      line.className = 'definition-line';
      line.innerHTML = paragraph.innerHTML;
    }
    const button = note.appendChild(this.document.createElement('button'));
    button.type = 'button';
    button.textContent = this.closeLabel;
    button.addEventListener('click', () => {
      this.close();
      term.focus();
    });
    term.after(note);
    term.setAttribute('aria-expanded', 'true');
    term.setAttribute('aria-controls', note.id);
    this.term = term;
    this.note = note;
    this.place(term, note);
  }

  /** Keeps the note inside the column, below the line of its term; on a phone, where it lies at the bottom of the screen,
   * keeps the term above it. @param {HTMLElement} term @param {HTMLElement} note */
  place(term, note) {
    const column = term.closest('.prose');
    if (!column) return;
    const edge = column.getBoundingClientRect();
    const lines = term.getClientRects();
    const line = lines[lines.length - 1];
    const left = Math.min(line.left - edge.left, edge.width - note.offsetWidth);
    note.style.left = `${Math.max(0, left)}px`;
    note.style.top = `${line.bottom - edge.top + 6}px`;
    const covered = line.bottom - note.getBoundingClientRect().top;
    if (getComputedStyle(note).position === 'fixed' && covered > 0) window.scrollBy(0, covered + 6);
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
