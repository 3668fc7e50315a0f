/** Ready lines for the tools that people connect. */

export const CLIENTS = ['claude-code', 'codex', 'gemini-cli', 'openai', 'anthropic', 'curl'] as const;
export type Client = (typeof CLIENTS)[number];

export type Wiring = { baseUrl: string; key: string; model: string };

/** A name to ask for that is no alias, so that the key's current route answers. */
const SWITCHED = 'keyway';

/** The model that a client had best ask for: with a current route a name that leaves the choice to the key. */
export function askedModel(currentRoute: string | null | undefined, aliases: string[]): string {
  if (!currentRoute) return aliases[0] ?? 'echo';
  return [SWITCHED, `${SWITCHED}-current`].find((name) => !aliases.includes(name)) ?? currentRoute;
}

/** Claude Code makes claude-… names of these before it asks, unless a variable says what to make of them. */
const EXPANDED: Record<string, string[]> = {
  sonnet: ['SONNET'],
  opus: ['OPUS'],
  haiku: ['HAIKU'],
  // Sonnet or Opus, by the account.
  default: ['SONNET', 'OPUS'],
};

function expandedByClaudeCode(model: string): string[] {
  return EXPANDED[model.toLowerCase()] ?? [];
}

const SNIPPETS: Record<Client, (wiring: Wiring) => string> = {
  'claude-code': ({ baseUrl, key, model }) =>
    [
      `export ANTHROPIC_BASE_URL=${baseUrl}`,
      `export ANTHROPIC_AUTH_TOKEN=${key}`,
      `export ANTHROPIC_MODEL=${model}`,
      ...expandedByClaudeCode(model).map((name) => `export ANTHROPIC_DEFAULT_${name}_MODEL=${model}`),
      'claude',
    ].join('\n'),
  codex: ({ baseUrl, key, model }) => `# ~/.codex/config.toml
# In the shell, before codex: export KEYWAY_KEY=${key}
model = "${model}"
model_provider = "keyway"

[model_providers.keyway]
name = "Keyway"
base_url = "${baseUrl}/v1"
env_key = "KEYWAY_KEY"
wire_api = "responses"`,
  'gemini-cli': ({ baseUrl, key, model }) =>
    [
      '# ~/.gemini/settings.json: {"security": {"auth": {"selectedType": "gemini-api-key"}}}',
      `export GOOGLE_GEMINI_BASE_URL=${baseUrl}`,
      `export GEMINI_API_KEY=${key}`,
      `gemini --model ${model}`,
    ].join('\n'),
  openai: ({ baseUrl, key, model }) => `from openai import OpenAI

client = OpenAI(base_url="${baseUrl}/v1", api_key="${key}")
reply = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(reply.choices[0].message.content)`,
  anthropic: ({ baseUrl, key, model }) => `from anthropic import Anthropic

client = Anthropic(base_url="${baseUrl}", api_key="${key}")
reply = client.messages.create(
    model="${model}",
    max_tokens=256,
    messages=[{"role": "user", "content": "Hello"}],
)
print(reply.content[0].text)`,
  curl: ({ baseUrl, key, model }) => `curl ${baseUrl}/v1/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'`,
};

/** The lines that connect a client. */
export function snippet(client: Client, wiring: Wiring): string {
  return SNIPPETS[client]({ ...wiring, baseUrl: wiring.baseUrl.replace(/\/+$/, '') });
}
