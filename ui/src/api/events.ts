import type { QueryClient } from '@tanstack/react-query';
import { isDesktop, listenToDesktop } from '@/native';

/** What the gateway tells all who listen. */
export type GatewayEvent =
  | { type: 'config'; what: string }
  | { type: 'logged'; entries: number }
  | { type: 'health'; provider: string; open: boolean }
  | { type: 'refresh' };

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
export function staleAfter(event: GatewayEvent): readonly string[] | 'all' {
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
  const stale = staleAfter(event);
  if (stale === 'all') {
    client.invalidateQueries();
    return;
  }
  for (const first of stale) client.invalidateQueries({ queryKey: [first] });
}

/** Listens until the returned function is called, through restarts of the gateway. */
export function listen(client: QueryClient): () => void {
  if (isDesktop()) return listenToDesktop((event) => refreshAfter(client, event));
  let source: EventSource;
  let again: ReturnType<typeof setTimeout>;
  let wasOpen = false;
  const receive = (message: MessageEvent<string>) => {
    const event = readEvent(message.data);
    if (event) refreshAfter(client, event);
  };
  const open = () => {
    source = new EventSource('/admin/events');
    for (const name of ['message', 'config', 'logged', 'health', 'refresh'])
      source.addEventListener(name, receive as EventListener);
    source.onopen = () => {
      // Whatever happened while the line was cut is not told again.
      if (wasOpen) refreshAfter(client, { type: 'refresh' });
      wasOpen = true;
    };
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
