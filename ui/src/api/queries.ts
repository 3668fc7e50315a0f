import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { session } from './session';
import { get } from './transport';
import type { Credential, Group, Health, Key, LogEntry, Preset, Provider, Route, Target } from './types';

const at = encodeURIComponent;

/** Who is signed in; also renews the token that changes need. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const answer = await get<{ csrf_token: string | null }>('/admin/session');
    session.remember(answer.csrf_token ?? undefined);
    return answer;
  },
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export type Config = { app_base_url: string; desktop_mode: boolean; language: string; version: string };

export const configQuery = queryOptions({
  queryKey: ['config'],
  queryFn: async () => (await get<{ config: Config }>('/admin/config')).config,
});

/** What holds for the whole gateway. */
export type Settings = {
  language: string;
  retention_days: number;
  log_max_bytes: number;
  admin_keys: boolean;
  hash_only_keys: boolean;
};

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: async () => (await get<{ settings: Settings }>('/admin/settings')).settings,
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

/** What its owner ought to know about a gateway. */
export const WARNINGS = ['master_key_in_file', 'open_to_network', 'open_to_network_without_tls'] as const;
export type Overview = { data_dir: string; warnings: string[] };

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: async () => (await get<{ overview: Overview }>('/admin/llm/overview')).overview,
});

/** What was used since a moment. */
export const usageQuery = (group: string, since: string) =>
  queryOptions({
    queryKey: ['usage', group, since],
    queryFn: async () =>
      (await get<{ usage: Totals }>(`/admin/llm/usage?group_id=${at(group)}&since=${at(since)}`)).usage,
  });

/** What is in trouble; what is not listed is well. */
export const healthQuery = (group: string) =>
  queryOptions({
    queryKey: ['health', group],
    queryFn: async () => (await get<{ health: Health[] }>(`/admin/llm/health?group_id=${at(group)}`)).health,
  });

export type LogFilter = {
  group_id?: string;
  api_key_id?: string;
  route?: string;
  provider_id?: string;
  outcome?: string;
};

type LogPage = { logs: LogEntry[]; total: number; next_cursor: string | null };

export const logsQuery = (filter: LogFilter) =>
  infiniteQueryOptions({
    queryKey: ['logs', filter],
    queryFn: ({ pageParam, signal }) =>
      get<LogPage>(`/admin/llm/logs?${logSearch(filter, 100, pageParam)}`, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** The last few requests that went wrong. */
export const recentErrorsQuery = (group: string) =>
  queryOptions({
    queryKey: ['logs', 'errors', group],
    queryFn: async () =>
      (await get<LogPage>(`/admin/llm/logs?${logSearch({ group_id: group, outcome: 'error' }, 6)}`)).logs,
  });

export const logEntryQuery = (id: string) =>
  queryOptions({
    queryKey: ['logEntry', id],
    queryFn: async () => (await get<{ log: LogEntry }>(`/admin/llm/logs/${at(id)}`)).log,
    staleTime: Number.POSITIVE_INFINITY,
  });

function logSearch(filter: LogFilter, limit: number, cursor?: string): string {
  const search = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(filter)) if (value) search.set(name, value);
  if (cursor) search.set('cursor', cursor);
  return search.toString();
}
