import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

const BOX =
  'h-8 w-full min-w-0 rounded-md border border-line-strong bg-panel px-2.5 text-base placeholder:text-faint ' +
  'aria-invalid:border-bad disabled:cursor-not-allowed disabled:opacity-60';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input autoComplete="off" spellCheck={false} className={cn(BOX, className)} {...rest} />;
}

/** Several lines of code. */
export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea
      autoComplete="off"
      spellCheck={false}
      className={cn(BOX, 'h-auto resize-y py-1.5 font-mono text-sm', className)}
      {...rest}
    />
  );
}

export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select className={cn(BOX, 'select-arrow truncate pr-7', className)} {...rest} />;
}

/** On or off, at once. Its name comes from `aria-label` or from a label around it. */
export function Switch({
  checked,
  onChange,
  className,
  ...rest
}: Omit<ComponentProps<'button'>, 'onChange'> & { checked: boolean; onChange: (on: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      onClick={() => onChange(!checked)}
      className={cn(
        'inline-flex h-4.5 w-8 shrink-0 items-center rounded-full border px-0.5 motion-safe:transition-colors',
        'disabled:cursor-not-allowed disabled:opacity-55',
        checked ? 'border-accent bg-accent' : 'border-faint bg-sunken',
        className,
      )}
      {...rest}
    >
      <span
        className={cn(
          'size-3 rounded-full transition-transform',
          checked ? 'translate-x-3.5 bg-on-accent' : 'bg-faint',
        )}
      />
    </button>
  );
}
