import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { session } from './session';
import { get } from './transport';
import type { Credential, Group, Key, LogEntry, Preset, Provider, Route, Target } from './types';

const at = encodeURIComponent;

/** Who is signed in; also renews the token that changes need. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const answer = await get<{ ok: true; csrf?: string }>('/admin/session');
    session.remember(answer.csrf);
    return answer;
  },
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export type Config = { app_base_url: string; desktop_mode: boolean; language: string; version?: string };

export const configQuery = queryOptions({
  queryKey: ['config'],
  queryFn: async () => (await get<{ config: Config }>('/admin/config')).config,
});

/** Whether the gateway is up, and which one it is. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: () => get<{ version?: string }>('/health'),
});

export const groupsQuery = queryOptions({
  queryKey: ['groups'],
  queryFn: async () => (await get<{ groups: Group[] }>('/admin/llm/groups')).groups,
});

export const providersQuery = (group: string) =>
  queryOptions({
    queryKey: ['providers', group],
    queryFn: async () =>
      (await get<{ providers: Provider[] }>(`/admin/llm/groups/${at(group)}/providers`)).providers,
  });

export const credentialsQuery = (group: string, provider: string) =>
  queryOptions({
    queryKey: ['credentials', group, provider],
    queryFn: async () =>
      (
        await get<{ credentials: Credential[] }>(
          `/admin/llm/providers/${at(provider)}/credentials?group_id=${at(group)}`,
        )
      ).credentials,
  });

export const routesQuery = (group: string) =>
  queryOptions({
    queryKey: ['routes', group],
    queryFn: async () => (await get<{ routes: Route[] }>(`/admin/llm/groups/${at(group)}/routes`)).routes,
  });

export const targetsQuery = (route: string) =>
  queryOptions({
    queryKey: ['targets', route],
    queryFn: async () =>
      (await get<{ route_providers: Target[] }>(`/admin/llm/routes/${at(route)}/providers`)).route_providers,
  });

export const keysQuery = (group: string) =>
  queryOptions({
    queryKey: ['keys', group],
    queryFn: async () => (await get<{ keys: Key[] }>(`/admin/llm/groups/${at(group)}/keys`)).keys,
  });

export const presetsQuery = queryOptions({
  queryKey: ['presets'],
  queryFn: async () => (await get<{ presets: Preset[] }>('/admin/llm/presets')).presets,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Sums over log entries. */
export type Totals = { total: number; ok: number; req_t: number; resp_t: number; avg_latency: number };

export type Overview = {
  data_dir: string;
  groups: number;
  open_circuits: number;
  circuit_providers: string[];
  recent_errors: Pick<
    LogEntry,
    'created_at' | 'route_alias' | 'provider_id' | 'status_code' | 'error' | 'latency_ms'
  >[];
  today?: Totals;
};

export const overviewQuery = (group: string) =>
  queryOptions({
    queryKey: ['overview', group],
    queryFn: async () =>
      (await get<{ overview: Overview }>(`/admin/llm/overview?group_id=${at(group)}`)).overview,
  });

export type LogFilter = {
  group_id?: string;
  api_key_id?: string;
  route?: string;
  provider?: string;
  status?: string;
};

type LogPage = { logs: LogEntry[]; next_cursor?: string | null };

export const logsQuery = (filter: LogFilter) =>
  infiniteQueryOptions({
    queryKey: ['logs', filter],
    queryFn: ({ pageParam, signal }) =>
      get<LogPage>(`/admin/llm/logs?${logSearch(filter, pageParam)}`, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

function logSearch(filter: LogFilter, cursor: string | undefined): string {
  const search = new URLSearchParams({ limit: '100' });
  for (const [name, value] of Object.entries(filter)) if (value) search.set(name, value);
  if (cursor) search.set('cursor', cursor);
  return search.toString();
}
