import { ArrowRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { changeRoute } from '@/api/actions';
import type { Route } from '@/api/types';
import { EnabledSwitch } from '@/parts/EnabledSwitch';
import { TestButton } from '@/parts/TestButton';
import { Badge } from '@/parts/ui/Badge';
import { CopyButton } from '@/parts/ui/CopyButton';
import { Menu, MenuItem } from '@/parts/ui/Menu';
import { ActionsCell, Cell, NameCell } from '@/parts/ui/Table';
import type { RouteTask } from './RouteTasks';

type Props = { route: Route; start: (task: RouteTask) => void };

export function RouteRow({ route, start }: Props) {
  const { t } = useTranslation();
  const { route_id, group_id, alias, provider_id, upstream_model, note } = route;
  return (
    <tr className="hover:bg-row-hover">
      <NameCell>
        <span className="flex items-center gap-1">
          <span className="font-mono text-sm">{alias}</span>
          <CopyButton text={alias} label={t('routes.copyAlias', { name: alias })} />
        </span>
        {note && <p className="max-w-72 truncate text-xs font-normal text-faint">{note}</p>}
      </NameCell>
      <Cell>
        <span className="flex items-center gap-2 text-sm whitespace-nowrap">
          <Badge>{provider_id}</Badge>
          <ArrowRight aria-hidden className="size-3.5 text-faint" />
          <span className="max-w-72 truncate font-mono">{upstream_model}</span>
          {route.targets.length > 0 && <Badge>{t('targets.more', { count: route.targets.length })}</Badge>}
        </span>
      </Cell>
      <Cell>
        <Badge tone={route.mode === 'direct' ? 'plain' : 'accent'}>{t(`mode.${route.mode}`)}</Badge>
      </Cell>
      <Cell>
        <EnabledSwitch
          name={alias}
          on={route.enabled}
          what="routes"
          set={(enabled) => changeRoute(route_id, { enabled })}
        />
      </Cell>
      <Cell>
        <TestButton name={alias} what={{ alias, group_id }} />
      </Cell>
      <ActionsCell>
        <Menu label={t('action.more', { name: alias })}>
          <MenuItem onSelect={() => start({ do: 'edit', route })}>{t('action.edit')}</MenuItem>
          <MenuItem onSelect={() => start({ do: 'targets', route })}>{t('targets.title')}</MenuItem>
          <MenuItem danger onSelect={() => start({ do: 'delete', route })}>
            {t('action.delete')}
          </MenuItem>
        </Menu>
      </ActionsCell>
    </tr>
  );
}
