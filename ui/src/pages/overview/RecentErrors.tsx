import { Link } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LogEntry } from '@/api/types';
import { Ago } from '@/parts/Ago';
import { StatusBadge } from '@/parts/StatusBadge';

/** The last requests that went wrong. */
export function RecentErrors({ entries }: { entries: LogEntry[] }) {
  const { t } = useTranslation();
  if (entries.length === 0)
    return (
      <p className="flex items-center gap-2 rounded-lg border border-line bg-panel px-4 py-3 text-soft">
        <CircleCheck className="size-4 text-good" />
        {t('overview.noErrors')}
      </p>
    );
  return (
    <div className="rounded-lg border border-line bg-panel">
      <ul className="divide-y divide-line">
        {entries.map((entry) => (
          <li key={entry.log_id} className="flex items-center gap-3 px-3 py-2 text-sm">
            <span className="w-16 shrink-0">
              <StatusBadge status={entry.status_code} />
            </span>
            <span className="w-40 shrink-0 truncate font-mono">{entry.route_alias ?? entry.asked_model}</span>
            <span className="min-w-0 flex-1 truncate text-soft" title={entry.error ?? undefined}>
              {entry.error}
            </span>
            <Link
              to="/requests"
              search={{ entry: entry.log_id }}
              aria-label={t('overview.openError', { name: entry.route_alias ?? entry.asked_model })}
              className="shrink-0 text-faint hover:underline"
            >
              <Ago at={entry.created_at} />
            </Link>
          </li>
        ))}
      </ul>
      <p className="border-t border-line px-3 py-2 text-sm">
        <Link to="/requests" search={{ outcome: 'error' }} className="text-accent hover:underline">
          {t('overview.allErrors')}
        </Link>
      </p>
    </div>
  );
}
