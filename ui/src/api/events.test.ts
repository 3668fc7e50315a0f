import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { readEvent, refreshAfter, staleAfter } from './events';

test('a changed key refreshes keys and what shows them, and leaves the log alone', () => {
  const stale = staleAfter({ type: 'config', what: 'keys' });
  expect(stale).toContain('keys');
  expect(stale).toContain('groups');
  expect(stale).not.toContain('logs');
});

test('a kind of record that is not known refreshes everything', () => {
  expect(staleAfter({ type: 'config', what: 'novelties' })).toBe('all');
});

test('new log entries make the log stale and nothing about providers', () => {
  const client = new QueryClient();
  client.setQueryData(['logs', {}], 1);
  client.setQueryData(['providers', 'default'], 1);
  refreshAfter(client, { type: 'logged', entries: 3 });
  expect(client.getQueryState(['logs', {}])?.isInvalidated).toBe(true);
  expect(client.getQueryState(['providers', 'default'])?.isInvalidated).toBe(false);
});

test('text that is no event is passed over', () => {
  expect(readEvent('{"type":"logged","entries":1}')).toEqual({ type: 'logged', entries: 1 });
  expect(readEvent('{"type":"novel"}')).toBeUndefined();
  expect(readEvent('null')).toBeUndefined();
  expect(readEvent('keep-alive')).toBeUndefined();
});
