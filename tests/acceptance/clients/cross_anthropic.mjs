// The Anthropic SDK for Node, with its accumulator of streams, at several places.

import Anthropic from '@anthropic-ai/sdk';
import { VERSION } from '@anthropic-ai/sdk/version';
import { ABOUT_TOOLS, PIXEL, QUESTIONS, REPORT, RESULTS, runEverywhere } from './cross.mjs';

const tools = Object.entries(ABOUT_TOOLS).map(([name, { description, parameters }]) => ({
  name,
  description,
  input_schema: parameters,
}));
const thinking = { type: 'enabled', budget_tokens: 2048 };
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
const format = { type: 'json_schema', schema: REPORT };

const joined = (answer, type, field) =>
  answer.content.map((block) => (block.type === type ? block[field] : '')).join('');

function open({ url, key, model }) {
  const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
  const seen = (answer) => ({
    text: joined(answer, 'text', 'text'),
    thoughts: joined(answer, 'thinking', 'thinking'),
    calls: answer.content.filter((block) => block.type === 'tool_use').map((block) => [block.name, block.input]),
    finish: answer.stop_reason,
    model: answer.model === model,
    usage: [
      answer.usage.input_tokens,
      answer.usage.cache_creation_input_tokens,
      answer.usage.cache_read_input_tokens,
      answer.usage.output_tokens,
    ],
  });
  const streamed = (body) => client.messages.stream({ model, max_tokens: 4096, ...body }).finalMessage();
  const whole = (body) => client.messages.create({ model, max_tokens: 4096, ...body });

  async function toolsWith(ask) {
    const messages = [{ role: 'user', content: QUESTIONS.tools }];
    const first = await ask({ messages, tools, thinking });
    const results = first.content
      .filter((block) => block.type === 'tool_use')
      .map((block) => ({ type: 'tool_result', tool_use_id: block.id, content: RESULTS[block.name] }));
    messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: results });
    return { turns: [seen(first), seen(await ask({ messages, tools, thinking }))] };
  }

  const ask = async (content, extra = {}) => ({
    turns: [seen(await streamed({ messages: [{ role: 'user', content }], ...extra }))],
  });
  return {
    text: () => ask(QUESTIONS.text),
    tools: () => toolsWith(streamed),
    tools_whole: () => toolsWith(whole),
    image: () => ask([{ type: 'text', text: QUESTIONS.image }, image]),
    structured: () => ask(QUESTIONS.structured, { output_config: { format } }),
  };
}

await runEverywhere(VERSION, open);
