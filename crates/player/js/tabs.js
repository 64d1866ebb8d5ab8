// Panels one at a time.

/** Shows panels one at a time below a row of their titles. @param {Element} group */
function makeTabs(group) {
  const panels = /** @type {HTMLElement[]} */ (Array.from(group.children));
  const list = document.createElement('div');
  list.className = 'tablist';
  list.setAttribute('role', 'tablist');
  const tabs = panels.map((panel) => {
    const tab = add(list, 'button');
    const title = find('.panel-title', panel);
    tab.type = 'button';
    tab.id = `${panel.id}-tab`;
    tab.textContent = title.textContent;
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', panel.id);
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', tab.id);
    panel.tabIndex = 0;
    title.hidden = true;
    listen(tab, 'click', () => select(tab));
    return tab;
  });
  /** @param {HTMLElement} chosen */
  const select = (chosen) => {
    tabs.forEach((tab, place) => {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      panels[place].hidden = tab !== chosen;
    });
  };
  listen(list, 'keydown', (event) => {
    const place = tabs.findIndex((tab) => tab === event.target);
    const last = tabs.length - 1;
    const next = { ArrowRight: place < last ? place + 1 : 0, ArrowLeft: place > 0 ? place - 1 : last, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    select(tabs[next]);
    tabs[next].focus();
  });
  group.prepend(list);
  select(tabs[0]);
}

STARTERS.push(() => all('[data-tabs]').forEach(makeTabs));
