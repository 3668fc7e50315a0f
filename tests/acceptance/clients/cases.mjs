// Runs the cases of one client and prints a JSON line for each.

export const URL = process.env.CLIENT_URL;
export const KEY = process.env.CLIENT_KEY;
export const HAS_ECHO = process.env.CLIENT_ECHO === '1';
export const CITY = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

/** What a client's user learns from an error. */
function failure(error) {
  return {
    class: error?.constructor?.name ?? typeof error,
    status: error?.status ?? null,
    retry_after: error?.headers?.get?.('retry-after') ?? null,
    message: String(error?.message ?? error),
  };
}

async function run(name, what) {
  try {
    return { case: name, ...(await what()) };
  } catch (error) {
    return { case: name, error: failure(error) };
  }
}

/** All at once: several of them mostly wait. */
export async function runAll(client, cases) {
  console.log(JSON.stringify({ case: 'client', version: client }));
  const results = await Promise.all(Object.entries(cases).map(([name, what]) => run(name, what)));
  for (const result of results) console.log(JSON.stringify(result));
}
