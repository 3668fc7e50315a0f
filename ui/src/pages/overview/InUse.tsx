import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { keysQuery, routesQuery } from '@/api/queries';
import type { Key } from '@/api/types';
import { Ago } from '@/parts/Ago';
import { RouteSelect } from '@/parts/RouteSelect';
import { Badge } from '@/parts/ui/Badge';
import { Empty } from '@/parts/ui/faces';
import { Shown } from '@/parts/ui/Shown';
import { Cell, NameCell, Table } from '@/parts/ui/Table';

/** What each key answers with now, and the switch. The keys used last come first. */
export function InUse({ group }: { group: string }) {
  const { t } = useTranslation();
  const query = useQuery(keysQuery(group));
  const hasNoRoute = useQuery(routesQuery(group)).data?.length === 0;
  return (
    <Shown query={query} rows={2}>
      {(keys) =>
        keys.length === 0 ? (
          <Empty icon={<KeyRound />} title={t('keys.empty')} about={t('overview.begin')}>
            <Link to={hasNoRoute ? '/providers' : '/keys'} className="text-accent underline">
              {t(hasNoRoute ? 'overview.toProviders' : 'overview.toKeys')}
            </Link>
          </Empty>
        ) : (
          <Table
            label={t('overview.inUse')}
            heads={[t('keys.name'), t('keys.current'), t('keys.fast'), t('keys.lastUsed')]}
          >
            {byLastUse(keys).map((key) => (
              <tr key={key.key_id}>
                <NameCell>
                  <span className="flex items-center gap-2">
                    {key.name}
                    {!key.enabled && <Badge>{t('state.off')}</Badge>}
                  </span>
                  <code className="font-mono text-xs font-normal text-faint">{key.key_prefix}</code>
                </NameCell>
                <Cell>
                  <RouteSelect entry={key} slot="current_route" className="min-w-32 max-w-56 font-medium" />
                </Cell>
                <Cell>
                  <RouteSelect entry={key} slot="fast_route" className="min-w-32 max-w-48" />
                </Cell>
                <Cell className="text-sm whitespace-nowrap text-soft">
                  <Ago at={key.last_used_at} never={t('keys.never')} />
                </Cell>
              </tr>
            ))}
          </Table>
        )
      }
    </Shown>
  );
}

export function byLastUse(keys: readonly Key[]): Key[] {
  return keys.toSorted((a, b) => (b.last_used_at ?? '').localeCompare(a.last_used_at ?? ''));
}
