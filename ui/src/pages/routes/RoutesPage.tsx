import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { providersQuery, routesQuery } from '@/api/queries';
import { useGroup } from '@/lib/useGroup';
import { Button } from '@/parts/ui/Button';
import { Empty } from '@/parts/ui/faces';
import { Page } from '@/parts/ui/Page';
import { Shown } from '@/parts/ui/Shown';
import { Table } from '@/parts/ui/Table';
import { RouteRow } from './RouteRow';
import { type RouteTask, RouteTasks } from './RouteTasks';

/** Routes: the model names that clients ask for, and what answers. */
export function RoutesPage() {
  const { t } = useTranslation();
  const group = useGroup();
  const query = useQuery(routesQuery(group));
  const hasNoProvider = useQuery(providersQuery(group)).data?.length === 0;
  const [task, setTask] = useState<RouteTask>();
  const add = (
    <Button look="primary" onClick={() => setTask({ do: 'create' })}>
      <Plus />
      {t('routes.create')}
    </Button>
  );
  return (
    <Page title={t('routes.title')} about={t('routes.about')} actions={query.data?.length ? add : undefined}>
      <Shown query={query}>
        {(routes) =>
          routes.length === 0 ? (
            <Empty
              icon={<Waypoints />}
              title={t('routes.empty')}
              about={t(hasNoProvider ? 'routes.needsProvider' : 'routes.emptyAbout')}
            >
              {hasNoProvider ? (
                <Link to="/providers" className="text-accent underline">
                  {t('routes.toProviders')}
                </Link>
              ) : (
                add
              )}
            </Empty>
          ) : (
            <Table
              label={t('routes.title')}
              heads={[
                t('routes.alias'),
                t('routes.target'),
                t('routes.mode'),
                t('state.enabled'),
                t('test.head'),
                '',
              ]}
            >
              {routes.map((route) => (
                <RouteRow key={route.route_id} route={route} start={setTask} />
              ))}
            </Table>
          )
        }
      </Shown>
      {task && <RouteTasks task={task} group={group} onClose={() => setTask(undefined)} />}
    </Page>
  );
}
