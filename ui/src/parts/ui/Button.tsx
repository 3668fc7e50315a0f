import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

const LOOKS = {
  primary: 'bg-accent text-on-accent border-transparent hover:bg-accent-strong',
  plain: 'bg-panel border-line-strong hover:bg-hover',
  quiet: 'border-transparent text-soft hover:bg-hover hover:text-ink',
  danger: 'bg-panel border-line-strong text-bad hover:bg-bad-wash hover:border-bad',
} as const;

type Props = ComponentProps<'button'> & {
  look?: keyof typeof LOOKS;
  size?: 'md' | 'sm' | 'icon';
  busy?: boolean;
};

const SIZES = {
  md: 'h-8 px-3 text-sm',
  sm: 'h-7 px-2 text-sm',
  icon: 'size-7 justify-center',
} as const;

/** Something to press. While busy it stays in its place and cannot be pressed twice. */
export function Button({ look = 'plain', size = 'md', busy = false, className, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      className={cn(
        'inline-flex shrink-0 items-center gap-1.5 rounded-md border font-medium whitespace-nowrap motion-safe:transition-colors',
        'disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
        busy && 'cursor-progress!',
        LOOKS[look],
        SIZES[size],
        className,
      )}
      {...rest}
    />
  );
}
