/** What can be changed on the gateway, one function each. A provider's id is unique in its group only. */
import type { Settings } from './queries';
import { session } from './session';
import { get, patch, post, remove } from './transport';
import type {
  Credential,
  Group,
  IssuedKey,
  Key,
  Protocol,
  Provider,
  Quirks,
  Reasoning,
  Route,
  Target,
  TestResult,
} from './types';

const at = encodeURIComponent;
const provider = (group: string, id: string) => `/admin/llm/providers/${at(id)}?group_id=${at(group)}`;

export async function login(token: string): Promise<void> {
  const { csrf_token } = await post<{ csrf_token: string }>('/admin/login', { token });
  session.remember(csrf_token);
}
export const logout = () => post('/admin/logout');
export const changeSettings = (change: Partial<Settings>) => patch('/admin/settings', change);

export type GroupInput = { group_id: string; name: string; note: string };
export const createGroup = async (group: GroupInput) =>
  (await post<{ group: Group }>('/admin/llm/groups', group)).group;
export const changeGroup = (id: string, change: Partial<Pick<Group, 'name' | 'note' | 'enabled'>>) =>
  patch(`/admin/llm/groups/${at(id)}`, change);
export const deleteGroup = (id: string) => remove(`/admin/llm/groups/${at(id)}`);
export const copyGroup = async (id: string, copy: { new_name: string; new_group_id?: string }) =>
  (await post<{ group: Group & { issued_keys?: IssuedKey[] } }>(`/admin/llm/groups/${at(id)}/copy`, copy))
    .group;

export type ProviderInput = {
  provider_id: string;
  name: string;
  base_url: string;
  protocol: Protocol;
  api_key?: string;
  endpoints?: Provider['endpoints'];
  quirks?: Quirks;
  note: string;
};
export const createProvider = async (group: string, input: ProviderInput) =>
  (
    await post<{ provider: Provider }>(`/admin/llm/groups/${at(group)}/providers`, {
      ...input,
      // A local server needs no key.
      api_key: input.api_key || undefined,
    })
  ).provider;
export const changeProvider = (
  group: string,
  id: string,
  change: Partial<ProviderInput> & { enabled?: boolean },
) => patch(provider(group, id), change);
export const deleteProvider = (group: string, id: string) => remove(provider(group, id));

export type CredentialInput = { label: string; api_key?: string; priority: number; weight: number };
export const createCredential = (group: string, id: string, input: CredentialInput) =>
  post(`/admin/llm/providers/${at(id)}/credentials?group_id=${at(group)}`, input);
export const changeCredential = (
  id: string,
  change: Partial<CredentialInput & Pick<Credential, 'enabled'>>,
) => patch(`/admin/llm/credentials/${at(id)}`, change);
export const deleteCredential = (id: string) => remove(`/admin/llm/credentials/${at(id)}`);
export const resetCredential = (id: string) => post(`/admin/llm/credentials/${at(id)}/health/reset`);

export type RouteInput = {
  alias: string;
  provider_id: string;
  upstream_model: string;
  upstream_path: string;
  mode: string;
  reasoning: Reasoning | null;
  note: string;
};
export const createRoute = async (group: string, input: RouteInput) =>
  (await post<{ route: Route }>(`/admin/llm/groups/${at(group)}/routes`, input)).route;
export const changeRoute = (id: string, change: Partial<RouteInput> & { enabled?: boolean }) =>
  patch(`/admin/llm/routes/${at(id)}`, change);
export const deleteRoute = (id: string) => remove(`/admin/llm/routes/${at(id)}`);

export type TargetInput = Pick<Target, 'provider_id' | 'upstream_model' | 'priority'> & { weight?: number };
export const createTarget = (route: string, input: TargetInput) =>
  post(`/admin/llm/routes/${at(route)}/providers`, input);
export const changeTarget = (id: string, change: Partial<Omit<Target, 'rp_id' | 'route_id'>>) =>
  patch(`/admin/llm/route-providers/${at(id)}`, change);
export const deleteTarget = (id: string) => remove(`/admin/llm/route-providers/${at(id)}`);

export type KeyInput = Partial<
  Pick<
    Key,
    | 'name'
    | 'owner_user_id'
    | 'purpose'
    | 'expires_at'
    | 'current_route'
    | 'fast_route'
    | 'rpm_limit'
    | 'tokens_per_minute'
    | 'requests_per_day'
    | 'concurrency_limit'
    | 'max_requests'
    | 'max_tokens'
  >
>;
export const createKey = (group: string, input: KeyInput) =>
  post<{ key: Key; plaintext: string }>(`/admin/llm/groups/${at(group)}/keys`, input);
export const changeKey = (id: string, change: KeyInput & { enabled?: boolean; reset_usage?: boolean }) =>
  patch(`/admin/llm/keys/${at(id)}`, change);
export const deleteKey = (id: string) => remove(`/admin/llm/keys/${at(id)}`);
export const revealKey = async (id: string) =>
  (await get<{ plaintext: string }>(`/admin/llm/keys/${at(id)}/plaintext`)).plaintext;

export const runTest = async (what: { provider_id?: string; alias?: string; group_id: string }) =>
  (await post<{ test: TestResult }>('/admin/llm/test', what)).test;
