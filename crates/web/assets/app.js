// What a page gains when script runs: partial updates, dialogs, pickers, kept typing.
// Each page is complete without this file. Written for Chromium 91; no eval, no library, no other origin.
'use strict';
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const on = (type, act, options) => document.addEventListener(type, act, options);
  const later = (act, wait) => { let timer; return (...args) => { clearTimeout(timer); timer = setTimeout(act, wait, ...args); }; };

  // --- A sentence at the foot of the window, with an optional way out.
  let toastShown;
  function toast(sentence, ...choices) {
    if (toastShown) toastShown.remove();
    const shown = toastShown = make('div', { class: 'toast', role: 'status' }, sentence);
    for (const [label, act] of choices) {
      const button = make('button', { type: 'button' }, label);
      button.onclick = () => { shown.remove(); act(); };
      shown.append(button);
    }
    document.body.append(shown);
    if (!choices.length) setTimeout(() => shown.remove(), 6000);
  }

  // --- Morph: make `from` like `to`, moving keyed children, keeping focus, typing, open details and dialogs.
  const keyOf = node => node.nodeType === 1 ? node.id || node.getAttribute('data-key') : '';
  function morphAttributes(from, to) {
    for (const { name, value } of [...to.attributes]) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    for (const { name } of [...from.attributes]) {
      if (to.hasAttribute(name) || name === 'open' && /^(DETAILS|DIALOG)$/.test(from.tagName)) continue;
      from.removeAttribute(name);
    }
  }
  function morph(from, to) {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) { from.replaceWith(document.importNode(to, true)); return; }
    if (from.nodeType !== 1) { if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue; return; }
    if (from.isEqualNode(to)) { settle(from, to); return; }
    if (from.hasAttribute('data-still')) return;
    morphAttributes(from, to);
    settle(from, to);
    if (from.tagName !== 'TEXTAREA') morphChildren(from, to);
  }
  // A control that the person is in keeps what they typed; any other takes what the server says.
  function settle(from, to) {
    if (from === document.activeElement) return;
    if (from.tagName === 'TEXTAREA') { if (from.defaultValue !== to.defaultValue) from.value = from.defaultValue = to.defaultValue; }
    else if (from.tagName === 'INPUT' && /^(checkbox|radio)$/.test(from.type)) { if (!from.matches('[data-row],[data-all]')) from.checked = to.checked; }
    else if (from.tagName === 'INPUT' && from.type !== 'file') { if (from.value !== to.value) from.value = to.value; }
    else if (from.tagName === 'SELECT') queueMicrotask(() => { if (!from.multiple && to.selectedOptions[0]) from.value = to.selectedOptions[0].value; });
    else if (from.children.length) for (const [i, child] of [...from.children].entries()) if (to.children[i]) settle(child, to.children[i]);
  }
  function morphChildren(from, to) {
    const keyed = new Map();
    for (const child of from.childNodes) if (keyOf(child)) keyed.set(keyOf(child), child);
    let place = from.firstChild;
    for (const wanted of [...to.childNodes]) {
      const key = keyOf(wanted);
      let found = key ? keyed.get(key) : place;
      if (!key) while (found && keyOf(found)) found = found.nextSibling;
      if (found && found.nodeName === wanted.nodeName) {
        if (found === place) place = place.nextSibling; else from.insertBefore(found, place);
        keyed.delete(key);
        morph(found, wanted);
      } else from.insertBefore(document.importNode(wanted, true), place);
    }
    while (place) { const next = place.nextSibling; place.remove(); place = next; }
  }

  // --- Live regions: elements with `data-live` and an id are exchanged without leaving the page.
  let running;
  async function visit(url, { push = true, quiet = false } = {}) {
    if (running) running.abort();
    const mine = running = new AbortController();
    const regions = all('[data-live][id]');
    if (!quiet) regions.forEach(region => region.classList.add('busy'));
    try {
      const answer = await fetch(url, { signal: mine.signal, headers: { Accept: 'text/html' }, credentials: 'same-origin' });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const pairs = regions.map(region => [region, page.getElementById(region.id)]);
      if (!answer.ok || pairs.some(([, fresh]) => !fresh)) { if (!quiet) location.assign(url); return; }
      for (const [region, fresh] of pairs) morph(region, fresh);
      if (!quiet) document.title = page.title;
      if (push) history.pushState({ live: 1 }, '', answer.url);
      furnish(document);
      document.dispatchEvent(new Event('live'));
    } catch (error) {
      if (error.name !== 'AbortError' && !quiet) toast('网络不通，内容没有更新。', ['重试', () => visit(url, { push })], ['知道了', () => {}]);
    } finally {
      if (running === mine) { running = null; all('.busy').forEach(region => region.classList.remove('busy')); }
    }
  }
  const here = url => url.origin === location.origin && url.pathname === location.pathname;
  function formUrl(form) {
    const url = new URL(form.getAttribute('action') || location.href, location.href);
    const typed = [...new FormData(form)].filter(([, value]) => typeof value === 'string' && value !== '');
    url.search = new URLSearchParams(typed);
    return url;
  }
  on('click', event => {
    const link = event.target.closest('[data-live] a[href]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.href);
    if (link.target || link.hasAttribute('download') || !here(url) || url.hash) return;
    event.preventDefault();
    visit(url.href);
  });
  const liveForm = form => form && form.method === 'get' && form.closest('[data-live]') && here(formUrl(form)) && form;
  on('change', event => { const form = liveForm(event.target.form); if (form && event.target.type !== 'search') visit(formUrl(form).href); });
  on('input', later(event => { const form = liveForm(event.target.form); if (form && event.target.type === 'search') visit(formUrl(form).href); }, 300));
  if (document.querySelector('[data-live]')) history.replaceState({ live: 1 }, '');
  addEventListener('popstate', event => { if (event.state && event.state.live) visit(location.href, { push: false }); });
  for (const region of all('[data-live][data-every]')) {
    setInterval(() => { if (!document.hidden && !running) visit(location.href, { push: false, quiet: true }); }, Math.max(5, +region.dataset.every) * 1000);
  }

  // --- Trying: a form with `data-try` says as it is typed what is wrong with it and what it would give; nothing is kept.
  const tryOut = later(async form => {
    const sent = new FormData(form), before = JSON.stringify([...sent]);
    sent.set('act', 'try');
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(sent), credentials: 'same-origin' });
      const place = document.getElementById(form.dataset.try);
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(form.dataset.try);
      // Whoever typed on meanwhile is asked about later.
      if (answer.ok && place && fresh && JSON.stringify([...new FormData(form)]) === before) { morph(place, fresh); furnish(place); }
    } catch { /* the button still tries it */ }
  }, 500);
  on('input', event => { const form = event.target.form; if (form && form.dataset.try) tryOut(form); });
  on('change', event => { const form = event.target.form; if (form && form.dataset.try) tryOut(form); });

  // --- Likeness: a form with `data-alike` tells, as it is typed, what was filed already; it hinders nothing.
  const liken = later(async form => {
    const url = new URL(form.dataset.alikeAt, location.href);
    for (const name of form.dataset.alike.split(' ')) url.searchParams.set(name, form.elements[name]?.value || '');
    try {
      const answer = await fetch(url, { credentials: 'same-origin' });
      const place = document.getElementById('alike');
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('alike');
      if (answer.ok && place && fresh) morph(place, fresh);
    } catch { /* the record's own page tells it too */ }
  }, 600);
  on('change', event => { const form = event.target.form; if (form && form.dataset.alike?.split(' ').includes(event.target.name)) liken(form); });

  // --- Sending: ask first where asked to, and only once.
  let asked;
  function ask(sentence, yes) {
    if (asked) asked.remove();
    const go = make('button', { class: 'btn main', type: 'button' }, '确定');
    const stay = make('button', { class: 'btn', type: 'button', 'data-close': '' }, '取消');
    asked = make('dialog', { 'aria-label': '请确认' }, make('p', { class: 'pad' }, sentence), make('div', { class: 'send' }, go, stay));
    go.onclick = () => { asked.close(); yes(); };
    document.body.append(asked);
    asked.showModal();
    go.focus();
  }
  on('submit', event => {
    const form = event.target, by = event.submitter;
    if (form.method === 'dialog') return;
    if (liveForm(form)) { event.preventDefault(); visit(formUrl(form).href); return; }
    if (form.method === 'get') return;
    const sentence = by && by.dataset.confirm || form.dataset.confirm;
    if (sentence && form.dataset.sure !== '1') {
      event.preventDefault();
      ask(sentence, () => { form.dataset.sure = '1'; form.requestSubmit(by || undefined); });
      return;
    }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    if (form.dataset.keep) sessionStorage.setItem('sent:' + form.dataset.keep, '1');
    // Whoever signs out leaves nothing that they typed to the next person at this screen.
    if (form.getAttribute('action') === '/sign-out') sessionStorage.clear();
    // After this turn, so that the pressed button's own name and value still travel.
    setTimeout(() => all('button:not([type=button])', form).forEach(button => { button.setAttribute('aria-disabled', 'true'); }));
    setTimeout(() => free(form), 8000);
  });
  function free(form) {
    delete form.dataset.sent; delete form.dataset.sure;
    all('button[aria-disabled]', form).forEach(button => button.removeAttribute('aria-disabled'));
  }
  addEventListener('pageshow', () => all('form').forEach(free));

  // --- Dialogs and menus.
  on('click', event => {
    const opener = event.target.closest('[data-dialog]');
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); return; }
    if (event.target.closest('[data-close]') || event.target.tagName === 'DIALOG') {
      const open = event.target.closest('dialog');
      if (open) { event.preventDefault(); open.close(); }
    }
    all('details.menu[open]').forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
    const fold = document.querySelector('.fold[open]');
    if (fold && !event.target.closest('.fold, .rail')) fold.open = false;
    if (event.target.closest('[data-fold]')) {
      const folded = document.body.classList.toggle('folded');
      document.cookie = 'rail=' + (folded ? 'folded' : 'open') + '; path=/; max-age=31536000; samesite=lax';
    }
    if (event.target.closest('[data-print]')) print();
  });
  on('keydown', event => {
    const typing = event.target.matches && event.target.matches('input, textarea, select, [contenteditable]');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const find = document.querySelector('.find input');
      if (find) { event.preventDefault(); find.focus(); find.select(); }
    }
    if (event.key === 'Escape') all('details.menu[open], .fold[open]').forEach(menu => { menu.open = false; menu.querySelector('summary').focus(); });
    if (event.key === 'Enter' && event.ctrlKey && event.target.tagName === 'TEXTAREA' && event.target.form) event.target.form.requestSubmit();
  });

  // --- Chosen rows: all, a range with Shift, and how many.
  let lastRow;
  function countRows(form) {
    const rows = all('input[data-row]', form), chosen = rows.filter(row => row.checked);
    rows.forEach(row => { const line = row.closest('tr'); if (line) line.classList.toggle('chosen', row.checked); });
    all('input[data-all]', form).forEach(box => { box.checked = rows.length > 0 && chosen.length === rows.length; box.indeterminate = chosen.length > 0 && chosen.length < rows.length; });
    all('.batch', form).forEach(bar => bar.classList.toggle('on', chosen.length > 0));
    all('[data-count]', form).forEach(place => { place.textContent = chosen.length; });
  }
  on('click', event => {
    const box = event.target;
    if (!box.matches || !box.matches('input[data-row], input[data-all]')) return;
    const form = box.form || box.closest('table'), rows = all('input[data-row]', form);
    if (box.matches('[data-all]')) rows.forEach(row => { row.checked = box.checked; });
    else if (event.shiftKey && lastRow && rows.includes(lastRow)) {
      const [a, b] = [rows.indexOf(lastRow), rows.indexOf(box)].sort((x, y) => x - y);
      rows.slice(a, b + 1).forEach(row => { row.checked = box.checked; });
    }
    if (box.matches('[data-row]')) lastRow = box;
    countRows(form);
  });

  // --- Kept typing: an unsent form survives a reload in this tab, and is offered back, never forced.
  const kept = key => { try { return JSON.parse(sessionStorage.getItem('keep:' + key)); } catch { return null; } };
  const keepable = field => field.name && !field.name.startsWith('_') && !/^(password|file|hidden|submit|button)$/.test(field.type);
  function typing(form) {
    return [...form.elements].filter(keepable).map(field => [field.name, field.value, /^(checkbox|radio)$/.test(field.type) ? field.checked : null]);
  }
  function restore(form, entries) {
    const left = entries.slice();
    for (const field of [...form.elements].filter(keepable)) {
      const choice = /^(checkbox|radio)$/.test(field.type);
      const at = left.findIndex(([name, value]) => name === field.name && (!choice || value === field.value));
      if (at < 0) continue;
      const [[, value, checked]] = left.splice(at, 1);
      if (choice) field.checked = checked; else field.value = value;
      field.dispatchEvent(new Event('restored', { bubbles: true }));
    }
  }
  const keep = later(form => { try { sessionStorage.setItem('keep:' + form.dataset.keep, JSON.stringify(typing(form))); } catch { /* no room left: the page still works */ } }, 400);
  on('input', event => { const form = event.target.form; if (form && form.dataset.keep) keep(form); });
  function offerKept(form) {
    const key = form.dataset.keep, entries = kept(key);
    if (!entries || form.hasAttribute('data-refused') || JSON.stringify(entries) === JSON.stringify(typing(form))) return;
    toast('上次填写的内容还没有提交。', ['恢复', () => restore(form, entries)], ['丢弃', () => sessionStorage.removeItem('keep:' + key)]);
  }
  function dropSent() {
    for (const name of Object.keys(sessionStorage).filter(name => name.startsWith('sent:'))) {
      const key = name.slice(5);
      const refused = all('form[data-keep]').some(form => form.dataset.keep === key && form.hasAttribute('data-refused'));
      if (!refused) sessionStorage.removeItem('keep:' + key);
      sessionStorage.removeItem(name);
    }
  }

  // --- A vote: how many questions are answered.
  on('input', event => {
    const form = event.target.form;
    if (!form || !form.dataset.fills) return;
    const filled = [...form.elements].filter(field => /^a\./.test(field.name) && (field.type === 'radio' ? field.checked && field.value : field.value.trim()));
    all('[data-filled]', form).forEach(place => { place.textContent = '已填 ' + filled.length + ' 项，共 ' + form.dataset.fills + ' 项'; });
  });

  // --- Files: names and sizes before sending, too large is said at once; dropping works on the frame.
  const size = bytes => bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB';
  function showFiles(input) {
    const frame = input.closest('.drop'), most = +input.dataset.max || Infinity;
    const tooBig = [...input.files].filter(file => file.size > most);
    input.setCustomValidity(tooBig.length ? `“${tooBig[0].name}”超过 ${size(most)}，请压缩或分开上传。` : '');
    if (!frame) return;
    all('ul', frame).forEach(list => list.remove());
    frame.append(make('ul', {}, ...[...input.files].map(file => make('li', {}, `${file.name}（${size(file.size)}）`))));
    if (tooBig.length) input.reportValidity();
  }
  on('dragover', event => { const frame = event.target.closest('.drop'); if (frame) { event.preventDefault(); frame.classList.add('over'); } });
  on('dragleave', event => { const frame = event.target.closest('.drop'); if (frame) frame.classList.remove('over'); });
  on('drop', event => {
    const frame = event.target.closest('.drop'), input = frame && frame.querySelector('input[type=file]');
    if (!input) return;
    event.preventDefault();
    frame.classList.remove('over');
    input.files = event.dataTransfer.files;
    showFiles(input);
  });

  // --- Pickers: a select with data-pick becomes a box searched by name and by pinyin initials.
  const says = (option, typed) => option.text.toLowerCase().includes(typed) || (option.dataset.py || '').toLowerCase().includes(typed);
  let pickers = 0;
  function picker(select) {
    const id = 'pick-' + ++pickers;
    const list = make('ul', { role: 'listbox', id, hidden: '' });
    const box = make('input', { type: 'text', role: 'combobox', autocomplete: 'off', 'aria-expanded': 'false', 'aria-controls': id, 'aria-autocomplete': 'list', placeholder: select.dataset.pick || '输入名称或拼音首字母' });
    const frame = make('div', { class: 'combo', 'data-still': '' }, box, list);
    for (const name of ['aria-describedby', 'aria-invalid']) if (select.hasAttribute(name)) box.setAttribute(name, select.getAttribute(name));
    select.before(frame);
    frame.append(select);
    select.classList.add('vh');
    select.tabIndex = -1;
    select.setAttribute('aria-hidden', 'true');
    box.id = select.id; select.id += '-select';
    let shown = [], at = -1;
    const current = () => select.selectedOptions[0] && select.value ? select.selectedOptions[0].text : '';
    const close = () => { list.hidden = true; at = -1; box.setAttribute('aria-expanded', 'false'); box.removeAttribute('aria-activedescendant'); };
    const mark = to => {
      at = to;
      all('[role=option]', list).forEach((item, i) => { item.setAttribute('aria-selected', i === at); if (i === at) { item.scrollIntoView({ block: 'nearest' }); box.setAttribute('aria-activedescendant', item.id); } });
    };
    const take = option => { select.value = option.value; box.value = current(); close(); select.dispatchEvent(new Event('change', { bubbles: true })); select.dispatchEvent(new Event('input', { bubbles: true })); };
    const show = () => {
      const typed = box.value === current() ? '' : box.value.trim().toLowerCase();
      const found = [...select.options].filter(option => option.value && says(option, typed));
      shown = found.slice(0, 50);
      list.replaceChildren(...shown.map((option, i) => {
        const item = make('li', { role: 'option', id: `${id}-${i}` }, option.text.trim());
        if (option.dataset.note) item.append(make('small', {}, option.dataset.note));
        item.onmousedown = event => { event.preventDefault(); take(option); };
        return item;
      }));
      if (!found.length) list.append(make('li', { class: 'none' }, '没有符合的，请换个说法'));
      if (found.length > 50) list.append(make('li', { class: 'none' }, `还有 ${found.length - 50} 个，请再输几个字`));
      list.hidden = false;
      box.setAttribute('aria-expanded', 'true');
      mark(shown.length && typed ? 0 : -1);
    };
    const ask = later(async () => {
      try {
        const answer = await fetch(select.dataset.from + encodeURIComponent(box.value.trim()), { credentials: 'same-origin' });
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(`<select>${await answer.text()}</select>`, 'text/html');
        const chosen = select.selectedOptions[0];
        select.replaceChildren(...(chosen ? [chosen] : []), ...all('option', fresh).filter(option => !chosen || option.value !== chosen.value));
        if (document.activeElement === box) show();
      } catch { toast('网络不通，暂时查不到。'); }
    }, 200);
    box.value = current();
    box.onfocus = () => { box.select(); show(); };
    box.oninput = () => { if (select.dataset.from) ask(); else show(); };
    box.onblur = () => { if (!box.value.trim()) select.value = ''; box.value = current(); close(); };
    box.onkeydown = event => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); if (list.hidden) show(); else if (shown.length) mark((at + (event.key === 'ArrowDown' ? 1 : -1) + shown.length) % shown.length); }
      else if (event.key === 'Enter' && !list.hidden) { event.preventDefault(); if (shown[at]) take(shown[at]); }
      else if (event.key === 'Escape' && !list.hidden) { event.stopPropagation(); box.value = current(); close(); }
    };
    select.addEventListener('restored', () => { box.value = current(); });
  }
  // A box in which a label is typed: labels that fit are offered by the server.
  let choosers = 0;
  function chooser(box) {
    const id = 'choose-' + ++choosers, many = box.hasAttribute('data-many');
    const list = make('ul', { role: 'listbox', id, hidden: '' });
    const frame = make('div', { class: 'combo', 'data-still': '' });
    box.before(frame);
    frame.append(box, list);
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': id, 'aria-autocomplete': 'list' })) box.setAttribute(name, value);
    let at = -1, asked = 0;
    const typed = () => many ? box.value.split(/[、,，;；]/).pop().trim() : box.value.trim();
    const items = () => all('[role=option]', list);
    const close = () => { list.hidden = true; at = -1; box.setAttribute('aria-expanded', 'false'); box.removeAttribute('aria-activedescendant'); };
    const mark = to => {
      at = to;
      items().forEach((item, i) => { item.setAttribute('aria-selected', i === at); if (i === at) { item.scrollIntoView({ block: 'nearest' }); box.setAttribute('aria-activedescendant', item.id); } });
    };
    const take = label => {
      const before = many ? box.value.split(/[、,，;；]/).slice(0, -1).map(part => part.trim()).filter(part => part && part !== label) : [];
      box.value = [...before, label].join('、') + (many ? '、' : '');
      close();
      box.dispatchEvent(new Event('input', { bubbles: true, cancelable: true }));
      close();
    };
    const show = choices => {
      list.replaceChildren(...choices.map((choice, i) => {
        const item = make('li', { role: 'option', id: `${id}-${i}` }, choice.label);
        if (choice.note) item.append(make('small', {}, choice.note));
        item.onmousedown = event => { event.preventDefault(); taken = true; take(choice.label); };
        return item;
      }));
      if (!choices.length) list.append(make('li', { class: 'none' }, '没有符合的，请换个说法'));
      list.hidden = false;
      box.setAttribute('aria-expanded', 'true');
      mark(choices.length && typed() ? 0 : -1);
    };
    let taken = false;
    const ask = later(async () => {
      const mine = ++asked;
      try {
        const answer = await fetch(box.dataset.choose + '&q=' + encodeURIComponent(typed()), { credentials: 'same-origin' });
        if (!answer.ok) return;
        const { choices } = await answer.json();
        if (mine === asked && document.activeElement === box) show(choices);
      } catch { toast('网络不通，暂时查不到。'); }
    }, 150);
    box.addEventListener('focus', () => { if (!typed() || many) ask(); });
    box.addEventListener('input', () => { if (taken) { taken = false; return; } ask(); });
    box.addEventListener('blur', () => { asked += 1; if (many) box.value = box.value.replace(/[、\s]+$/, ''); close(); });
    box.addEventListener('keydown', event => {
      const count = items().length;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); if (list.hidden) ask(); else if (count) mark((at + (event.key === 'ArrowDown' ? 1 : -1) + count) % count); }
      else if (event.key === 'Enter' && !list.hidden) { event.preventDefault(); if (items()[at]) { taken = true; take(items()[at].firstChild.textContent); } }
      else if (event.key === 'Escape' && !list.hidden) { event.stopPropagation(); close(); }
    });
  }
  // A list of boxes to tick, narrowed by a word.
  function narrow(box) {
    const typed = box.value.trim().toLowerCase();
    all('li', box.parentNode).forEach(item => item.classList.toggle('off', typed !== '' && !(item.textContent.toLowerCase().includes(typed) || (item.dataset.py || '').includes(typed))));
  }
  function tally(many) {
    const place = many.querySelector('output'), chosen = all('input:checked', many).map(box => box.parentNode.textContent.trim());
    if (place) place.textContent = chosen.length ? `已选 ${chosen.length} 个：${chosen.slice(0, 6).join('、')}${chosen.length > 6 ? '等' : ''}` : '尚未选择';
  }

  // --- Rows of a child table: one more without a round trip.
  on('click', event => {
    const more = event.target.closest('[data-add-row]');
    const body = more && document.querySelector(`#${CSS.escape(more.dataset.addRow)} tbody`);
    if (!body || !body.lastElementChild) return;
    event.preventDefault();
    const row = body.lastElementChild.cloneNode(true), next = body.children.length;
    all('[name]', row).forEach(field => {
      field.name = field.name.replace(/\.\d+\./, `.${next}.`);
      field.id = field.id && field.id.replace(/\.\d+\./, `.${next}.`);
      field.removeAttribute('aria-invalid');
      if (field.type === 'checkbox') field.checked = false; else if (field.tagName === 'SELECT') field.selectedIndex = 0; else field.value = '';
    });
    all('.wrong', row).forEach(sentence => sentence.remove());
    row.firstElementChild.textContent = next + 1;
    body.append(row);
    const first = row.querySelector('input, select');
    if (first) first.focus();
  });

  on('input', event => {
    const field = event.target;
    if (field.tagName === 'TEXTAREA' && field.scrollHeight > field.clientHeight) field.style.height = Math.min(field.scrollHeight + 2, innerHeight * .7) + 'px';
    if (field.matches('.many > input')) narrow(field);
    const many = field.closest('.many');
    if (many) tally(many);
  });
  on('change', event => { if (event.target.type === 'file') showFiles(event.target); });

  function furnish(within) {
    all('select[data-pick]', within).forEach(select => { if (!select.closest('.combo')) picker(select); });
    all('input[data-choose]', within).forEach(box => { if (!box.closest('.combo')) chooser(box); });
    all('.scroll > .heat, .pad > .chart:not(.dots)', within).forEach(wide => { wide.parentElement.scrollLeft = wide.scrollWidth; });
    all('form', within).forEach(form => { if (form.querySelector('input[data-row]')) countRows(form); });
  }
  furnish(document);
  dropSent();
  all('form[data-keep]').forEach(offerKept);
  addEventListener('offline', () => toast('网络已断开，填写的内容会留在本页。'));
})();
