// The OpenAI SDK for Node: Chat Completions, and Responses by the models whose names end in -r.

import OpenAI from 'openai';
import { VERSION } from 'openai/version';
import { CITY, HAS_ECHO, KEY, URL, runAll } from './cases.mjs';

const client = new OpenAI({ baseURL: `${URL}/v1`, apiKey: KEY });
const impatient = client.withOptions({ maxRetries: 0 });
const stranger = new OpenAI({ baseURL: `${URL}/v1`, apiKey: 'db_sk_nobody', maxRetries: 0 });

const about = { name: 'get_weather', description: 'Tells the weather.', parameters: CITY, strict: true };
const chatTool = { type: 'function', function: about };
const tool = { type: 'function', ...about };
const question = 'What is the weather in Zürich?';
const hello = (text = 'Say hello.') => [{ role: 'user', content: text }];

const seen = (answer) => ({
  text: answer.choices[0].message.content,
  model: answer.model,
  finish: answer.choices[0].finish_reason,
  usage: [
    answer.usage.prompt_tokens,
    answer.usage.prompt_tokens_details.cached_tokens,
    answer.usage.completion_tokens,
  ],
});

const seenResponse = (answer) => ({
  text: answer.output_text,
  model: answer.model,
  finish: answer.status,
  usage: [
    answer.usage.input_tokens,
    answer.usage.input_tokens_details.cached_tokens,
    answer.usage.output_tokens,
  ],
});

async function chatText({ caller = client, model = 'talker', text } = {}) {
  return seen(await caller.chat.completions.create({ model, messages: hello(text) }));
}

async function chatStream({ caller = client, model = 'talker', text } = {}) {
  const pieces = [];
  const stream = caller.chat.completions
    .stream({ model, messages: hello(text), stream_options: { include_usage: true } })
    .on('content', (piece) => pieces.push(piece));
  return { ...seen(await stream.finalChatCompletion()), pieces };
}

const callsOf = (message) =>
  message.tool_calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)]);

async function chatAfterTool(messages, first) {
  const message = first.choices[0].message;
  const results = message.tool_calls.map((call) => ({ role: 'tool', tool_call_id: call.id, content: 'sunny' }));
  const last = await client.chat.completions.create({
    model: 'caller',
    messages: [...messages, message, ...results],
    tools: [chatTool],
  });
  return { ...seen(last), calls: callsOf(message), call_finish: first.choices[0].finish_reason };
}

async function chatToolCall() {
  const messages = hello(question);
  const first = await client.chat.completions.create({ model: 'caller', messages, tools: [chatTool] });
  return chatAfterTool(messages, first);
}

async function chatStreamTool() {
  const messages = hello(question);
  const stream = client.chat.completions.stream({ model: 'caller', messages, tools: [chatTool] });
  return chatAfterTool(messages, await stream.finalChatCompletion());
}

async function responsesText({ caller = client, model = 'talker-r' } = {}) {
  return seenResponse(await caller.responses.create({ model, input: 'Say hello.' }));
}

async function responsesStream({ caller = client, model = 'talker-r' } = {}) {
  const pieces = [];
  const stream = caller.responses
    .stream({ model, input: 'Say hello.' })
    .on('response.output_text.delta', (event) => pieces.push(event.delta));
  return { ...seenResponse(await stream.finalResponse()), pieces };
}

async function responsesAfterTool(input, first) {
  const calls = first.output.filter((item) => item.type === 'function_call');
  const again = calls.map(({ parsed_arguments: _, ...call }) => call);
  const outputs = calls.map((call) => ({ type: 'function_call_output', call_id: call.call_id, output: 'sunny' }));
  const last = await client.responses.create({
    model: 'caller-r',
    input: [...input, ...again, ...outputs],
    tools: [tool],
  });
  return { ...seenResponse(last), calls: calls.map((call) => [call.name, JSON.parse(call.arguments)]) };
}

async function responsesTool() {
  const first = await client.responses.create({ model: 'caller-r', input: hello(question), tools: [tool] });
  return responsesAfterTool(hello(question), first);
}

async function responsesStreamTool() {
  const stream = client.responses.stream({ model: 'caller-r', input: hello(question), tools: [tool] });
  return responsesAfterTool(hello(question), await stream.finalResponse());
}

async function models() {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  return { models: names };
}

async function echoCall() {
  const messages = hello('echo: call get_weather {"city":"Zürich"}');
  const answer = await client.chat.completions.create({ model: 'echo', messages, tools: [chatTool] });
  return { calls: callsOf(answer.choices[0].message) };
}

const cases = {
  text: chatText,
  stream: chatStream,
  tool: chatToolCall,
  stream_tool: chatStreamTool,
  unknown_model: () => chatText({ model: 'no-such-model' }),
  bad_key: () => chatText({ caller: stranger }),
  refused: () => chatText({ caller: impatient, model: 'limited' }),
  retried: () => chatText({ model: 'busy' }),
  overloaded: () => chatStream({ model: 'tired' }),
  cut: () => chatStream({ caller: impatient, model: 'cutter' }),
  models,
  responses_text: responsesText,
  responses_stream: responsesStream,
  responses_tool: responsesTool,
  responses_stream_tool: responsesStreamTool,
  responses_unknown_model: () => responsesText({ model: 'no-such-model' }),
  responses_cut: () => responsesStream({ caller: impatient, model: 'cutter-r' }),
};
if (HAS_ECHO) {
  cases.echo = () => chatText({ model: 'echo' });
  cases.echo_stream = () => chatStream({ model: 'echo' });
  cases.echo_responses = () => responsesStream({ model: 'echo' });
  cases.echo_status = () => chatText({ caller: impatient, model: 'echo', text: 'echo: status 429' });
  cases.echo_cut = () => chatStream({ caller: impatient, model: 'echo', text: 'echo: cut after 5' });
  cases.echo_call = echoCall;
}

await runAll(VERSION, cases);
