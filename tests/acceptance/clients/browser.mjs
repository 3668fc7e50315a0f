// Hostile pages, our own page and a page of an allowed origin, in a real browser.

import { chromium } from 'playwright-core';
import { attack } from './attacks.mjs';
import { KEY, URL as KEYWAY } from './cases.mjs';

const { BROWSER, BROWSER_PROFILE, LOGIN_LINK, PAGES, KEY_ID } = process.env;
const COOKIE = 'keyway_admin_session';
const port = new URL(KEYWAY).port;
const pagesPort = new URL(PAGES).port;

const context = await chromium.launchPersistentContext(BROWSER_PROFILE, {
  executablePath: BROWSER,
  headless: true,
  chromiumSandbox: false,
  args: [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // What the browser itself would keep a page from is not what is tested here.
    '--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessRespectPreflightResults',
    '--host-resolver-rules=MAP evil.example 127.0.0.1, MAP friend.example 127.0.0.1, MAP rebound.example 127.0.0.1',
  ],
});

/** What an attacking page sent to Keyway, and how it was answered. */
let attacker = null;
let answers = [];
context.on('response', (answer) => {
  const { port: asked, pathname } = new URL(answer.url());
  const request = answer.request();
  // A window with our own page in it goes on by itself; what counts is that it was opened.
  const isAttack = request.isNavigationRequest() || request.frame().page() === attacker;
  if (asked !== port || !isAttack) return;
  answers.push({ method: request.method(), path: pathname, status: answer.status(), kind: request.resourceType() });
});

const tell = (result) => console.log(JSON.stringify(result));

async function play(name, address, target, key) {
  attacker = await context.newPage();
  await attacker.goto(address);
  answers = [];
  const attempts = await attacker.evaluate(attack, { target, key, keyId: KEY_ID });
  await attacker.waitForLoadState('networkidle');
  // Pages of another origin cannot be closed by the page that opened them.
  for (const page of context.pages()) await page.close();
  await context.newPage();
  tell({ case: name, attempts, answers });
}

async function playAll() {
  // A rebound name: the page came from its owner's server, then the name was made to mean this machine.
  const rebound = `http://rebound.example:${port}`;
  await context.route(`${rebound}/attack`, (route) => route.fulfill({ contentType: 'text/html', body: '<body>' }));
  const pages = [
    ['another port', `http://127.0.0.1:${pagesPort}/page`, KEYWAY],
    ['another host', `http://evil.example:${pagesPort}/page`, KEYWAY],
    ['localhost', `http://localhost:${pagesPort}/page`, `http://localhost:${port}`],
    ['no origin', 'data:text/html,<body>', KEYWAY],
    ['rebound', `${rebound}/attack`, rebound],
  ];
  for (const [name, address, target] of pages) {
    await play(`${name}, key unknown`, address, target, null);
    await play(`${name}, key known`, address, target, KEY);
  }
  const page = await context.newPage();
  await page.goto(`${KEYWAY}/`);
  const session = await page.evaluate(async () => (await fetch('/admin/session')).json());
  tell({ case: 'afterwards', via: session.via });
}

/** As the UI does it: by the cookie, with the token that only our own page can read. */
async function administer(target) {
  const session = await (await fetch(`${target}/admin/session`)).json();
  const made = await fetch(`${target}/admin/llm/groups`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-keyway-csrf': session.csrf_token },
    body: JSON.stringify({ group_id: 'made-by-our-page', name: 'Ours' }),
  });
  return { via: session.via, made: made.status };
}

async function converse({ target, key }) {
  const answer = await fetch(`${target}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'poet', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  return { status: answer.status, answer: await answer.json(), id: answer.headers.get('x-keyway-request-id') };
}

async function login() {
  const page = await context.newPage();
  await page.goto(LOGIN_LINK);
  const [session] = (await context.cookies(KEYWAY)).filter(({ name }) => name === COOKIE);
  const { value } = session;
  for (const domain of ['localhost', 'rebound.example']) {
    await context.addCookies([{ name: COOKIE, value, domain, path: '/', httpOnly: true, sameSite: 'Strict' }]);
  }
  await page.close();
  tell({ case: 'login', cookie: { http_only: session.httpOnly, same_site: session.sameSite } });
}

async function control() {
  const page = await context.newPage();
  await page.goto(`${KEYWAY}/`);
  tell({ case: 'own page', ...(await page.evaluate(converse, { target: KEYWAY, key: KEY })), ...(await page.evaluate(administer, KEYWAY)) });
  await page.goto(`http://friend.example:${pagesPort}/page`);
  tell({ case: 'friend', ...(await page.evaluate(converse, { target: KEYWAY, key: KEY })) });
  await page.close();
  await play('own page, attacking', `${KEYWAY}/`, KEYWAY, KEY);
}

tell({ case: 'client', version: (await import('playwright-core/package.json', { with: { type: 'json' } })).default.version });
await login();
if (process.env.PLAY === 'control') await control();
else await playAll();
await context.close();
