// Google's Gen AI SDK for Node.

import { readFileSync } from 'node:fs';
import { GoogleGenAI } from '@google/genai';
import { CITY, HAS_ECHO, KEY, URL, runAll } from './cases.mjs';

const manifest = new globalThis.URL('./node_modules/@google/genai/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
const open = (apiKey, options) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: URL, ...options } });
const client = open(KEY, { retryOptions: { attempts: 3 } });
const impatient = open(KEY, {});
const stranger = open('db_sk_nobody', {});

const declaration = { name: 'get_weather', description: 'Tells the weather.', parametersJsonSchema: CITY };
const config = { tools: [{ functionDeclarations: [declaration] }] };
const hello = (text) => [{ role: 'user', parts: [{ text }] }];
const question = hello('What is the weather in Zürich?');

const seen = (answer, text = answer.text) => ({
  text,
  model: answer.modelVersion,
  finish: answer.candidates?.[0]?.finishReason,
  usage: [
    answer.usageMetadata?.promptTokenCount,
    answer.usageMetadata?.cachedContentTokenCount,
    answer.usageMetadata?.candidatesTokenCount,
  ],
});

async function text({ caller = client, model = 'talker', said = 'Say hello.' } = {}) {
  return seen(await caller.models.generateContent({ model, contents: said }));
}

async function stream({ caller = client, model = 'talker', said = 'Say hello.' } = {}) {
  const pieces = [];
  let last;
  for await (const chunk of await caller.models.generateContentStream({ model, contents: said })) {
    if (chunk.text) pieces.push(chunk.text);
    last = chunk;
  }
  if (!last?.candidates?.[0]?.finishReason) throw new Error('ended without a finish reason');
  return { ...seen(last, pieces.join('')), pieces };
}

const callsOf = (parts) =>
  parts.filter((part) => part.functionCall).map((part) => [part.functionCall.name, part.functionCall.args]);

async function afterTool(parts) {
  const results = parts
    .filter((part) => part.functionCall)
    .map(({ functionCall: { id, name } }) => ({ functionResponse: { id, name, response: { output: 'sunny' } } }));
  const contents = [...question, { role: 'model', parts }, { role: 'user', parts: results }];
  const last = await client.models.generateContent({ model: 'caller', contents, config });
  return { ...seen(last), calls: callsOf(parts) };
}

async function tool() {
  const first = await client.models.generateContent({ model: 'caller', contents: question, config });
  return afterTool(first.candidates[0].content.parts);
}

async function streamTool() {
  const parts = [];
  for await (const chunk of await client.models.generateContentStream({ model: 'caller', contents: question, config })) {
    parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []).filter((part) => part.text !== ''));
  }
  return afterTool(parts);
}

async function models() {
  const names = [];
  for await (const model of await client.models.list()) names.push(model.name.replace('models/', ''));
  return { models: names };
}

async function count() {
  const counted = await client.models.countTokens({ model: 'talker', contents: 'word '.repeat(200) });
  return { tokens: counted.totalTokens };
}

async function echoCall() {
  const contents = hello('echo: call get_weather {"city":"Zürich"}');
  const answer = await client.models.generateContent({ model: 'echo', contents, config });
  return { calls: callsOf(answer.candidates[0].content.parts) };
}

const cases = {
  text,
  stream,
  tool,
  stream_tool: streamTool,
  unknown_model: () => text({ caller: impatient, model: 'no-such-model' }),
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
  cases.echo_status = () => text({ caller: impatient, model: 'echo', said: 'echo: status 503' });
  cases.echo_cut = () => stream({ caller: impatient, model: 'echo', said: 'echo: cut after 5' });
  cases.echo_call = echoCall;
}

await runAll(version, cases);
