import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { healthQuery, recentErrorsQuery, usageQuery } from '@/api/queries';
import { startOfToday } from '@/lib/format';
import { useGroup } from '@/lib/useGroup';
import { Page, Section } from '@/parts/ui/Page';
import { Shown } from '@/parts/ui/Shown';
import { Address } from './Address';
import { Figures } from './Figures';
import { InUse } from './InUse';
import { RecentErrors } from './RecentErrors';
import { Resting } from './Resting';

/** Overview, in one look: what is in use, is all well, what went by. */
export function OverviewPage() {
  const { t } = useTranslation();
  const group = useGroup();
  const health = useQuery(healthQuery(group));
  const usage = useQuery(usageQuery(group, startOfToday(Date.now())));
  const errors = useQuery(recentErrorsQuery(group));
  const resting = health.data?.filter(({ circuit_open }) => circuit_open);
  return (
    <Page title={t('overview.title')} about={t('overview.about')}>
      <Address group={group} resting={resting?.length} />
      {resting && resting.length > 0 && <Resting health={resting} />}
      <Section title={t('overview.inUse')}>
        <InUse group={group} />
      </Section>
      <Section title={t('overview.today')}>
        <Shown query={usage} rows={1}>
          {(totals) => <Figures today={totals} />}
        </Shown>
      </Section>
      <Section title={t('overview.errors')}>
        <Shown query={errors} rows={2}>
          {(entries) => <RecentErrors entries={entries} />}
        </Shown>
      </Section>
    </Page>
  );
}
