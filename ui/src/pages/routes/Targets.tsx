import { useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { changeTarget, deleteTarget } from '@/api/actions';
import { targetsQuery } from '@/api/queries';
import type { Route, Target } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { EnabledSwitch } from '@/parts/EnabledSwitch';
import { Badge } from '@/parts/ui/Badge';
import { Button } from '@/parts/ui/Button';
import { Dialog } from '@/parts/ui/Dialog';
import { Shown } from '@/parts/ui/Shown';
import { AddTarget } from './AddTarget';

/** The further targets of a route, in the order they are tried. */
export function Targets({ route, onClose }: { route: Route; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useQuery(targetsQuery(route.route_id));
  return (
    <Dialog
      title={t('targets.of', { name: route.alias })}
      about={t('targets.about')}
      onClose={onClose}
      shape="wide"
    >
      <div className="grid gap-4 p-4">
        {route.mode === 'direct' && (
          <p className="rounded-md bg-warn-wash px-3 py-2 text-sm text-warn">{t('targets.unused')}</p>
        )}
        <Shown query={query} rows={2}>
          {(targets) =>
            targets.length === 0 ? (
              <p className="text-soft">{t('targets.empty')}</p>
            ) : (
              <ol aria-label={t('targets.title')} className="grid gap-1.5">
                {inOrder(targets).map((target, place, all) => (
                  <TargetRow
                    key={target.rp_id}
                    target={target}
                    above={all[place - 1]}
                    below={all[place + 1]}
                  />
                ))}
              </ol>
            )
          }
        </Shown>
        <AddTarget route={route} place={nextPriority(query.data ?? [])} />
      </div>
    </Dialog>
  );
}

export function inOrder(targets: readonly Target[]): Target[] {
  return targets.toSorted((a, b) => a.priority - b.priority);
}

/** The priority that puts one more target last. */
export function nextPriority(targets: readonly Target[]): number {
  return targets.reduce((last, { priority }) => Math.max(last, priority + 1), 0);
}

function TargetRow({ target, above, below }: { target: Target; above?: Target; below?: Target }) {
  const { t } = useTranslation();
  const { rp_id, provider_id, upstream_model, enabled, weight } = target;
  const name = `${provider_id} / ${upstream_model}`;
  const deletion = useChange({ run: deleteTarget, what: 'routes', done: t('targets.deleted') });
  const swap = useChange({
    run: async (other: Target) => {
      const [first, second] = [target.priority, other.priority];
      const isTie = first === second;
      await changeTarget(rp_id, { priority: isTie && other === below ? second + 1 : second });
      await changeTarget(other.rp_id, { priority: isTie && other === above ? first + 1 : first });
    },
    what: 'routes',
  });
  return (
    <li className="flex items-center gap-2 rounded-md border border-line px-3 py-1.5">
      <Badge>{provider_id}</Badge>
      <span className="min-w-0 flex-1 truncate font-mono text-sm">{upstream_model}</span>
      {weight > 1 && <Badge>{t('targets.weight', { weight })}</Badge>}
      <EnabledSwitch
        name={name}
        on={enabled}
        what="routes"
        set={(on) => changeTarget(rp_id, { enabled: on })}
      />
      <Button
        look="quiet"
        size="icon"
        aria-label={t('targets.up', { name })}
        disabled={!above || swap.busy}
        title={above ? undefined : t('targets.isFirst')}
        onClick={() => above && swap.attempt(above)}
      >
        <ArrowUp />
      </Button>
      <Button
        look="quiet"
        size="icon"
        aria-label={t('targets.down', { name })}
        disabled={!below || swap.busy}
        title={below ? undefined : t('targets.isLast')}
        onClick={() => below && swap.attempt(below)}
      >
        <ArrowDown />
      </Button>
      <Button
        look="danger"
        size="sm"
        busy={deletion.busy}
        aria-label={t('targets.delete', { name })}
        onClick={() => deletion.attempt(rp_id)}
      >
        {t('action.delete')}
      </Button>
    </li>
  );
}
