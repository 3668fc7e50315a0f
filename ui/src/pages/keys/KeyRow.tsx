import { Eye } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { changeKey } from '@/api/actions';
import type { Key } from '@/api/types';
import { Ago } from '@/parts/Ago';
import { EnabledSwitch } from '@/parts/EnabledSwitch';
import { RouteSelect } from '@/parts/RouteSelect';
import { Badge } from '@/parts/ui/Badge';
import { Button } from '@/parts/ui/Button';
import { Menu, MenuItem } from '@/parts/ui/Menu';
import { ActionsCell, Cell, NameCell } from '@/parts/ui/Table';
import type { KeyTask } from './KeyTasks';
import { UsageBar } from './UsageBar';

type Props = { entry: Key; start: (task: KeyTask) => void };

export function KeyRow({ entry, start }: Props) {
  const { t } = useTranslation();
  const { key_id, name, key_prefix, owner_user_id, expires_at, hash_only } = entry;
  const isExpired = expires_at !== null && Date.parse(expires_at) <= Date.now();
  return (
    <tr className="hover:bg-row-hover">
      <NameCell>
        <span className="flex items-center gap-2">
          {name}
          {isExpired && <Badge tone="bad">{t('keys.expired')}</Badge>}
        </span>
        {owner_user_id && <p className="text-xs font-normal text-faint">{owner_user_id}</p>}
      </NameCell>
      <Cell>
        <span className="flex items-center gap-1 whitespace-nowrap">
          <code className="font-mono text-sm text-soft">{key_prefix}</code>
          <Button
            look="quiet"
            size="icon"
            aria-label={t('keys.revealOf', { name })}
            title={t(hash_only ? 'keys.hashOnly' : 'keys.reveal')}
            disabled={hash_only}
            onClick={() => start({ do: 'reveal', key: entry })}
          >
            <Eye />
          </Button>
        </span>
      </Cell>
      <Cell>
        <RouteSelect entry={entry} slot="current_route" className="w-40" />
      </Cell>
      <Cell>
        <RouteSelect entry={entry} slot="fast_route" className="w-40" />
      </Cell>
      <Cell>
        <UsageBar entry={entry} />
      </Cell>
      <Cell className="text-sm whitespace-nowrap text-soft">
        <Ago at={entry.last_used_at} never={t('keys.never')} />
      </Cell>
      <Cell>
        <EnabledSwitch
          name={name}
          on={entry.enabled}
          what="keys"
          set={(enabled) => changeKey(key_id, { enabled })}
        />
      </Cell>
      <ActionsCell>
        <Menu label={t('action.more', { name })}>
          <MenuItem onSelect={() => start({ do: 'edit', key: entry })}>{t('action.edit')}</MenuItem>
          <MenuItem onSelect={() => start({ do: 'reset', key: entry })}>{t('keys.reset')}</MenuItem>
          <MenuItem danger onSelect={() => start({ do: 'delete', key: entry })}>
            {t('action.delete')}
          </MenuItem>
        </Menu>
      </ActionsCell>
    </tr>
  );
}
