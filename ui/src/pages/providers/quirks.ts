import type { Quirks } from '@/api/types';

/** The object that a text says; none where the text is empty, nothing where it says something else. */
export function readQuirks(text: string): Quirks | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Quirks)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The text of an object, for people to change. */
export function writeQuirks(quirks: Quirks): string {
  return Object.keys(quirks).length === 0 ? '' : JSON.stringify(quirks, null, 2);
}
