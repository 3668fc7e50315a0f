import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changeKey } from '@/api/actions';
import { routesQuery } from '@/api/queries';
import type { Key } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { Select } from './ui/inputs';

type Props = { entry: Key; slot: 'current_route' | 'fast_route'; className?: string };

/** The switch: which route a key answers with. Choosing is all there is to it. */
export function RouteSelect({ entry, slot, className }: Props) {
  const { t } = useTranslation();
  const routes = useQuery(routesQuery(entry.group_id)).data ?? [];
  const { attempt, busy } = useChange({
    run: (route: string) => changeKey(entry.key_id, { [slot]: route || null }),
    what: 'keys',
    done: t('keys.switched', { name: entry.name }),
  });
  const chosen = entry[slot] ?? '';
  const isListed = routes.some(({ alias }) => alias === chosen);
  return (
    <Select
      aria-label={t(slot === 'current_route' ? 'keys.currentOf' : 'keys.fastOf', { name: entry.name })}
      value={chosen}
      disabled={busy}
      onChange={(event) => attempt(event.target.value)}
      className={className}
    >
      <option value="">{t(slot === 'current_route' ? 'keys.noCurrent' : 'keys.noFast')}</option>
      {chosen !== '' && !isListed && <option value={chosen}>{chosen}</option>}
      {routes.map(({ route_id, alias, enabled }) => (
        <option key={route_id} value={alias}>
          {enabled ? alias : `${alias} (${t('state.off')})`}
        </option>
      ))}
    </Select>
  );
}
