import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Health } from '@/api/types';

/** What rests after failures, and why, in the gateway's words. */
export function Resting({ health }: { health: Health[] }) {
  const { t } = useTranslation();
  return (
    <section
      aria-label={t('overview.restingHead')}
      className="mt-3 rounded-lg bg-bad-wash px-4 py-2.5 text-sm"
    >
      <ul className="grid gap-1">
        {health.map(({ provider_id, credential_label, model, explanation }) => (
          <li key={`${provider_id} ${credential_label} ${model}`}>
            <span className="font-medium text-bad">
              {[provider_id, credential_label, model].filter(Boolean).join(' · ')}
            </span>{' '}
            <span className="text-soft">{explanation}</span>
          </li>
        ))}
      </ul>
      <Link to="/providers" className="mt-1 inline-block text-accent hover:underline">
        {t('overview.restingNext')}
      </Link>
    </section>
  );
}
