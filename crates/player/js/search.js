// Finds words in the chapter, whatever their accents and capitals.

/** @param {string} text */
function folded(text) {
  return text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/’/g, "'").replace(/œ/g, 'oe');
}

/** @param {string} query @returns {string[]} */
function wordsOf(query) {
  return folded(query).split(/\s+/).filter(Boolean);
}

/** Says how many were found. @param {Record<string, string>} words @param {number} count */
function foundText(words, count) {
  return count === 0 ? words.found_none : count === 1 ? words.found_one : fill(words.found_many, { count });
}

/** More results help nobody. */
const MOST_RESULTS = 30;
/** Characters shown before the first word that was found. */
const BEFORE = 40;

class Search {
  /** @param {HTMLElement} dialog @param {Record<string, string>} words @param {(element: HTMLElement) => void} go shows an element of the page */
  constructor(dialog, words, go) {
    this.words = words;
    this.go = go;
    this.list = /** @type {HTMLElement} */ (dialog.querySelector('[data-results]'));
    /** What can be found: made when it is first needed. @type {{ element: HTMLElement, title: string, text: string, plain: string }[]} */
    this.passages = [];
    const input = /** @type {HTMLInputElement} */ (dialog.querySelector('input'));
    input.addEventListener('input', () => {
      const count = this.show(wordsOf(input.value));
      /** @type {HTMLElement} */ (dialog.querySelector('[data-found]')).textContent = input.value.trim() ? foundText(words, count) : '';
    });
  }

  collect() {
    for (const view of document.querySelectorAll('[data-view]')) {
      const heading = view.querySelector('h2');
      for (const element of view.querySelectorAll('h2, h3, h4, .prose p, li, summary, td, dd, .summary p, [data-definition-text], figcaption')) {
        // A list's item holds its paragraphs: the innermost is the passage.
        if (element.querySelector('p, li') || element.closest('form[hidden], .pager, [data-results], dialog')) continue;
        const text = plainText(element);
        this.passages.push({ element: /** @type {HTMLElement} */ (element), title: heading ? plainText(heading) : '', text, plain: folded(text) });
      }
    }
  }

  /** @param {string[]} words @returns {number} how many passages hold them all */
  show(words) {
    if (this.passages.length === 0) this.collect();
    this.list.textContent = '';
    if (words.length === 0) return 0;
    const found = this.passages.filter(({ plain }) => words.every((word) => plain.includes(word)));
    for (const passage of found.slice(0, MOST_RESULTS)) {
      const link = this.list.appendChild(document.createElement('li')).appendChild(document.createElement('a'));
      link.href = `#${/** @type {Element} */ (passage.element.closest('[data-view]')).id}`;
      link.appendChild(document.createElement('strong')).textContent = passage.title;
      this.quote(link, passage, words[0]);
      link.addEventListener('click', (event) => {
        event.preventDefault();
        this.go(passage.element);
      });
    }
    return found.length;
  }

  /** Shows where in a passage the word stands. @param {HTMLElement} into @param {{ text: string, plain: string }} passage @param {string} word */
  quote(into, { text, plain }, word) {
    // Folding may change the length: then the place is about right, and nothing is marked.
    const at = plain.indexOf(word);
    const start = at > 2 * BEFORE ? text.lastIndexOf(' ', at - BEFORE) + 1 : 0;
    into.append(start > 0 ? '… ' : '', text.slice(start, at));
    const shown = text.slice(at, at + word.length);
    if (folded(shown) === word) into.appendChild(document.createElement('mark')).textContent = shown;
    else into.append(shown);
    const rest = text.slice(at + word.length);
    into.append(rest.length > 120 ? `${rest.slice(0, 100)}…` : rest);
  }
}

/** Keeps the terms of the lexicon that hold the words of a field. @param {Record<string, string>} words */
function filterLexicon(words) {
  const input = document.getElementById('lexicon-filter');
  const said = document.querySelector('[data-filtered]');
  if (!(input instanceof HTMLInputElement) || !said) return;
  input.addEventListener('input', () => {
    const wanted = wordsOf(input.value);
    let count = 0;
    for (const entry of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.entry'))) {
      const plain = folded(entry.textContent || '');
      entry.hidden = !wanted.every((word) => plain.includes(word));
      if (!entry.hidden) count += 1;
    }
    said.textContent = wanted.length > 0 ? foundText(words, count) : '';
  });
}
