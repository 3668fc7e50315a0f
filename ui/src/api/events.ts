import type { Query, QueryClient } from '@tanstack/react-query';
import { isDesktop, listenToDesktop } from '@/native';

/** What the gateway tells all who listen. */
export type GatewayEvent =
  | { type: 'config'; what: string }
  | { type: 'logged'; entries: number }
  | { type: 'health'; provider: string; open: boolean }
  | { type: 'refresh' };

/** The first words of the keys of stale queries. */
type Stale = readonly string[] | 'all';

/** The least time between two refreshes. */
const PAUSE_MS = 1000;

/** How long to wait after the gateway refused to tell. */
const REOPEN_MS = 5000;

/** The first words of the query keys that a kind of record shows up in. */
const SHOWN_IN: Record<string, readonly string[]> = {
  groups: ['groups', 'providers', 'routes', 'targets', 'keys'],
  providers: ['providers', 'credentials', 'routes', 'groups'],
  credentials: ['credentials', 'providers', 'health'],
  routes: ['routes', 'targets', 'keys', 'groups'],
  keys: ['keys', 'groups'],
  settings: ['settings', 'config'],
};

/** Which queries an event makes stale; none named means all of them. */
export function staleAfter(event: GatewayEvent): Stale {
  switch (event.type) {
    case 'config':
      return SHOWN_IN[event.what] ?? 'all';
    case 'logged':
      // Keys show what was used of their limits.
      return ['logs', 'usage', 'keys'];
    case 'health':
      return ['health', 'providers', 'credentials'];
    case 'refresh':
      return 'all';
  }
}

/** Refreshes what an event made stale. */
export function refreshAfter(client: QueryClient, event: GatewayEvent): void {
  refresh(client, staleAfter(event));
}

function refresh(client: QueryClient, stale: Stale): void {
  const filters = stale === 'all' ? [{}] : stale.map((first) => ({ queryKey: [first] }));
  for (const filter of filters) {
    // A first fetch under way may have looked before the change, and asking again would only join it.
    for (const query of client.getQueryCache().findAll({ ...filter, predicate: isFirstFetch })) {
      const again = () => client.invalidateQueries({ queryKey: query.queryKey, exact: true });
      query.promise?.then(again, again);
    }
    client.invalidateQueries(filter);
  }
}

function isFirstFetch({ state }: Query): boolean {
  return state.fetchStatus === 'fetching' && state.data === undefined;
}

/**
 * Refreshes after events, at once for the first and then at most once in a while: a busy gateway tells of new log
 * entries several times a second.
 */
export function refresher(client: QueryClient): { receive: (event: GatewayEvent) => void; stop: () => void } {
  let waiting: Set<string> | 'all' = new Set();
  let pause: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    pause = undefined;
    if (waiting !== 'all' && waiting.size === 0) return;
    refresh(client, waiting === 'all' ? 'all' : [...waiting]);
    waiting = new Set();
    pause = setTimeout(flush, PAUSE_MS);
  };
  const receive = (event: GatewayEvent) => {
    const stale = staleAfter(event);
    waiting = stale === 'all' || waiting === 'all' ? 'all' : new Set([...waiting, ...stale]);
    if (pause === undefined) flush();
  };
  return { receive, stop: () => clearTimeout(pause) };
}

/** Listens until the returned function is called. */
export function listen(client: QueryClient): () => void {
  const { receive, stop } = refresher(client);
  const hangUp = isDesktop() ? listenToDesktop(receive) : listenToServer(receive);
  return () => {
    hangUp();
    stop();
  };
}

/** Listens through restarts of the gateway. */
function listenToServer(receive: (event: GatewayEvent) => void): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout>;
  const open = () => {
    source = new EventSource('/admin/events');
    source.onmessage = (message: MessageEvent<string>) => {
      const event = readEvent(message.data);
      if (event) receive(event);
    };
    // What happened before the line stood, or while it was cut, is not told again.
    source.onopen = () => receive({ type: 'refresh' });
    source.onerror = () => {
      // The browser tries again by itself after a cut, but not after a refusal.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, REOPEN_MS);
    };
  };
  open();
  return () => {
    clearTimeout(again);
    source.close();
  };
}

/** Reads one event; text that is none is no event. */
export function readEvent(text: string): GatewayEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEvent = typeof value === 'object' && value !== null && 'type' in value;
    return isEvent && isKnown(value as { type: string }) ? (value as GatewayEvent) : undefined;
  } catch {
    return undefined;
  }
}

function isKnown(event: { type: string }): boolean {
  return ['config', 'logged', 'health', 'refresh'].includes(event.type);
}
