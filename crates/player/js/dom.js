// Short ways to the document.

/**
 * The first such element of the page or of a part of it, which the templates have.
 * @template {Element} [E=HTMLElement] @param {string} selector @param {ParentNode} [within] @returns {E}
 */
function find(selector, within = document) {
  return /** @type {E} */ (within.querySelector(selector));
}

/** Every such element, in the document's order. @template {Element} [E=HTMLElement] @param {string} selector @param {ParentNode} [within] @returns {E[]} */
function all(selector, within = document) {
  return Array.from(within.querySelectorAll(selector));
}

/**
 * What around the target of an event matches, itself included.
 * @param {EventTarget | null} target @param {string} selector @returns {HTMLElement | null}
 */
function around(target, selector) {
  return target instanceof Element ? target.closest(selector) : null;
}

/**
 * @template {keyof (WindowEventMap & DocumentEventMap)} Type
 * @param {EventTarget} target @param {Type} type @param {(event: (WindowEventMap & DocumentEventMap)[Type]) => unknown} handle
 */
function listen(target, type, handle) {
  target.addEventListener(type, /** @type {EventListener} */ (handle));
}

/**
 * Adds an element at the end of another.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Element} parent @param {Tag} tag @param {string | null} [text] @returns {HTMLElementTagNameMap[Tag]}
 */
function add(parent, tag, text = '') {
  const element = parent.appendChild(document.createElement(tag));
  element.textContent = text;
  return element;
}
