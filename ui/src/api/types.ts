/** The records of the admin API, as far as the pages read them. */

/** A switch as the gateway writes it. */
export type Flag = boolean | 0 | 1;

export const PROTOCOLS = ['anthropic', 'openai', 'openai-responses', 'gemini'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const MODES = ['direct', 'failover', 'balance', 'adapter', 'fusion'] as const;
export type Mode = (typeof MODES)[number];

/** How clients take the model's thoughts. */
export const REASONINGS = ['native', 'think_tags', 'drop'] as const;
export type Reasoning = (typeof REASONINGS)[number];

/** How a provider differs from what is known of its kind. */
export type Quirks = Record<string, unknown>;

export type Group = {
  group_id: string;
  name: string;
  note: string;
  enabled: Flag;
  provider_count: number;
  route_count: number;
  key_count: number;
  tool_count: number;
  created_at: string;
};

export type IssuedKey = { key_id: string; name: string; plaintext: string; key_prefix: string };

export type Provider = {
  provider_id: string;
  group_id: string;
  name: string;
  base_url: string;
  protocol: Protocol;
  endpoints: Partial<Record<Protocol, string>>;
  /** Its first and last characters. */
  api_key: string;
  api_key_set: Flag;
  credential_count: number;
  credential_healthy: number;
  quirks: Quirks;
  enabled: Flag;
  note: string;
};

export type Credential = {
  credential_id: string;
  provider_id: string;
  label: string;
  api_key: string;
  priority: number;
  weight: number;
  enabled: Flag;
  circuit_open: Flag;
};

export type Route = {
  route_id: string;
  group_id: string;
  alias: string;
  provider_id: string;
  upstream_model: string;
  upstream_path: string;
  mode: Mode;
  /** Nothing where the purpose of the key decides. */
  reasoning: Reasoning | null;
  enabled: Flag;
  note: string;
  /** The further ones, in the order they are tried. */
  targets: Target[];
};

export type Target = {
  rp_id: string;
  route_id: string;
  provider_id: string;
  upstream_model: string;
  priority: number;
  weight: number;
  enabled: Flag;
};

export type Key = {
  key_id: string;
  group_id: string;
  name: string;
  key_prefix: string;
  owner_user_id?: string | null;
  purpose: 'default' | 'cursor';
  /** Only its hash is kept: it cannot be shown again. */
  hash_only: boolean;
  enabled: Flag;
  expires_at: string | null;
  last_used_at: string | null;
  current_route: string | null;
  fast_route: string | null;
  rpm_limit: number | null;
  requests_per_day: number | null;
  tokens_per_minute: number | null;
  concurrency_limit: number | null;
  max_requests: number | null;
  used_requests: number;
  max_tokens: number | null;
  used_tokens: number;
};

/** The record of one exchange. */
export type LogEntry = {
  log_id: string;
  created_at: string;
  group_id: string;
  request_id: string | null;
  api_key_id: string | null;
  key_name: string | null;
  asked_model: string;
  route_alias: string | null;
  provider_id: string | null;
  upstream_model: string | null;
  credential: string | null;
  protocol_in: string;
  protocol_out: string | null;
  streamed: boolean;
  status_code: number;
  error: string | null;
  request_tokens: number;
  response_tokens: number;
  /** Nothing when nobody told. */
  usage: { input: number; cached: number; written: number; output: number; reasoning: number } | null;
  total_ms: number;
  first_byte_ms: number | null;
  finish_reason: string | null;
  client: string | null;
  /** The tries; none when there was one and it went well. */
  attempts: Attempt[];
  /** What did not reach the other side as it was; none where both spoke the same protocol. */
  losses: Loss[];
};

/** One thing that a conversion could not carry over. */
export type Loss = {
  field: string;
  how: 'dropped' | 'renamed' | 'clamped' | 'replaced';
  weight: 'harmless' | 'notable';
  note: string;
  count: number;
};

/** One try at one target. */
export type Attempt = {
  provider_id: string;
  upstream_model: string;
  credential: string | null;
  status_code: number | null;
  error_class: string | null;
  ms: number;
};

/** A credential or provider in trouble. */
export type Health = {
  provider_id: string;
  credential_id: string | null;
  credential_label: string | null;
  model: string | null;
  circuit_open: Flag;
  circuit_open_until: string | null;
  explanation: string;
};

export type TestResult = {
  ok: boolean;
  status: number;
  latency_ms: number;
  message: string;
};

/** A provider to pick from a list. */
export type Preset = {
  id: string;
  name: string;
  /** The protocol to prefer. */
  protocol: Protocol;
  /** Where it speaks which protocol. */
  base_urls: Partial<Record<Protocol, string>>;
  keys_url: string | null;
  needs_key: boolean;
  note: string | null;
};
