import type { Carrier } from '@/api/transport';

/** One request as the fake gateway saw it. */
export type Seen = {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  csrf: string | null;
};

type Answer = { status?: number; body: unknown };
type Handler = (seen: Seen) => Answer | unknown;

/** A gateway made of canned answers, in place of the network; it remembers what it was asked. */
export class FakeGateway {
  readonly seen: Seen[] = [];
  private readonly handlers = new Map<string, Handler>();

  /** Names what is answered to `GET /path`; the query is left out. The last word counts. */
  on(request: string, handler: Handler): this {
    this.handlers.set(request, handler);
    return this;
  }

  readonly carry: Carrier = async (path, init) => {
    const url = new URL(path, 'http://gateway');
    const headers = new Headers(init.headers);
    const seen: Seen = {
      method: init.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      csrf: headers.get('x-keyway-csrf'),
    };
    this.seen.push(seen);
    const handler = this.handlers.get(`${seen.method} ${seen.path}`);
    if (!handler)
      return json(404, { detail: `no answer for ${seen.method} ${seen.path}`, code: 'not_found' });
    const answer = handler(seen);
    return isAnswer(answer) ? json(answer.status ?? 200, answer.body) : json(200, answer);
  };

  /** What was asked with this method and path. */
  asked(request: string): Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}` === request);
  }
}

/** An answer with a status of its own. */
export function refusal(status: number, detail: string, more: object = {}): Answer {
  return { status, body: { detail, request_id: 'req-1', ...more } };
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && 'body' in value;
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}
