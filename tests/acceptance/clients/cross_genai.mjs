// Google's Gen AI SDK for Node at several places. It has no accumulator: the chunks are put together as its users do.

import { readFileSync } from 'node:fs';
import { GoogleGenAI } from '@google/genai';
import { ABOUT_TOOLS, PIXEL, QUESTIONS, REPORT, RESULTS, runEverywhere } from './cross.mjs';

const manifest = new URL('./node_modules/@google/genai/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
const functionDeclarations = Object.entries(ABOUT_TOOLS).map(([name, { description, parameters }]) => ({
  name,
  description,
  parametersJsonSchema: parameters,
}));
const thinkingConfig = { includeThoughts: true, thinkingBudget: 2048 };
const image = { inlineData: { mimeType: 'image/png', data: PIXEL } };

function seen({ parts, finish, usage, answered }, model) {
  const text = (part) => (part.thought ? '' : (part.text ?? ''));
  return {
    text: parts.map(text).join(''),
    thoughts: parts.map((part) => (part.thought ? part.text : '')).join(''),
    calls: parts.filter((part) => part.functionCall).map(({ functionCall: call }) => [call.name, call.args]),
    finish,
    model: answered === model,
    usage: [
      usage.promptTokenCount,
      usage.cachedContentTokenCount,
      usage.candidatesTokenCount,
      usage.thoughtsTokenCount,
      usage.totalTokenCount,
    ],
  };
}

function open({ url, key, model }) {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });

  async function streamed(contents, config) {
    const answer = { parts: [] };
    for await (const chunk of await client.models.generateContentStream({ model, contents, config })) {
      const candidate = chunk.candidates?.[0];
      answer.parts.push(...(candidate?.content?.parts ?? []));
      answer.finish = candidate?.finishReason ?? answer.finish;
      answer.usage = chunk.usageMetadata ?? answer.usage;
      answer.answered = chunk.modelVersion;
    }
    return answer;
  }

  async function whole(contents, config) {
    const answer = await client.models.generateContent({ model, contents, config });
    const [{ content, finishReason }] = answer.candidates;
    return { parts: content.parts, finish: finishReason, usage: answer.usageMetadata, answered: answer.modelVersion };
  }

  async function toolsWith(ask) {
    const config = { tools: [{ functionDeclarations }], thinkingConfig };
    const contents = [{ role: 'user', parts: [{ text: QUESTIONS.tools }] }];
    const first = await ask(contents, config);
    const results = first.parts
      .filter((part) => part.functionCall)
      .map(({ functionCall: { id, name } }) => ({
        functionResponse: { id, name, response: { output: RESULTS[name] } },
      }));
    contents.push({ role: 'model', parts: first.parts }, { role: 'user', parts: results });
    return { turns: [seen(first, model), seen(await ask(contents, config), model)] };
  }

  const ask = async (parts, config) => ({ turns: [seen(await streamed([{ role: 'user', parts }], config), model)] });
  const format = { responseMimeType: 'application/json', responseJsonSchema: REPORT };
  return {
    text: () => ask([{ text: QUESTIONS.text }]),
    tools: () => toolsWith(streamed),
    tools_whole: () => toolsWith(whole),
    image: () => ask([{ text: QUESTIONS.image }, image]),
    structured: () => ask([{ text: QUESTIONS.structured }], format),
  };
}

await runEverywhere(version, open);
