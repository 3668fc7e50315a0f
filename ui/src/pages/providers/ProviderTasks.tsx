import { useTranslation } from 'react-i18next';
import { changeProvider, deleteProvider, type ProviderInput } from '@/api/actions';
import type { Provider } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { Confirm } from '@/parts/ui/Confirm';
import { CreateProvider } from './CreateProvider';
import { Credentials } from './Credentials';
import { ProviderForm } from './ProviderForm';
import { writeQuirks } from './quirks';

export type ProviderTask = { do: 'create' } | { do: 'edit' | 'credentials' | 'delete'; provider: Provider };

/** The dialog of what is being done to a provider. */
export function ProviderTasks({
  task,
  group,
  onClose,
}: {
  task: ProviderTask;
  group: string;
  onClose: () => void;
}) {
  switch (task.do) {
    case 'create':
      return <CreateProvider group={group} onClose={onClose} />;
    case 'edit':
      return <EditProvider provider={task.provider} onClose={onClose} />;
    case 'credentials':
      return <Credentials provider={task.provider} onClose={onClose} />;
    case 'delete':
      return <DeleteProvider provider={task.provider} onClose={onClose} />;
  }
}

type Props = { provider: Provider; onClose: () => void };

function EditProvider({ provider, onClose }: Props) {
  const { t } = useTranslation();
  const { change } = useChange({
    run: ({ provider_id: _, api_key, ...rest }: ProviderInput) =>
      changeProvider(provider.group_id, provider.provider_id, api_key ? { ...rest, api_key } : rest),
    what: 'providers',
    done: t('state.saved'),
  });
  return (
    <ProviderForm
      title={t('providers.edit', { name: provider.name })}
      start={shown(provider)}
      isNew={false}
      save={change}
      onClose={onClose}
    />
  );
}

/** What the form shows of a provider: never its key. */
function shown({ provider_id, name, base_url, protocol, quirks, note }: Provider) {
  return { provider_id, name, base_url, protocol, quirks: writeQuirks(quirks), note };
}

function DeleteProvider({ provider, onClose }: Props) {
  const { t } = useTranslation();
  const { attemptThen } = useChange({
    run: () => deleteProvider(provider.group_id, provider.provider_id),
    what: 'providers',
    done: t('providers.deleted'),
  });
  return (
    <Confirm
      title={t('providers.delete', { name: provider.name })}
      action={t('action.delete')}
      act={() => attemptThen(undefined)}
      onClose={onClose}
    >
      {t('providers.deleteAbout')}
    </Confirm>
  );
}
