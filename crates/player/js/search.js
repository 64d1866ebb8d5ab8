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
    this.list = find('[data-results]', dialog);
    /** What can be found: made when it is first needed. @type {{ element: HTMLElement, title: string, text: string, plain: string }[]} */
    this.passages = [];
    const input = /** @type {HTMLInputElement} */ (find('input', dialog));
    // Before the first key, and after the window is drawn.
    listen(input, 'focus', () => setTimeout(() => this.collect()));
    listen(input, 'input', () => {
      const count = this.show(wordsOf(input.value));
      find('[data-found]', dialog).textContent = input.value.trim() ? foundText(words, count) : '';
    });
  }

  collect() {
    if (this.passages.length > 0) return;
    for (const view of all('[data-view]')) {
      const heading = find('h2', view);
      for (const element of all('h2, h3, h4, .prose p, li, summary, td, dd, .summary p, [data-definition-text], figcaption', view)) {
        // A list's item holds its paragraphs: the innermost is the passage.
        if (find('p, li', element) || element.closest('form[hidden], .pager, [data-results], dialog')) continue;
        const text = plainText(element);
        this.passages.push({ element: /** @type {HTMLElement} */ (element), title: heading ? plainText(heading) : '', text, plain: folded(text) });
      }
    }
  }

  /** @param {string[]} words @returns {number} how many passages hold them all */
  show(words) {
    this.collect();
    this.list.textContent = '';
    if (words.length === 0) return 0;
    const found = this.passages.filter(({ plain }) => words.every((word) => plain.includes(word)));
    for (const passage of found.slice(0, MOST_RESULTS)) {
      const link = add(add(this.list, 'li'), 'a');
      link.href = `#${/** @type {Element} */ (passage.element.closest('[data-view]')).id}`;
      add(link, 'strong', passage.title);
      this.quote(link, passage, words[0]);
      listen(link, 'click', (event) => {
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
    if (folded(shown) === word) add(into, 'mark', shown);
    else into.append(shown);
    const rest = text.slice(at + word.length);
    into.append(rest.length > 120 ? `${rest.slice(0, 100)}…` : rest);
  }
}

/** Keeps the terms of the lexicon that hold the words of a field. @param {Record<string, string>} words */
function filterLexicon(words) {
  const input = find('#lexicon-filter');
  const said = find('[data-filtered]');
  if (!(input instanceof HTMLInputElement) || !said) return;
  listen(input, 'input', () => {
    const wanted = wordsOf(input.value);
    let count = 0;
    for (const entry of all('.entry')) {
      const plain = folded(entry.textContent || '');
      entry.hidden = !wanted.every((word) => plain.includes(word));
      if (!entry.hidden) count += 1;
    }
    said.textContent = wanted.length > 0 ? foundText(words, count) : '';
  });
}
