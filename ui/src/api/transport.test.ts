import { expect, onTestFinished, test, vi } from 'vitest';
import { FakeGateway, refusal } from '@/lib/testing/fakeGateway';
import { ApiError } from './errors';
import { session } from './session';
import { ask, type Carrier, carryWith, get, patch, post } from './transport';

function carried(carrier: Carrier) {
  session.remember(undefined);
  onTestFinished(carryWith(carrier));
}

async function failure(asking: Promise<unknown>): Promise<ApiError> {
  const error = await asking.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

test('changes carry the token of the session, questions do not', async () => {
  const gateway = new FakeGateway().on('GET /a', () => ({})).on('PATCH /a', () => ({}));
  carried(gateway.carry);
  session.remember('csrf-1');
  await get('/a');
  await patch('/a', { name: 'x' });
  expect(gateway.seen.map(({ csrf }) => csrf)).toEqual([null, 'csrf-1']);
  expect(gateway.seen[1]?.body).toEqual({ name: 'x' });
});

test('an error names its status, words, code, field and request', async () => {
  carried(
    new FakeGateway().on('POST /a', () => refusal(409, 'name is taken', { code: 'duplicate', field: 'name' }))
      .carry,
  );
  const error = await failure(post('/a'));
  expect(error).toMatchObject({
    status: 409,
    detail: 'name is taken',
    code: 'duplicate',
    field: 'name',
    requestId: 'req-1',
  });
});

test('the older form of an error, an object as detail, is read too', async () => {
  carried(
    async () => new Response(JSON.stringify({ detail: { type: 't', message: 'words' } }), { status: 400 }),
  );
  expect((await failure(get('/a'))).detail).toBe('words');
});

test('an answer that is no JSON is an error with its own words', async () => {
  carried(async () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
  expect(await failure(get('/a'))).toMatchObject({ status: 502, detail: '<h1>Bad gateway</h1>' });
  carried(async () => new Response('<!doctype html>', { status: 200 }));
  expect((await failure(get('/a'))).code).toBe('not_json');
});

test('no answer at all is told apart from a bad one', async () => {
  carried(async () => {
    throw new TypeError('fetch failed');
  });
  expect((await failure(get('/a'))).isUnreachable).toBe(true);
});

test('a question that was called off stays called off', async () => {
  carried(async () => {
    throw new DOMException('stopped', 'AbortError');
  });
  await expect(ask('GET', '/a')).rejects.toThrow(DOMException);
});

test('a session that is over sends to the login, a wrong token at the login does not', async () => {
  const signedOut = vi.fn();
  session.onSignedOut(signedOut);
  onTestFinished(() => session.onSignedOut(() => {}));
  const gateway = new FakeGateway()
    .on('GET /admin/llm/groups', () => refusal(401, 'no'))
    .on('POST /admin/login', () => refusal(401, 'no'));
  carried(gateway.carry);
  await failure(post('/admin/login', { token: 'x' }));
  expect(signedOut).not.toHaveBeenCalled();
  await failure(get('/admin/llm/groups'));
  expect(signedOut).toHaveBeenCalledOnce();
});
