import { expect, type Page, test } from '@playwright/test';
import { startUpstream } from './upstream';

const TOKEN = process.env.KEYWAY_ADMIN_TOKEN ?? '';

async function go(page: Page, name: string) {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
}

test('from the login to a request in the log', async ({ page, request }) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Uncaught/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const upstream = await startUpstream();
  const group = `smoke-${Date.now()}`;

  await test.step('sign in', async () => {
    await page.goto('/');
    await page.getByLabel('Admin token').fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  });

  await test.step('a group of our own', async () => {
    await go(page, 'Groups');
    await page.getByRole('button', { name: 'New group' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(group);
    await page.getByRole('textbox', { name: 'Id', exact: true }).fill(group);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('combobox', { name: 'Group' }).selectOption(group);
    await expect(page).toHaveURL(new RegExp(`group=${group}`));
  });

  await test.step('a provider that is tested', async () => {
    await go(page, 'Providers');
    await page.getByRole('button', { name: 'Add provider' }).click();
    await page.getByRole('button', { name: 'Custom' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Scripted');
    await page.getByRole('textbox', { name: 'Id', exact: true }).fill('scripted');
    await page.getByLabel('API key').fill('sk-smoke-0123456789');
    await page.getByRole('textbox', { name: 'Base URL', exact: true }).fill(upstream.baseUrl);
    await page.getByRole('button', { name: 'Create' }).click();
    await expect(page.getByRole('row', { name: /Scripted/ })).toContainText('sk-s…6789');
    await page.getByRole('button', { name: 'Test Scripted' }).click();
    await expect(page.getByText(/^OK in/)).toBeVisible();
  });

  await test.step('two routes, one with a further target', async () => {
    await go(page, 'Routes');
    for (const [alias, model] of [
      ['smart', 'tiny'],
      ['bad', 'broken'],
    ] as const) {
      await page.getByRole('button', { name: 'New route' }).click();
      await page.getByRole('textbox', { name: 'Alias', exact: true }).fill(alias);
      await page.getByRole('textbox', { name: 'Upstream model', exact: true }).fill(model);
      await page.getByRole('button', { name: 'Create' }).click();
      await expect(page.getByRole('row', { name: new RegExp(alias) })).toBeVisible();
    }
    await page.getByRole('button', { name: 'More for smart' }).click();
    await page.getByRole('menuitem', { name: 'Further targets' }).click();
    await page
      .getByRole('dialog')
      .getByRole('textbox', { name: 'Upstream model', exact: true })
      .fill('second');
    await page.getByRole('button', { name: 'Add target' }).click();
    await expect(page.getByRole('list', { name: 'Further targets' })).toContainText('second');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('row', { name: /smart/ })).toContainText('+1 target');
  });

  const key = await test.step('a key, shown in full', async () => {
    await go(page, 'Keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('laptop');
    await page.getByLabel('Requests per minute').fill('30');
    await page.getByRole('button', { name: 'Create' }).click();
    const plaintext = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
    expect(plaintext).toMatch(/^db_sk_[\w-]{43}$/);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Show key laptop in full' }).click();
    await expect(page.getByRole('dialog')).toContainText(plaintext);
    await page.getByRole('button', { name: 'Done' }).click();
    return plaintext;
  });

  const send = (model: string) =>
    request.post('/v1/chat/completions', {
      headers: { authorization: `Bearer ${key}` },
      data: { model, messages: [{ role: 'user', content: 'Hello' }] },
    });

  await test.step('the switch', async () => {
    await go(page, 'Overview');
    await page.getByRole('combobox', { name: 'Current route of laptop' }).selectOption('smart');
    await expect(page.getByText('laptop switched')).toBeVisible();
    const answer = await send('a-model-nobody-knows');
    expect(answer.status(), await answer.text()).toBe(200);
    expect((await send('bad')).status()).toBe(400);
  });

  await test.step('the log shows both without a reload, and tells them apart', async () => {
    await go(page, 'Requests');
    const rows = page.getByRole('table', { name: 'Requests' }).getByRole('row');
    await expect(rows).toHaveCount(3);
    await page.getByRole('combobox', { name: 'Filter by outcome' }).selectOption('ok');
    await expect(rows).toHaveCount(2);
    await rows.nth(1).getByRole('button').click();
    await expect(page.getByRole('dialog')).toContainText('a-model-nobody-knows');
    await expect(page.getByRole('dialog')).toContainText('tiny');
    await page.reload();
    await expect(page.getByRole('dialog')).toContainText('a-model-nobody-knows');
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Filter by outcome' }).selectOption('');
    await send('smart');
    await expect(rows).toHaveCount(4);
  });

  await test.step('clean up', async () => {
    await go(page, 'Groups');
    await page.getByRole('button', { name: `More for ${group}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('row', { name: new RegExp(group) })).toHaveCount(0);
    upstream.stop();
  });

  expect(complaints).toEqual([]);
});
