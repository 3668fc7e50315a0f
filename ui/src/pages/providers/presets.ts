import type { Preset, Protocol } from '@/api/types';

/** Presets whose name or id holds all of the words; the one with no address is what Custom is for. */
export function matching(presets: readonly Preset[], words: string): Preset[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return presets.filter(
    ({ id, name, base_urls }) =>
      Object.keys(base_urls).length > 0 &&
      wanted.every((word) => `${id} ${name}`.toLowerCase().includes(word)),
  );
}

/** The preset's id, with a number when the group has it already. */
export function freeId(id: string, taken: readonly string[]): string {
  let candidate = id;
  for (let number = 2; taken.includes(candidate); number += 1) candidate = `${id}-${number}`;
  return candidate;
}

/**
 * Where a provider speaks its further protocols. One that shares the address of the chosen protocol follows it when
 * the user has changed it: `https://YOUR-RESOURCE…` stands in both. When the user has named another host, the rest are
 * left out: the key belongs to that host, and must not go to the one of the preset.
 */
export function furtherEndpoints(
  { base_urls }: Pick<Preset, 'base_urls'>,
  chosen: Protocol,
  address: string,
): Preset['base_urls'] {
  const usual = base_urls[chosen];
  const isElsewhere = usual !== undefined && origin(usual) !== origin(address);
  const others = Object.entries(base_urls).filter(
    ([protocol, url]) => protocol !== chosen && (url === usual || !isElsewhere),
  );
  return Object.fromEntries(others.map(([protocol, url]) => [protocol, url === usual ? address : url]));
}

function origin(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : address;
}
