import type { Group, Key, LogEntry, Preset, Provider, Route } from '@/api/types';
import { FakeGateway } from './fakeGateway';

/** Records as the gateway shows them, to be changed where a test cares. */

export const aGroup = (change: Partial<Group> = {}): Group => ({
  group_id: 'default',
  name: 'Default Group',
  note: '',
  enabled: 1,
  provider_count: 1,
  route_count: 2,
  key_count: 1,
  tool_count: 0,
  created_at: '2026-01-01T00:00:00+00:00',
  ...change,
});

export const aProvider = (change: Partial<Provider> = {}): Provider => ({
  provider_id: 'deepseek',
  group_id: 'default',
  name: 'DeepSeek',
  base_url: 'https://api.deepseek.com/v1',
  protocol: 'openai',
  endpoints: {},
  api_key: 'sk-1…9f2c',
  api_key_set: true,
  credential_count: 1,
  credential_healthy: 1,
  quirks: {},
  enabled: 1,
  note: '',
  ...change,
});

export const aPreset = (change: Partial<Preset> = {}): Preset => ({
  id: 'openai',
  name: 'OpenAI',
  protocol: 'openai',
  base_urls: { openai: 'https://api.openai.com/v1' },
  keys_url: null,
  needs_key: true,
  note: null,
  ...change,
});

export const aRoute = (change: Partial<Route> = {}): Route => ({
  route_id: 'r1',
  group_id: 'default',
  alias: 'sonnet',
  provider_id: 'deepseek',
  upstream_model: 'deepseek-chat',
  upstream_path: '',
  mode: 'direct',
  reasoning: null,
  enabled: 1,
  note: '',
  targets: [],
  ...change,
});

export const aKey = (change: Partial<Key> = {}): Key => ({
  key_id: 'k1',
  group_id: 'default',
  name: 'laptop',
  key_prefix: 'db_sk_abcdef...',
  owner_user_id: null,
  enabled: 1,
  expires_at: null,
  last_used_at: null,
  current_route: null,
  fast_route: null,
  purpose: 'default',
  hash_only: false,
  rpm_limit: null,
  tokens_per_minute: null,
  requests_per_day: null,
  concurrency_limit: null,
  max_requests: null,
  used_requests: 12,
  max_tokens: null,
  used_tokens: 3400,
  ...change,
});

export const aLogEntry = (change: Partial<LogEntry> = {}): LogEntry => ({
  log_id: 'l1',
  created_at: '2026-01-01T10:00:00+00:00',
  group_id: 'default',
  request_id: 'req-9',
  api_key_id: 'k1',
  key_name: 'laptop',
  asked_model: 'sonnet',
  route_alias: 'sonnet',
  provider_id: 'deepseek',
  upstream_model: 'deepseek-chat',
  credential: 'primary',
  protocol_in: 'openai',
  protocol_out: 'openai',
  streamed: false,
  status_code: 200,
  error: null,
  request_tokens: 120,
  response_tokens: 30,
  usage: { input: 120, cached: 0, written: 0, output: 30, reasoning: 0 },
  total_ms: 840,
  first_byte_ms: 300,
  finish_reason: 'stop',
  client: 'curl/8',
  attempts: [],
  losses: [],
  ...change,
});

/** A gateway with one group, one provider, two routes and one key. */
export function stockedGateway(): FakeGateway {
  const group = '/admin/llm/groups/default';
  return new FakeGateway()
    .on('GET /admin/session', () => ({ ok: true, csrf_token: 'csrf-1' }))
    .on('GET /admin/config', () => ({ ok: true, config: { app_base_url: 'http://127.0.0.1:8787' } }))
    .on('GET /admin/llm/groups', () => ({ ok: true, groups: [aGroup()] }))
    .on(`GET ${group}/providers`, () => ({ ok: true, providers: [aProvider()] }))
    .on(`GET ${group}/routes`, () => ({
      ok: true,
      routes: [aRoute(), aRoute({ route_id: 'r2', alias: 'haiku', upstream_model: 'deepseek-lite' })],
    }))
    .on(`GET ${group}/keys`, () => ({ ok: true, keys: [aKey()] }))
    .on('GET /admin/llm/overview', () => ({ overview: { data_dir: '/data', warnings: [] } }))
    .on('GET /admin/llm/usage', () => ({ usage: { total: 3, ok: 3, req_t: 9, resp_t: 9, avg_latency: 100 } }))
    .on('GET /admin/llm/health', () => ({ health: [] }))
    .on('GET /admin/llm/logs', () => ({ logs: [], total: 0, next_cursor: null }));
}
