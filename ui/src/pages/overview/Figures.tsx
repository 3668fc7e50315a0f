import { useTranslation } from 'react-i18next';
import type { Totals } from '@/api/queries';
import { count, duration } from '@/lib/format';

/** What went by today, in four figures. */
export function Figures({ today }: { today: Totals }) {
  const { t, i18n } = useTranslation();
  const figures = [
    { name: t('overview.requests'), value: count(today.total, i18n.language) },
    { name: t('overview.failed'), value: count(today.total - today.ok, i18n.language) },
    { name: t('overview.tokensIn'), value: count(today.req_t, i18n.language) },
    { name: t('overview.tokensOut'), value: count(today.resp_t, i18n.language) },
    { name: t('overview.latency'), value: today.total ? duration(today.avg_latency) : '–' },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-5">
      {figures.map(({ name, value }) => (
        <div key={name} className="bg-panel px-4 py-3">
          <dt className="text-xs text-faint">{name}</dt>
          <dd className="text-2xl font-semibold tracking-tight">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
