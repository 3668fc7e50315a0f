import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeGroup } from '@/api/actions';
import { groupsQuery } from '@/api/queries';
import type { Group } from '@/api/types';
import { EnabledSwitch } from '@/parts/EnabledSwitch';
import { Button } from '@/parts/ui/Button';
import { Menu, MenuItem } from '@/parts/ui/Menu';
import { Page } from '@/parts/ui/Page';
import { Shown } from '@/parts/ui/Shown';
import { ActionsCell, Cell, NameCell, Table } from '@/parts/ui/Table';
import { type GroupTask, GroupTasks } from './GroupTasks';

/** Groups: namespaces that see nothing of each other. */
export function GroupsPage() {
  const { t } = useTranslation();
  const query = useQuery(groupsQuery);
  const [task, setTask] = useState<GroupTask>();
  return (
    <Page
      title={t('groups.title')}
      about={t('groups.about')}
      actions={
        <Button look="primary" onClick={() => setTask({ do: 'create' })}>
          <Plus />
          {t('groups.create')}
        </Button>
      }
    >
      <Shown query={query}>
        {(groups) => (
          <Table
            label={t('groups.title')}
            heads={[
              t('groups.name'),
              t('groups.id'),
              t('nav.providers'),
              t('nav.routes'),
              t('nav.keys'),
              t('state.enabled'),
              '',
            ]}
          >
            {groups.map((group) => (
              <GroupRow key={group.group_id} group={group} start={setTask} />
            ))}
          </Table>
        )}
      </Shown>
      {task && <GroupTasks task={task} onClose={() => setTask(undefined)} />}
    </Page>
  );
}

function GroupRow({ group, start }: { group: Group; start: (task: GroupTask) => void }) {
  const { t } = useTranslation();
  const { group_id, name, note } = group;
  return (
    <tr className="hover:bg-row-hover">
      <NameCell>
        <Link to="/overview" search={{ group: group_id }} className="hover:underline">
          {name}
        </Link>
        {note && <p className="max-w-80 truncate text-xs font-normal text-faint">{note}</p>}
      </NameCell>
      <Cell className="font-mono text-sm text-soft">{group_id}</Cell>
      <Cell>{group.provider_count}</Cell>
      <Cell>{group.route_count}</Cell>
      <Cell>{group.key_count}</Cell>
      <Cell>
        <EnabledSwitch
          name={name}
          on={group.enabled}
          what="groups"
          set={(enabled) => changeGroup(group_id, { enabled })}
        />
      </Cell>
      <ActionsCell>
        <Menu label={t('action.more', { name })}>
          <MenuItem onSelect={() => start({ do: 'rename', group })}>{t('action.rename')}</MenuItem>
          <MenuItem onSelect={() => start({ do: 'copy', group })}>{t('action.copy')}</MenuItem>
          {group_id !== 'default' && (
            <MenuItem danger onSelect={() => start({ do: 'delete', group })}>
              {t('action.delete')}
            </MenuItem>
          )}
        </Menu>
      </ActionsCell>
    </tr>
  );
}
