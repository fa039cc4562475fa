// What a page says while something is under way: pressed, loading, uploading, without a connection. Pages work without it.
(() => {
  const doc = document;
  const $ = (selector, from = doc) => from.querySelector(selector);
  const late = 1_000;
  const longestPause = 30_000;

  // A line at the top edge once a page or a region takes longer than a second.
  const bar = $('#busy');
  let timer;
  const begin = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (bar) bar.hidden = false;
    }, late);
  };
  const end = () => {
    clearTimeout(timer);
    if (bar) bar.hidden = true;
  };
  doc.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey)
      return;
    if (link.hasAttribute('download') || link.target || link.origin !== location.origin) return;
    if (link.pathname === location.pathname && link.search === location.search) return;
    begin();
  });

  const regionOf = (event) => event.detail?.ctx?.target ?? event.target;
  // What is looked at again by itself is not what a person waits for.
  const isAsked = (event) => event.target.getAttribute?.('hx-trigger')?.startsWith('every') !== true;
  doc.addEventListener('htmx:before:request', (event) => {
    if (!isAsked(event)) return;
    begin();
    regionOf(event)?.setAttribute?.('aria-busy', 'true');
  });
  doc.addEventListener('htmx:finally:request', (event) => {
    regionOf(event)?.removeAttribute?.('aria-busy');
    end();
  });

  // Without a connection nothing is cleared: a line says since when, and it is tried again after 1, 2, 4 … 30 s.
  const line = $('#offline');
  let isOff = false;
  const answers = () =>
    fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(10_000) }).then(
      () => true,
      () => false,
    );
  const setOff = (off) => {
    if (!line || isOff === off) return;
    isOff = off;
    line.hidden = !off;
    doc.documentElement.classList.toggle('offline', off);
    if (!off) return;
    const time = $('time', line);
    const { zone: timeZone } = time.dataset;
    const format = { timeStyle: 'medium', hourCycle: 'h23', timeZone };
    time.textContent = new Intl.DateTimeFormat(doc.documentElement.lang, format).format();
  };
  const watch = async (pause = late) => {
    if (await answers()) return setOff(false);
    setOff(true);
    setTimeout(watch, pause, Math.min(pause * 2, longestPause));
  };
  const suspect = () => {
    if (!isOff) void watch();
  };
  addEventListener('offline', suspect);
  doc.addEventListener('htmx:error', suspect);

  // A form that was sent keeps its width and says that it works; a second press does nothing. Without a connection it stays as it
  // is: whether there is one is asked when a field is entered, so that it is known when the form is to leave. Fields may be called
  // `action` or `method`: the attributes are asked.
  let isAsking = false;
  doc.addEventListener('focusin', async ({ target }) => {
    if (isAsking || isOff || target.form?.getAttribute('method') !== 'post') return;
    isAsking = true;
    if (!(await answers())) suspect();
    isAsking = false;
  });
  const press = (form, button) => {
    form.dataset.sent = 'pressed';
    begin();
    if (!button) return;
    button.style.minWidth = `${button.offsetWidth}px`;
    button.classList.add('busy');
    const word = button.dataset.busy ?? (button.matches('.btn:not(:has(*))') ? bar?.dataset.word : undefined);
    if (!word) return;
    button.dataset.word = button.textContent;
    button.textContent = word;
  };
  const restore = (form) => {
    delete form.dataset.sent;
    // Buttons of a list's selection stand outside of their form.
    for (const button of doc.querySelectorAll('.busy')) {
      if (button.form !== form) continue;
      button.classList.remove('busy');
      if (button.dataset.word) button.textContent = button.dataset.word;
    }
    end();
  };
  addEventListener('pageshow', () => {
    for (const form of doc.querySelectorAll('form[data-sent]')) restore(form);
    end();
  });

  // An upload shows how much of it is there, then that it is checked, and can be stopped.
  const megabytes = (bytes) =>
    new Intl.NumberFormat(doc.documentElement.lang, { maximumFractionDigits: 1 }).format(bytes / 1e6);
  const upload = (form, submitter) => {
    const shown = $('#upload')?.content.firstElementChild.cloneNode(true);
    if (!shown) return false;
    const request = new XMLHttpRequest();
    const address = new URL(submitter?.getAttribute('formaction') ?? form.getAttribute('action'), location.href).href;
    const progress = $('progress', shown);
    const text = $('span', shown);
    form.append(shown);
    const leave = () => {
      shown.remove();
      restore(form);
    };
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      progress.value = total > 0 ? loaded / total : 0;
      text.textContent = `${megabytes(loaded)} / ${megabytes(total)} MB`;
    });
    request.upload.addEventListener('load', () => {
      progress.removeAttribute('value');
      text.textContent = shown.dataset.checking;
    });
    request.addEventListener('error', () => {
      leave();
      suspect();
    });
    request.addEventListener('abort', leave);
    request.addEventListener('load', () => {
      if (request.responseURL !== address) return location.assign(request.responseURL);
      const answer = new DOMParser().parseFromString(request.responseText, 'text/html');
      const main = $('main', answer);
      if (!main) return location.reload();
      doc.title = answer.title;
      $('main').replaceWith(main);
      end();
      main.focus();
    });
    $('button', shown).addEventListener('click', () => request.abort());
    request.open('POST', address);
    request.send(new FormData(form, submitter));
    return true;
  };

  doc.addEventListener('submit', (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented) return;
    if (form.getAttribute('method') !== 'post') {
      if (!form.closest('dialog')) begin();
      return;
    }
    // One that answers with a file leaves its page as it is, and is sent again for the next file.
    if ('again' in form.dataset) return;
    if (form.dataset.sent) return event.preventDefault();
    if (isOff || !navigator.onLine) {
      event.preventDefault();
      return suspect();
    }
    press(form, submitter);
    if (form.enctype === 'multipart/form-data' && upload(form, submitter)) event.preventDefault();
  });
})();
