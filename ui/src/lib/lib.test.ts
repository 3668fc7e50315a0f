import { expect, test } from 'vitest';
import { toInput, toValues } from '@/pages/keys/keyValues';
import { freeId, furtherEndpoints, matching } from '@/pages/providers/presets';
import { inOrder, nextPriority } from '@/pages/routes/Targets';
import { ago, count, duration } from './format';
import { askedModel, CLIENTS, snippet } from './snippets';
import { aKey, aPreset } from './testing/stock';

test('numbers and times read as people say them', () => {
  expect(count(950, 'en')).toBe('950');
  expect(count(1_234_567, 'en')).toBe('1.2M');
  expect(count(null, 'en')).toBe('–');
  expect(duration(0.4)).toBe('<1 ms');
  expect(duration(840)).toBe('840 ms');
  expect(duration(12_400)).toBe('12.4 s');
  expect(duration(125_000)).toBe('2 min 5 s');
  const now = Date.parse('2026-01-02T00:00:00Z');
  expect(ago('2026-01-01T23:00:00+00:00', 'en', now)).toBe('1 hr. ago');
  expect(ago(null, 'en', now)).toBeUndefined();
});

test('every snippet names the address without a trailing slash, the key and the model', () => {
  for (const client of CLIENTS) {
    const text = snippet(client, { baseUrl: 'http://127.0.0.1:8787/', key: 'db_sk_x', model: 'sonnet' });
    expect(text).toContain('http://127.0.0.1:8787');
    expect(text).not.toContain('8787//');
    expect(text).toContain('db_sk_x');
    expect(text).toContain('sonnet');
  }
});

test('a key with a current route is asked by a name that is no alias, so that a switch takes hold', () => {
  expect(askedModel('deep', ['deep', 'quick'])).toBe('keyway');
  expect(askedModel('deep', ['deep', 'keyway'])).toBe('keyway-current');
  expect(askedModel(null, ['deep', 'quick'])).toBe('deep');
  expect(askedModel(undefined, [])).toBe('echo');
});

test('Claude Code is told what its own names for models mean, and nothing of other names', () => {
  const lines = (model: string) => snippet('claude-code', { baseUrl: 'http://x', key: 'k', model });
  expect(lines('sonnet')).toContain('export ANTHROPIC_DEFAULT_SONNET_MODEL=sonnet\n');
  expect(lines('opus')).toContain('export ANTHROPIC_DEFAULT_OPUS_MODEL=opus\n');
  expect(lines('haiku')).toContain('export ANTHROPIC_DEFAULT_HAIKU_MODEL=haiku\n');
  expect(lines('default')).toContain('export ANTHROPIC_DEFAULT_OPUS_MODEL=default\n');
  expect(lines('deep')).not.toContain('ANTHROPIC_DEFAULT');
});

test('an emptied limit is sent as null, a given one as a number', () => {
  const input = toInput({ ...toValues(aKey({ rpm_limit: 60 })), max_tokens: '5000' });
  expect(input).toMatchObject({ rpm_limit: 60, max_tokens: 5000, max_requests: null, current_route: null });
});

test('an expiry survives the form whatever the time zone', () => {
  const at = '2030-05-06T07:08:00.000Z';
  expect(toInput(toValues(aKey({ expires_at: at }))).expires_at).toBe(at);
});

test('a preset that the group has already gets a number', () => {
  expect(freeId('openai', [])).toBe('openai');
  expect(freeId('openai', ['openai', 'openai-2'])).toBe('openai-3');
});

test('presets are found by words of their name in any order', () => {
  const presets = [
    aPreset({ id: 'kimi-cn', name: 'Moonshot Kimi (China)' }),
    aPreset({ id: 'openai', name: 'OpenAI' }),
    aPreset({ id: 'custom', name: 'Custom', base_urls: {} }),
  ];
  expect(matching(presets, 'china kimi').map(({ id }) => id)).toEqual(['kimi-cn']);
  expect(matching(presets, ' ')).toHaveLength(2);
});

test('targets are listed by priority, and one more comes last', () => {
  const target = { route_id: 'r', provider_id: 'p', upstream_model: 'm', weight: 1, enabled: true };
  const targets = [
    { ...target, rp_id: 'b', priority: 4 },
    { ...target, rp_id: 'a', priority: 0 },
  ];
  expect(inOrder(targets).map(({ rp_id }) => rp_id)).toEqual(['a', 'b']);
  expect(nextPriority(targets)).toBe(5);
  expect(nextPriority([])).toBe(0);
});

test('further protocols keep their addresses, and follow one that they share', () => {
  const base_urls = {
    openai: 'https://them/v1',
    'openai-responses': 'https://them/v1',
    anthropic: 'https://b',
  };
  expect(furtherEndpoints({ base_urls }, 'openai', 'https://them/v2')).toEqual({
    'openai-responses': 'https://them/v2',
    anthropic: 'https://b',
  });
});

test('a key for another host is never sent to the hosts of the preset', () => {
  const base_urls = {
    openai: 'https://YOU/v1',
    'openai-responses': 'https://YOU/v1',
    anthropic: 'https://you/anthropic',
  };
  expect(furtherEndpoints({ base_urls }, 'openai', 'http://127.0.0.1:9/v1')).toEqual({
    'openai-responses': 'http://127.0.0.1:9/v1',
  });
});
