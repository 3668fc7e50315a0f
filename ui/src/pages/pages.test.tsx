import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { refusal } from '@/lib/testing/fakeGateway';
import { openPage } from '@/lib/testing/render';
import { aGroup, aKey, aLogEntry, aPreset, aProvider, stockedGateway } from '@/lib/testing/stock';

const KEYS = '/admin/llm/groups/default/keys';
const PROVIDERS = '/admin/llm/groups/default/providers';

test('who is not signed in gets the login, and after it the page asked for', async () => {
  let isIn = false;
  const gateway = stockedGateway()
    .on('GET /admin/session', () => (isIn ? { csrf_token: 'c' } : refusal(401, 'login')))
    .on('POST /admin/login', ({ body }) => {
      isIn = (body as { token: string }).token === 'right';
      return isIn ? { csrf_token: 'c' } : refusal(401, 'Invalid admin token.');
    });
  const { user, router } = openPage('/keys', gateway);
  await user.type(await screen.findByLabelText('Admin token'), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText('Invalid admin token.')).toBeTruthy();
  await user.clear(screen.getByLabelText('Admin token'));
  await user.type(screen.getByLabelText('Admin token'), 'right');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByRole('heading', { name: 'Keys' })).toBeTruthy();
  expect(router.state.location.pathname).toBe('/keys');
});

test('one choice on the overview switches what a key answers with', async () => {
  const gateway = stockedGateway();
  let current: string | null = 'sonnet';
  gateway
    .on(`GET ${KEYS}`, () => ({ keys: [aKey({ current_route: current })] }))
    .on('PATCH /admin/llm/keys/k1', ({ body }) => {
      current = (body as { current_route: string }).current_route;
      return { ok: true };
    });
  const { user } = openPage('/overview', gateway);
  const select = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Current route of laptop' });
  await within(select).findByRole('option', { name: 'haiku' });
  await user.selectOptions(select, 'haiku');
  expect(gateway.asked('PATCH /admin/llm/keys/k1')[0]).toMatchObject({
    body: { current_route: 'haiku' },
    csrf: 'csrf-1',
  });
  await waitFor(() => expect(select.value).toBe('haiku'));
});

