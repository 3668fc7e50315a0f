import { z } from 'zod';
import type { KeyInput } from '@/api/actions';
import type { Key } from '@/api/types';

/** The limits a key may have; an empty field is none. */
export const LIMITS = [
  'rpm_limit',
  'tokens_per_minute',
  'requests_per_day',
  'concurrency_limit',
  'max_requests',
  'max_tokens',
] as const;

const limit = z
  .string()
  .trim()
  .regex(/^([1-9]\d{0,14})?$/, 'form.wholeFromOne');

export const keySchema = z.object({
  name: z.string().trim().min(1, 'form.required').max(128, 'form.long'),
  owner_user_id: z.string().trim().max(64, 'form.long'),
  current_route: z.string(),
  fast_route: z.string(),
  expires_at: z.string(),
  purpose: z.enum(['default', 'cursor']),
  rpm_limit: limit,
  tokens_per_minute: limit,
  requests_per_day: limit,
  concurrency_limit: limit,
  max_requests: limit,
  max_tokens: limit,
});

/** The form's own shape: all text, as inputs hold it. */
export type KeyValues = z.infer<typeof keySchema>;

export function toValues(key: Key | undefined): KeyValues {
  const limits = Object.fromEntries(LIMITS.map((name) => [name, key?.[name]?.toString() ?? '']));
  return {
    name: key?.name ?? '',
    owner_user_id: key?.owner_user_id ?? '',
    current_route: key?.current_route ?? '',
    fast_route: key?.fast_route ?? '',
    purpose: key?.purpose ?? 'default',
    expires_at: key?.expires_at ? localMinute(new Date(key.expires_at)) : '',
    ...(limits as Pick<KeyValues, (typeof LIMITS)[number]>),
  };
}

/** What the gateway is sent: empty fields are `null`, which empties them. */
export function toInput(values: KeyValues): KeyInput {
  const limits = Object.fromEntries(LIMITS.map((name) => [name, values[name] ? Number(values[name]) : null]));
  return {
    name: values.name.trim(),
    owner_user_id: values.owner_user_id.trim() || null,
    current_route: values.current_route || null,
    fast_route: values.fast_route || null,
    purpose: values.purpose,
    expires_at: values.expires_at ? new Date(values.expires_at).toISOString() : null,
    ...limits,
  };
}

/** A time as `datetime-local` wants it: without a zone, in the reader's own. */
function localMinute(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
