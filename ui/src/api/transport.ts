import { ApiError, readError } from './errors';
import { session } from './session';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What carries a request to the gateway; tests give their own. */
export type Carrier = (path: string, init: RequestInit) => Promise<Response>;

const viaFetch: Carrier = (path, init) => fetch(path, init);
let carrier = viaFetch;

/** Puts another carrier in place and returns what brings the usual one back. */
export function carryWith(other: Carrier): () => void {
  carrier = other;
  return () => {
    carrier = viaFetch;
  };
}

/** Asks the gateway: the one way out of this page. Paths are relative, bodies are JSON text. */
export async function ask<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal);
  const answer = await readJson(response);
  if (response.ok) return answer as T;
  const error = readError(response.status, answer, response.headers.get('x-request-id'));
  // Asking who is signed in, and signing in, may well be answered with a no.
  if (error.isSignedOut && path !== '/admin/login' && path !== '/admin/session') session.end();
  throw error;
}

export const get = <T>(path: string, signal?: AbortSignal) => ask<T>('GET', path, undefined, signal);
export const post = <T>(path: string, body: unknown = {}) => ask<T>('POST', path, body);
export const patch = <T>(path: string, body: unknown) => ask<T>('PATCH', path, body);
export const remove = <T>(path: string) => ask<T>('DELETE', path);

async function send(method: Method, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const token = session.csrf();
  if (method !== 'GET' && token) headers['x-keyway-csrf'] = token;
  try {
    return await carrier(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, String(error instanceof Error ? error.message : error), 'unreachable');
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    if (response.ok) throw new ApiError(response.status, 'the answer was not JSON', 'not_json');
    return { detail: text.slice(0, 300) };
  }
}
