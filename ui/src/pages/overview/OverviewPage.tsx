import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { overviewQuery } from '@/api/queries';
import { useGroup } from '@/lib/useGroup';
import { Page, Section } from '@/parts/ui/Page';
import { Shown } from '@/parts/ui/Shown';
import { Address } from './Address';
import { Figures } from './Figures';
import { InUse } from './InUse';
import { RecentErrors } from './RecentErrors';

/** Overview, in one look: what is in use, is all well, what went by. */
export function OverviewPage() {
  const { t } = useTranslation();
  const group = useGroup();
  const overview = useQuery(overviewQuery(group));
  return (
    <Page title={t('overview.title')} about={t('overview.about')}>
      <Address resting={overview.data?.circuit_providers} />
      <Section title={t('overview.inUse')}>
        <InUse group={group} />
      </Section>
      <Section title={t('overview.today')}>
        <Shown query={overview} rows={1}>
          {(data) => <Figures overview={data} />}
        </Shown>
      </Section>
      <Section title={t('overview.errors')}>
        <Shown query={overview} rows={2}>
          {(data) => <RecentErrors entries={data.recent_errors} />}
        </Shown>
      </Section>
    </Page>
  );
}
