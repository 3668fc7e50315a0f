import { useTranslation } from 'react-i18next';
import { changeRoute, createRoute, deleteRoute, type RouteInput } from '@/api/actions';
import type { Route } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { Confirm } from '@/parts/ui/Confirm';
import { RouteForm } from './RouteForm';
import { Targets } from './Targets';

export type RouteTask = { do: 'create' } | { do: 'edit' | 'targets' | 'delete'; route: Route };

/** The dialog of what is being done to a route. */
export function RouteTasks({
  task,
  group,
  onClose,
}: {
  task: RouteTask;
  group: string;
  onClose: () => void;
}) {
  switch (task.do) {
    case 'create':
      return <CreateRoute group={group} onClose={onClose} />;
    case 'edit':
      return <EditRoute route={task.route} onClose={onClose} />;
    case 'targets':
      return <Targets route={task.route} onClose={onClose} />;
    case 'delete':
      return <DeleteRoute route={task.route} onClose={onClose} />;
  }
}

function CreateRoute({ group, onClose }: { group: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { change } = useChange({
    run: (input: RouteInput) => createRoute(group, input),
    what: 'routes',
    done: t('routes.created'),
  });
  return <RouteForm title={t('routes.create')} group={group} save={change} onClose={onClose} />;
}

type Props = { route: Route; onClose: () => void };

function EditRoute({ route, onClose }: Props) {
  const { t } = useTranslation();
  const { change } = useChange({
    run: (input: RouteInput) => changeRoute(route.route_id, input),
    what: 'routes',
    done: t('state.saved'),
  });
  return (
    <RouteForm
      title={t('routes.edit', { name: route.alias })}
      group={route.group_id}
      start={route}
      save={change}
      onClose={onClose}
    />
  );
}

function DeleteRoute({ route, onClose }: Props) {
  const { t } = useTranslation();
  const { attemptThen } = useChange({ run: deleteRoute, what: 'routes', done: t('routes.deleted') });
  return (
    <Confirm
      title={t('routes.delete', { name: route.alias })}
      action={t('action.delete')}
      act={() => attemptThen(route.route_id)}
      onClose={onClose}
    >
      {t('routes.deleteAbout')}
    </Confirm>
  );
}
