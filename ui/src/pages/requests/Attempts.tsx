import { useTranslation } from 'react-i18next';
import { StatusBadge } from '@/parts/StatusBadge';
import type { Attempt } from './attempts';

/** The tries at targets, first to last. */
export function Attempts({ attempts }: { attempts: Attempt[] }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('requests.attempts')}>
      <h3 className="mb-1.5 text-sm font-semibold text-soft">{t('requests.attempts')}</h3>
      <ol className="grid gap-1.5">
        {attempts.map((attempt, place) => (
          <li key={place} className="rounded-md border border-line px-3 py-1.5 text-sm">
            <span className="flex items-center gap-2">
              {attempt.status !== undefined && <StatusBadge status={attempt.status} />}
              <span className="truncate font-mono">
                {[attempt.provider, attempt.upstream_model ?? attempt.model].filter(Boolean).join(' / ')}
              </span>
              <span className="ml-auto text-faint">{attempt.credential}</span>
            </span>
            {attempt.error && <p className="mt-1 break-words text-bad">{attempt.error}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
