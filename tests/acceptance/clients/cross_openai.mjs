// The OpenAI SDK for Node, with its accumulators of streams, at several places: Chat or Responses.

import OpenAI from 'openai';
import { VERSION } from 'openai/version';
import { ABOUT_TOOLS, PIXEL, QUESTIONS, REPORT, RESULTS, runEverywhere } from './cross.mjs';

const address = `data:image/png;base64,${PIXEL}`;
const about = Object.entries(ABOUT_TOOLS).map(([name, tool]) => ({ name, ...tool, strict: true }));

function openChat(client, model) {
  const tools = about.map((tool) => ({ type: 'function', function: tool }));
  const seen = ({ choices: [{ message, finish_reason }], usage, model: answered }) => ({
    text: message.content ?? '',
    thoughts: message.reasoning_content ?? '',
    calls: (message.tool_calls ?? []).map(({ function: call }) => [call.name, JSON.parse(call.arguments)]),
    finish: finish_reason,
    model: answered === model,
    usage: [
      usage.prompt_tokens,
      usage.prompt_tokens_details.cached_tokens,
      usage.completion_tokens,
      usage.completion_tokens_details.reasoning_tokens,
      usage.total_tokens,
    ],
  });
  const streamed = (body) =>
    client.chat.completions.stream({ model, stream_options: { include_usage: true }, ...body }).finalChatCompletion();
  const whole = (body) => client.chat.completions.create({ model, ...body });

  async function toolsWith(ask) {
    const messages = [{ role: 'user', content: QUESTIONS.tools }];
    const first = await ask({ messages, tools, reasoning_effort: 'medium' });
    const { message } = first.choices[0];
    const results = message.tool_calls.map((call) => ({
      role: 'tool',
      tool_call_id: call.id,
      content: RESULTS[call.function.name],
    }));
    messages.push(message, ...results);
    return { turns: [seen(first), seen(await ask({ messages, tools, reasoning_effort: 'medium' }))] };
  }

  const ask = async (content, extra = {}) => ({
    turns: [seen(await streamed({ messages: [{ role: 'user', content }], ...extra }))],
  });
  const format = { type: 'json_schema', json_schema: { name: 'report', schema: REPORT, strict: true } };
  return {
    text: () => ask(QUESTIONS.text),
    tools: () => toolsWith(streamed),
    tools_whole: () => toolsWith(whole),
    image: () => ask([{ type: 'text', text: QUESTIONS.image }, { type: 'image_url', image_url: { url: address } }]),
    structured: () => ask(QUESTIONS.structured, { response_format: format }),
  };
}

function openResponses(client, model) {
  const tools = about.map((tool) => ({ type: 'function', ...tool }));
  const reasoning = { effort: 'medium', summary: 'auto' };
  const include = ['reasoning.encrypted_content'];
  const store = false;
  const seen = ({ output, output_text, status, usage, model: answered }) => ({
    text: output_text,
    thoughts: output
      .filter((item) => item.type === 'reasoning')
      .map((item) => item.summary.map(({ text }) => text).join(''))
      .join(''),
    calls: output
      .filter((item) => item.type === 'function_call')
      .map((item) => [item.name, JSON.parse(item.arguments)]),
    finish: status,
    model: answered === model,
    usage: [
      usage.input_tokens,
      usage.input_tokens_details.cached_tokens,
      usage.output_tokens,
      usage.output_tokens_details.reasoning_tokens,
      usage.total_tokens,
    ],
  });
  const streamed = (body) => client.responses.stream({ model, store, ...body }).finalResponse();
  const whole = (body) => client.responses.create({ model, store, ...body });

  async function toolsWith(ask) {
    const input = [{ role: 'user', content: QUESTIONS.tools }];
    const first = await ask({ input, tools, reasoning, include });
    const again = first.output.map(({ parsed_arguments: _, ...item }) => item);
    const results = first.output
      .filter((item) => item.type === 'function_call')
      .map((item) => ({ type: 'function_call_output', call_id: item.call_id, output: RESULTS[item.name] }));
    input.push(...again, ...results);
    return { turns: [seen(first), seen(await ask({ input, tools, reasoning, include }))] };
  }

  const ask = async (content, extra = {}) => ({
    turns: [seen(await streamed({ input: [{ role: 'user', content }], ...extra }))],
  });
  const format = { type: 'json_schema', name: 'report', schema: REPORT, strict: true };
  return {
    text: () => ask(QUESTIONS.text),
    tools: () => toolsWith(streamed),
    tools_whole: () => toolsWith(whole),
    image: () => ask([{ type: 'input_text', text: QUESTIONS.image }, { type: 'input_image', image_url: address }]),
    structured: () => ask(QUESTIONS.structured, { text: { format } }),
  };
}

function open({ url, key, model }) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  return process.env.CLIENT_PROTOCOL === 'openai' ? openChat(client, model) : openResponses(client, model);
}

await runEverywhere(VERSION, open);
