/** Ready lines for the tools that people connect. */

export const CLIENTS = ['claude-code', 'openai', 'anthropic', 'curl'] as const;
export type Client = (typeof CLIENTS)[number];

export type Wiring = { baseUrl: string; key: string; model: string };

const SNIPPETS: Record<Client, (wiring: Wiring) => string> = {
  'claude-code': ({ baseUrl, key, model }) =>
    [
      `export ANTHROPIC_BASE_URL=${baseUrl}`,
      `export ANTHROPIC_AUTH_TOKEN=${key}`,
      `export ANTHROPIC_MODEL=${model}`,
      'claude',
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
