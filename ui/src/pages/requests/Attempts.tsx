import { useTranslation } from 'react-i18next';
import type { Attempt } from '@/api/types';
import { duration } from '@/lib/format';
import { StatusBadge } from '@/parts/StatusBadge';

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
              {attempt.status_code !== null && <StatusBadge status={attempt.status_code} />}
              <span className="min-w-0 truncate font-mono">
                {attempt.provider_id} / {attempt.upstream_model}
              </span>
              <span className="ml-auto shrink-0 text-faint">
                {[attempt.credential, duration(attempt.ms)].filter(Boolean).join(' · ')}
              </span>
            </span>
            {attempt.error_class && <p className="mt-1 break-words text-bad">{attempt.error_class}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
