import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

const TONES = {
  plain: 'bg-sunken text-soft',
  accent: 'bg-accent-wash text-accent',
  good: 'bg-good-wash text-good',
  warn: 'bg-warn-wash text-warn',
  bad: 'bg-bad-wash text-bad',
} as const;

export type Tone = keyof typeof TONES;

/** A word about the state of something. */
export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1 rounded-sm px-1.5 py-px text-xs font-medium whitespace-nowrap [&_svg]:size-3',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

const DOTS = {
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  plain: 'bg-faint',
  accent: 'bg-accent',
} as const;

/** A dot that says the same as the words beside it. */
export function Dot({ tone }: { tone: Tone }) {
  return <span aria-hidden className={cn('inline-block size-2 shrink-0 rounded-full', DOTS[tone])} />;
}
