// The same conversations at several places, each reported as a JSON line.

/** Where a client is sent: name, address, key and the model to ask for. */
export const PLACES = JSON.parse(process.env.CLIENT_PLACES);

/** A white dot. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

export const ABOUT_TOOLS = {
  get_weather: {
    description: 'Tells the weather.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
  get_time: {
    description: 'Tells the time.',
    parameters: {
      type: 'object',
      properties: { zone: { type: 'string' }, at: { type: 'number' } },
      required: ['zone', 'at'],
      additionalProperties: false,
    },
  },
};

/** What the tools answer. */
export const RESULTS = { get_weather: 'sunny', get_time: '12:30' };

export const REPORT = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};

export const QUESTIONS = {
  text: 'Say hello.',
  tools: 'How is the weather?',
  image: 'What is in the image?',
  structured: 'Make a structured report.',
};

async function run(name, what) {
  try {
    return { case: name, ...(await what()) };
  } catch (error) {
    return { case: name, error: { class: error?.constructor?.name, message: String(error) } };
  }
}

/** Plays the cases that `open` makes for each place. */
export async function runEverywhere(version, open) {
  console.log(JSON.stringify({ case: 'client', version }));
  const runs = PLACES.flatMap((place) =>
    Object.entries(open(place)).map(([name, what]) => run(`${place.name}/${name}`, what)),
  );
  for (const result of await Promise.all(runs)) console.log(JSON.stringify(result));
}
