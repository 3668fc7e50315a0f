import type { LogEntry } from '@/api/types';

/** One try at one target. */
export type Attempt = {
  provider?: string;
  upstream_model?: string;
  model?: string;
  credential?: string;
  status?: number;
  error?: string;
  [more: string]: unknown;
};

/** The attempts of an entry: a list, or the text of one. */
export function attemptsOf({ attempts }: LogEntry): Attempt[] {
  if (Array.isArray(attempts)) return attempts;
  if (typeof attempts !== 'string') return [];
  try {
    const value: unknown = JSON.parse(attempts);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
