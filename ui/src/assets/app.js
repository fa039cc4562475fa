// Small helpers on top of plain links and forms; every page works without this file.
(() => {
  const doc = document;
  const root = doc.documentElement;
  root.classList.add('js');
  const $ = (selector, from = doc) => from.querySelector(selector);
  const $$ = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const inField = (target) => target.closest?.('input, select, textarea, [contenteditable], dialog[open]');

  // Selection: the box in the head takes the page, shift takes a range, the count follows.
  const count = (panel) => {
    const picks = $$('.pick', panel);
    const chosen = picks.filter((pick) => pick.checked).length;
    const whole = $('.pick-all', panel);
    if (whole) {
      whole.checked = chosen > 0 && chosen === picks.length;
      whole.indeterminate = chosen > 0 && chosen < picks.length;
    }
    for (const out of $$('[data-count]', panel)) out.textContent = new Intl.NumberFormat(root.lang).format(chosen);
  };
  let last;
  doc.addEventListener('click', (event) => {
    const pick = event.target.closest?.('.pick');
    if (!pick) return;
    const panel = pick.closest('.panel');
    const picks = $$('.pick', panel);
    if (event.shiftKey && last && picks.includes(last)) {
      const [from, to] = [picks.indexOf(last), picks.indexOf(pick)].sort((a, b) => a - b);
      for (const other of picks.slice(from, to + 1)) other.checked = pick.checked;
    }
    last = pick;
    count(panel);
  });
  doc.addEventListener('change', (event) => {
    const whole = event.target.closest?.('.pick-all');
    if (whole) {
      const panel = whole.closest('.panel');
      for (const pick of $$('.pick', panel)) pick.checked = whole.checked;
      count(panel);
    }
    if (event.target.matches?.('[data-submit]')) event.target.form.requestSubmit();
  });

  // Menus close on Escape and on a press outside; the toast closes by its button.
  const closeMenus = (except) => {
    for (const menu of $$('details.pop[open]')) if (menu !== except) menu.open = false;
  };
  doc.addEventListener('click', (event) => {
    closeMenus(event.target.closest?.('details.pop'));
    const closer = event.target.closest?.('[data-close]');
    if (closer) (closer.closest('dialog') ?? closer.closest('.toast'))?.remove();
    const print = event.target.closest?.('[data-print]');
    if (print) {
      event.preventDefault();
      window.print();
    }
    const copy = event.target.closest?.('[data-copy]');
    if (copy)
      void navigator.clipboard?.writeText($(copy.dataset.copy)?.textContent ?? '').then(() => {
        copy.textContent = copy.dataset.done;
      });
  });

  // Palette: the search page in a dialog.
  const palette = $('#palette');
  const moveIn = (step) => {
    const links = $$('.results a', palette);
    const at = links.findIndex((link) => link.getAttribute('aria-selected') === 'true');
    const next = links[(at + step + links.length) % links.length];
    for (const link of links) link.setAttribute('aria-selected', String(link === next));
    const field = $('input', palette);
    field.setAttribute('aria-expanded', String(links.length > 0));
    if (next) field.setAttribute('aria-activedescendant', next.id);
    else field.removeAttribute('aria-activedescendant');
    next?.scrollIntoView({ block: 'nearest' });
  };
  let asked = 0;
  const ask = async (input) => {
    asked += 1;
    const mine = asked;
    const url = `${palette.dataset.url}?q=${encodeURIComponent(input.value)}`;
    const answer = await fetch(url, { headers: { 'HX-Request-Type': 'partial' } }).catch(() => undefined);
    if (!answer?.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const results = $('.results', palette);
    results.replaceChildren(...page.body.childNodes);
    // A list box of groups and options: the one that is chosen and how many there are is read out while the focus stays in the field.
    for (const [at, group] of $$(':scope > div:not(.empty)', results).entries()) {
      const name = $('h2', group);
      name.id = `found-${at}`;
      name.setAttribute('role', 'presentation');
      group.setAttribute('role', 'group');
      group.setAttribute('aria-labelledby', name.id);
    }
    for (const [at, link] of $$('a', results).entries()) {
      link.id = `option-${at}`;
      link.setAttribute('role', 'option');
      link.tabIndex = -1;
    }
    const count = $('[data-found]', results);
    $('[role=status]', palette).textContent = count?.textContent ?? '';
    count?.remove();
    moveIn(1);
  };
  if (palette?.showModal) {
    let timer;
    palette.addEventListener('input', (event) => {
      clearTimeout(timer);
      timer = setTimeout(ask, 120, event.target);
    });
    palette.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        moveIn(event.key === 'ArrowDown' ? 1 : -1);
      } else if (event.key === 'Escape') {
        // The browser would only empty the field.
        event.preventDefault();
        palette.close();
        // Without an element to go back to, the focus stays in the closed dialog until the next frame, and takes the next key.
        if (palette.contains(doc.activeElement)) doc.activeElement.blur();
      } else if (event.key === 'Enter') {
        const chosen = $('a[aria-selected="true"]', palette);
        if (chosen) {
          event.preventDefault();
          // With Ctrl beside its list, where it has a panel.
          location.assign((event.ctrlKey && chosen.dataset.beside) || chosen.href);
        }
      }
    });
  }
  const openPalette = () => {
    if (!palette?.showModal) return $('.bar .find input')?.focus();
    palette.showModal();
    $('input', palette).select();
  };

  // Keys: / search, f filter, j k rows or what the open panel shows, o open, x select, a the way to the action, ? help. By their letter, else
  // by their place where the layout has no Latin letter there, so they work on every layout. Idle in fields; a preference switches single keys off.
  let row = -1;
  const toRow = (step) => {
    const rows = $$('main :is(tbody tr:not(.group, .open), .item)').filter((line) => $('a', line));
    if (rows.length === 0) return;
    row = Math.min(rows.length - 1, Math.max(0, row + step));
    $('a', rows[row]).focus();
  };
  const current = () => doc.activeElement?.closest?.('tr, .item');
  const keyOf = ({ code, key, shiftKey }) => {
    if (code === 'Slash') return shiftKey ? '?' : '/';
    return code.startsWith('Key') && !shiftKey && !/^[a-z]$/i.test(key) ? code.at(-1).toLowerCase() : key;
  };
  const keys = {
    '/': openPalette,
    f: () => $('main .find input')?.focus(),
    j: () => ($('.side') ? $('.side [rel="next"]')?.click() : toRow(1)),
    k: () => ($('.side') ? $('.side [rel="prev"]')?.click() : toRow(-1)),
    o: () => current()?.querySelector('a')?.click(),
    x: () => current()?.querySelector('.pick')?.click(),
    a: () => $('.side .act :is(a.btn, button, summary)')?.focus() ?? current()?.querySelector('.btn')?.focus(),
    '?': () => $('#keys')?.showModal?.(),
  };
  doc.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && keyOf(event).toLowerCase() === 'k') {
      event.preventDefault();
      return openPalette();
    }
    if (event.key === 'Escape') {
      const menu = $('details.pop[open]');
      closeMenus();
      if (menu) return menu.querySelector('summary').focus();
      // The link leads back to the row; a dialog and a field close first.
      return inField(event.target) ? undefined : $('.side [data-shut]')?.click();
    }
    if (root.dataset.keys === 'off' || event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
    const act = keys[event.key] ?? keys[keyOf(event)];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // After a swap the counts are right again and a region that asks for it is announced.
  doc.addEventListener('htmx:after:swap', () => {
    for (const panel of $$('.panel:has(.pick)')) count(panel);
    const live = $('#live');
    const said = $('[data-announce]')?.dataset.announce;
    if (live && said && live.textContent !== said) live.textContent = said;
  });
  // A progress stream that ended shows the page of the next step.
  doc.addEventListener('done', () => location.reload());
  for (const panel of $$('.panel:has(.pick)')) count(panel);
})();
