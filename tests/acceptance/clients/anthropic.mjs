// The Anthropic SDK for Node.

import Anthropic from '@anthropic-ai/sdk';
import { VERSION } from '@anthropic-ai/sdk/version';
import { CITY, HAS_ECHO, KEY, URL, runAll } from './cases.mjs';

const client = new Anthropic({ baseURL: URL, apiKey: KEY });
const impatient = client.withOptions({ maxRetries: 0 });
const stranger = new Anthropic({ baseURL: URL, apiKey: 'db_sk_nobody', maxRetries: 0 });

const tools = [{ name: 'get_weather', description: 'Tells the weather.', input_schema: CITY }];
const question = 'What is the weather in Zürich?';
const hello = (text = 'Say hello.') => [{ role: 'user', content: text }];

const seen = (answer) => ({
  text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
  model: answer.model,
  finish: answer.stop_reason,
  usage: [answer.usage.input_tokens, answer.usage.cache_read_input_tokens, answer.usage.output_tokens],
});

async function text({ caller = client, model = 'talker', said } = {}) {
  return seen(await caller.messages.create({ model, max_tokens: 256, messages: hello(said) }));
}

async function stream({ caller = client, model = 'talker', said } = {}) {
  const pieces = [];
  const answer = caller.messages
    .stream({ model, max_tokens: 256, messages: hello(said) })
    .on('text', (piece) => pieces.push(piece));
  return { ...seen(await answer.finalMessage()), pieces };
}

const callsOf = (answer) =>
  answer.content.filter((block) => block.type === 'tool_use').map((block) => [block.name, block.input]);

async function afterTool(messages, first) {
  const results = first.content
    .filter((block) => block.type === 'tool_use')
    .map((block) => ({ type: 'tool_result', tool_use_id: block.id, content: 'sunny' }));
  const last = await client.messages.create({
    model: 'caller',
    max_tokens: 256,
    messages: [...messages, { role: 'assistant', content: first.content }, { role: 'user', content: results }],
    tools,
  });
  return { ...seen(last), calls: callsOf(first), call_finish: first.stop_reason };
}

async function tool() {
  const messages = hello(question);
  return afterTool(messages, await client.messages.create({ model: 'caller', max_tokens: 256, messages, tools }));
}

async function streamTool() {
  const messages = hello(question);
  const answer = client.messages.stream({ model: 'caller', max_tokens: 256, messages, tools });
  return afterTool(messages, await answer.finalMessage());
}

async function models() {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  return { models: names };
}

async function count() {
  const counted = await client.messages.countTokens({ model: 'talker', messages: hello('word '.repeat(200)), tools });
  return { tokens: counted.input_tokens };
}

async function echoCall() {
  const messages = hello('echo: call get_weather {"city":"Zürich"}');
  return { calls: callsOf(await client.messages.create({ model: 'echo', max_tokens: 256, messages, tools })) };
}

const cases = {
  text,
  stream,
  tool,
  stream_tool: streamTool,
  unknown_model: () => text({ model: 'no-such-model' }),
  bad_key: () => text({ caller: stranger }),
  refused: () => text({ caller: impatient, model: 'limited' }),
  retried: () => text({ model: 'busy' }),
  overloaded: () => stream({ model: 'tired' }),
  cut: () => stream({ caller: impatient, model: 'cutter' }),
  models,
  count,
};
if (HAS_ECHO) {
  cases.echo = () => text({ model: 'echo' });
  cases.echo_stream = () => stream({ model: 'echo' });
  cases.echo_status = () => text({ caller: impatient, model: 'echo', said: 'echo: status 529' });
  cases.echo_cut = () => stream({ caller: impatient, model: 'echo', said: 'echo: cut after 5' });
  cases.echo_call = echoCall;
}

await runAll(VERSION, cases);