test('a switch that fails is told, and the choice goes back', async () => {
  const gateway = stockedGateway()
    .on(`GET ${KEYS}`, () => ({ keys: [aKey({ current_route: 'sonnet' })] }))
    .on('PATCH /admin/llm/keys/k1', () => refusal(500, 'internal error'));
  const { user } = openPage('/overview', gateway);
  const select = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Current route of laptop' });
  await within(select).findByRole('option', { name: 'haiku' });
  await user.selectOptions(select, 'haiku');
  expect(await screen.findByText(/look for req-1 in the gateway's log/)).toBeTruthy();
  expect(select.value).toBe('sonnet');
});

test('a provider is made from a preset in three steps', async () => {
  const gateway = stockedGateway()
    .on(`GET ${PROVIDERS}`, () => ({ providers: [] }))
    .on('GET /admin/llm/presets', () => ({
      presets: [aPreset({ base_urls: { openai: 'https://api.openai.com/v1', anthropic: 'https://b' } })],
    }))
    .on(`POST ${PROVIDERS}`, () => ({ provider: aProvider() }));
  const { user } = openPage('/providers', gateway);
  await user.click(await screen.findByRole('button', { name: 'Add provider' }));
  await user.click(await screen.findByRole('button', { name: /OpenAI/ }));
  await user.type(await screen.findByLabelText('API key'), 'sk-secret');
  await user.click(screen.getByRole('button', { name: 'Create' }));
  await screen.findByText('Provider added');
  expect(gateway.asked(`POST ${PROVIDERS}`)[0]?.body).toMatchObject({
    provider_id: 'openai',
    base_url: 'https://api.openai.com/v1',
    api_key: 'sk-secret',
    protocol: 'openai',
    endpoints: { anthropic: 'https://b' },
  });
});

test('Enter in the search takes the first preset, and does not send off its form', async () => {
  const gateway = stockedGateway().on('GET /admin/llm/presets', () => ({
    presets: [aPreset({ id: 'groq', name: 'Groq' }), aPreset()],
  }));
  const { user } = openPage('/providers', gateway);
  await user.click(await screen.findByRole('button', { name: 'Add provider' }));
  await screen.findByRole('button', { name: /Groq/ });
  await user.type(screen.getByRole('searchbox'), 'open{Enter}');
  const key = await screen.findByLabelText('API key');
  expect(document.activeElement).toBe(key);
  await user.keyboard('{Enter}');
  expect(await screen.findByText('Needed')).toBeTruthy();
  expect(gateway.asked(`POST ${PROVIDERS}`)).toHaveLength(0);
});

test('what the gateway says about a field stands at that field', async () => {
  const gateway = stockedGateway()
    .on('GET /admin/llm/presets', () => ({ presets: [] }))
    .on(`POST ${PROVIDERS}`, () => refusal(409, 'provider_id is taken', { field: 'provider_id' }));
  const { user } = openPage('/providers', gateway);
  await user.click(await screen.findByRole('button', { name: 'Add provider' }));
  await user.click(await screen.findByRole('button', { name: 'Custom' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText('Name'), 'Mine');
  await user.type(within(dialog).getByLabelText('Id'), 'mine');
  await user.type(within(dialog).getByLabelText('Base URL'), 'http://127.0.0.1:1/v1');
  await user.click(within(dialog).getByRole('button', { name: 'Create' }));
  expect(await within(dialog).findByText('provider_id is taken')).toBeTruthy();
  expect(within(dialog).getByLabelText('Id').getAttribute('aria-invalid')).toBe('true');
});

test('quirks are JSON, checked here and by the gateway', async () => {
  const gateway = stockedGateway()
    .on('GET /admin/llm/presets', () => ({ presets: [] }))
    .on(`POST ${PROVIDERS}`, () => refusal(422, 'unknown field imagse', { field: 'quirks.imagse' }));
  const { user } = openPage('/providers', gateway);
  await user.click(await screen.findByRole('button', { name: 'Add provider' }));
  await user.click(await screen.findByRole('button', { name: 'Custom' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText('Name'), 'Mine');
  await user.type(within(dialog).getByLabelText('Id'), 'mine');
  await user.type(within(dialog).getByLabelText('Base URL'), 'http://127.0.0.1:1/v1');
  await user.click(within(dialog).getByText('Advanced: quirks'));
  const quirks = within(dialog).getByLabelText('Quirks (JSON)');
  await user.type(quirks, '[[1]');
  await user.click(within(dialog).getByRole('button', { name: 'Create' }));
  expect(await within(dialog).findByText(/A JSON object/)).toBeTruthy();
  expect(gateway.asked(`POST ${PROVIDERS}`)).toHaveLength(0);
  await user.clear(quirks);
  await user.type(quirks, '{{"imagse": false}');
  await user.click(within(dialog).getByRole('button', { name: 'Create' }));
  expect(await within(dialog).findByText('unknown field imagse')).toBeTruthy();
  expect(gateway.asked(`POST ${PROVIDERS}`)[0]?.body).toMatchObject({ quirks: { imagse: false } });
});

test('an entry tells what was lost in translation', async () => {
  const lost = {
    field: 'top_k',
    how: 'dropped',
    weight: 'notable',
    note: 'no such field',
    count: 2,
  } as const;
  const gateway = stockedGateway()
    .on('GET /admin/llm/logs', () => ({ logs: [aLogEntry()], total: 1, next_cursor: null }))
    .on('GET /admin/llm/logs/l1', () => ({ log: aLogEntry({ losses: [lost] }) }));
  openPage('/requests?entry=l1', gateway);
  const table = await screen.findByRole('table', { name: 'Lost in translation' });
  expect(within(table).getByText(/top_k × 2/)).toBeTruthy();
  expect(within(table).getByText('Left out')).toBeTruthy();
  expect(within(table).getByText('no such field')).toBeTruthy();
});

test('a test that fails says why', async () => {
  const gateway = stockedGateway().on('POST /admin/llm/test', () => ({
    test: { ok: false, status: 502, latency_ms: 80, message: '401 from upstream: bad key' },
  }));
  const { user } = openPage('/providers', gateway);
  await user.click(await screen.findByRole('button', { name: 'Test DeepSeek' }));
  expect(await screen.findByText('401 from upstream: bad key')).toBeTruthy();
  expect(gateway.asked('POST /admin/llm/test')[0]?.body).toEqual({
    provider_id: 'deepseek',
    group_id: 'default',
  });
});

test('a new key is shown in full once it is made', async () => {
  const gateway = stockedGateway()
    .on(`GET ${KEYS}`, () => ({ keys: [] }))
    .on(`POST ${KEYS}`, () => ({ key: aKey({ name: 'ci' }), plaintext: 'db_sk_full' }));
  const { user } = openPage('/keys', gateway);
  await user.click(await screen.findByRole('button', { name: 'New key' }));
  await user.type(await screen.findByLabelText('Name'), 'ci');
  await user.type(screen.getByLabelText('Requests per minute'), '30');
  await user.click(screen.getByRole('button', { name: 'Create' }));
  expect(await screen.findByText('db_sk_full')).toBeTruthy();
  expect(gateway.asked(`POST ${KEYS}`)[0]?.body).toMatchObject({
    name: 'ci',
    rpm_limit: 30,
    max_tokens: null,
  });
});

test('the log goes on where a page ended and opens an entry', async () => {
  const older = aLogEntry({ log_id: 'l2', route_alias: 'older', status_code: 502, error: 'upstream cut' });
  const gateway = stockedGateway()
    .on('GET /admin/llm/logs', ({ query }) =>
      query.get('cursor') === 'after-l1'
        ? { logs: [older], total: 2, next_cursor: null }
        : { logs: [aLogEntry()], total: 2, next_cursor: 'after-l1' },
    )
    .on('GET /admin/llm/logs/l2', () => ({ log: older }));
  const { user, router } = openPage('/requests?outcome=error', gateway);
  await user.click(await screen.findByRole('button', { name: 'Load more' }));
  const row = (await screen.findByText('older')).closest('tr');
  if (!row) throw new Error('the entry is in no row');
  await user.click(within(row).getByRole('button'));
  expect(await within(await screen.findByRole('dialog')).findByText('upstream cut')).toBeTruthy();
  expect(router.state.location.search).toMatchObject({ entry: 'l2', outcome: 'error' });
  expect(gateway.asked('GET /admin/llm/logs').every(({ query }) => query.get('outcome') === 'error')).toBe(
    true,
  );
});

test('a login link that was used already says so', async () => {
  const gateway = stockedGateway().on('GET /admin/session', () => refusal(401, 'login'));
  openPage('/?login=link_used', gateway);
  expect(await screen.findByText(/This link was used already/)).toBeTruthy();
});

test('a list that cannot be loaded says so and offers another try', async () => {
  const gateway = stockedGateway().on(`GET ${KEYS}`, () => refusal(500, 'the database is locked'));
  const { user } = openPage('/keys', gateway);
  expect(await screen.findByText('The database is locked')).toBeTruthy();
  gateway.on(`GET ${KEYS}`, () => ({ keys: [aKey()] }));
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('laptop')).toBeTruthy();
});

test('the chosen group is in the URL and asked for', async () => {
  const gateway = stockedGateway()
    .on('GET /admin/llm/groups', () => ({ groups: [aGroup(), aGroup({ group_id: 'team a' })] }))
    .on('GET /admin/llm/groups/team%20a/keys', () => ({ keys: [aKey({ name: 'theirs' })] }));
  openPage('/keys?group=team%20a', gateway);
  expect(await screen.findByText('theirs')).toBeTruthy();
});

test('a group in the URL that is gone gives way to one that is there', async () => {
  const gateway = stockedGateway().on('GET /admin/llm/groups/gone/keys', () =>
    refusal(404, 'group not found: gone'),
  );
  openPage('/keys?group=gone', gateway);
  expect(await screen.findByText('laptop')).toBeTruthy();
});

test('a wrong token leaves the words that say where the right one is', async () => {
  const gateway = stockedGateway()
    .on('GET /admin/session', () => refusal(401, 'login'))
    .on('POST /admin/login', () => refusal(401, 'Invalid admin token.'));
  const { user } = openPage('/login', gateway);
  await user.type(await screen.findByLabelText('Admin token'), 'wrong{Enter}');
  expect(await screen.findByText('Invalid admin token.')).toBeTruthy();
  expect(screen.getByText(/keyway-server token/)).toBeTruthy();
});

test('the overview calls nothing well where there are no providers', async () => {
  const gateway = stockedGateway().on(`GET ${PROVIDERS}`, () => ({ providers: [] }));
  openPage('/overview', gateway);
  expect(await screen.findByRole('link', { name: 'Add a provider' })).toBeTruthy();
  expect(screen.queryByText('All providers are well')).toBeNull();
});
