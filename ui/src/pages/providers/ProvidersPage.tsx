import { useQuery } from '@tanstack/react-query';
import { Plus, Server } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { providersQuery } from '@/api/queries';
import { useGroup } from '@/lib/useGroup';
import { Button } from '@/parts/ui/Button';
import { Empty } from '@/parts/ui/faces';
import { Page } from '@/parts/ui/Page';
import { Shown } from '@/parts/ui/Shown';
import { Table } from '@/parts/ui/Table';
import { ProviderRow } from './ProviderRow';
import { type ProviderTask, ProviderTasks } from './ProviderTasks';

/** Providers: the upstream services of the group. */
export function ProvidersPage() {
  const { t } = useTranslation();
  const group = useGroup();
  const query = useQuery(providersQuery(group));
  const [task, setTask] = useState<ProviderTask>();
  const add = (
    <Button look="primary" onClick={() => setTask({ do: 'create' })}>
      <Plus />
      {t('providers.create')}
    </Button>
  );
  return (
    <Page
      title={t('providers.title')}
      about={t('providers.about')}
      actions={query.data?.length ? add : undefined}
    >
      <Shown query={query}>
        {(providers) =>
          providers.length === 0 ? (
            <Empty icon={<Server />} title={t('providers.empty')} about={t('providers.emptyAbout')}>
              {add}
            </Empty>
          ) : (
            <Table
              label={t('providers.title')}
              heads={[
                t('providers.name'),
                t('providers.protocol'),
                t('providers.baseUrl'),
                t('providers.key'),
                t('state.enabled'),
                t('test.head'),
                '',
              ]}
            >
              {providers.map((provider) => (
                <ProviderRow key={provider.provider_id} provider={provider} start={setTask} />
              ))}
            </Table>
          )
        }
      </Shown>
      {task && <ProviderTasks task={task} group={group} onClose={() => setTask(undefined)} />}
    </Page>
  );
}
