import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keysQuery } from '@/api/queries';
import { useGroup } from '@/lib/useGroup';
import { Button } from '@/parts/ui/Button';
import { Empty } from '@/parts/ui/faces';
import { Page } from '@/parts/ui/Page';
import { Shown } from '@/parts/ui/Shown';
import { Table } from '@/parts/ui/Table';
import { KeyRow } from './KeyRow';
import { type KeyTask, KeyTasks } from './KeyTasks';

/** Keys: what clients of the group show to be let in. */
export function KeysPage() {
  const { t } = useTranslation();
  const group = useGroup();
  const query = useQuery(keysQuery(group));
  const [task, setTask] = useState<KeyTask>();
  const add = (
    <Button look="primary" onClick={() => setTask({ do: 'create' })}>
      <Plus />
      {t('keys.create')}
    </Button>
  );
  return (
    <Page title={t('keys.title')} about={t('keys.about')} actions={query.data?.length ? add : undefined}>
      <Shown query={query}>
        {(keys) =>
          keys.length === 0 ? (
            <Empty icon={<KeyRound />} title={t('keys.empty')} about={t('keys.emptyAbout')}>
              {add}
            </Empty>
          ) : (
            <Table
              label={t('keys.title')}
              heads={[
                t('keys.name'),
                t('keys.key'),
                t('keys.current'),
                t('keys.fast'),
                t('keys.used'),
                t('keys.lastUsed'),
                t('state.enabled'),
                '',
              ]}
            >
              {keys.map((key) => (
                <KeyRow key={key.key_id} entry={key} start={setTask} />
              ))}
            </Table>
          )
        }
      </Shown>
      {task && <KeyTasks task={task} group={group} onClose={() => setTask(undefined)} />}
    </Page>
  );
}
