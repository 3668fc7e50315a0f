import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '@/lib/useErrorWords';
import { Button } from './Button';

/** Stands where rows will be, in their size, so that nothing jumps when they come. */
export function Loading({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-label={t('state.loading')}
      className="grid gap-px overflow-hidden rounded-lg border border-line"
    >
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-10 items-center gap-6 bg-panel px-3">
          <span className="h-2.5 w-32 motion-safe:animate-pulse rounded-sm bg-hover" />
          <span className="h-2.5 w-56 motion-safe:animate-pulse rounded-sm bg-hover" />
        </div>
      ))}
    </div>
  );
}

type EmptyProps = { icon: ReactNode; title: string; about: string; children?: ReactNode };

/** Nothing here yet: says what would be here and how to begin. */
export function Empty({ icon, title, about, children }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-2 rounded-lg border border-dashed border-line-strong px-6 py-10 text-center [&>svg]:size-6 [&>svg]:text-faint">
      {icon}
      <h2 className="text-lg font-semibold">{title}</h2>
      <p className="max-w-md text-soft">{about}</p>
      {children && <div className="mt-2 flex gap-2">{children}</div>}
    </div>
  );
}

/** What went wrong, what to do next, and a button to try again. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const [title, next] = useErrorWords()(error);
  return (
    <div
      role="alert"
      className="flex items-start gap-3 rounded-lg border border-bad/40 bg-bad-wash px-4 py-3"
    >
      <CircleAlert className="mt-0.5 size-5 shrink-0 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words text-bad">{title}</p>
        <p className="text-sm text-soft">{next}</p>
      </div>
      {retry && (
        <Button size="sm" onClick={retry}>
          {t('action.retry')}
        </Button>
      )}
    </div>
  );
}
