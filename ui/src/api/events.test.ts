import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readEvent, refreshAfter, refresher, staleAfter } from './events';

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

test('what was asked for before a change is asked for again, even when it is still under way', async () => {
  const client = new QueryClient();
  const answers: ((rows: number) => void)[] = [];
  const queryFn = () => new Promise<number>((resolve) => answers.push(resolve));
  const observer = new QueryObserver(client, { queryKey: ['logs'], queryFn });
  onTestFinished(observer.subscribe(() => {}));
  refreshAfter(client, { type: 'logged', entries: 1 });
  answers[0]?.(0);
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.(1);
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe(1));
});

test('many events in a second refresh at once and once more, no event is lost', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const client = new QueryClient();
  const invalidate = vi.spyOn(client, 'invalidateQueries');
  const keysOf = () => invalidate.mock.calls.map(([filter]) => filter?.queryKey?.[0]);
  const { receive, stop } = refresher(client);
  onTestFinished(stop);
  receive({ type: 'logged', entries: 1 });
  const first = keysOf();
  expect(first).toContain('logs');
  for (let turn = 0; turn < 20; turn += 1) receive({ type: 'logged', entries: 1 });
  receive({ type: 'config', what: 'routes' });
  expect(keysOf()).toEqual(first);
  vi.advanceTimersByTime(1000);
  expect(keysOf().filter((key) => key === 'logs')).toHaveLength(2);
  expect(keysOf()).toContain('routes');
});
