import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const REPLY = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'tiny',
  choices: [{ index: 0, message: { role: 'assistant', content: 'OK' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
};

/** A provider on loopback that always answers the same; model `broken` gets a 400. */
export async function startUpstream(): Promise<{ baseUrl: string; stop: () => void }> {
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => {
      text += piece;
    });
    request.on('end', () => {
      const isBroken = text.includes('"broken"');
      const models = { object: 'list', data: [{ id: 'tiny', object: 'model' }] };
      const body = isBroken
        ? { error: { message: 'no such model', type: 'invalid_request_error' } }
        : request.url?.endsWith('/models')
          ? models
          : REPLY;
      response.writeHead(isBroken ? 400 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}/v1`, stop: () => server.close() };
}
