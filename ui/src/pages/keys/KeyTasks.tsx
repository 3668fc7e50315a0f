import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeKey, createKey, deleteKey, type KeyInput } from '@/api/actions';
import type { Key } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { KeyPlaintext } from '@/parts/KeyPlaintext';
import { Confirm } from '@/parts/ui/Confirm';
import { KeyForm } from './KeyForm';
import { RevealKey } from './RevealKey';

export type KeyTask = { do: 'create' } | { do: 'edit' | 'reveal' | 'reset' | 'delete'; key: Key };

/** The dialog of what is being done to a key. */
export function KeyTasks({ task, group, onClose }: { task: KeyTask; group: string; onClose: () => void }) {
  switch (task.do) {
    case 'create':
      return <CreateKey group={group} onClose={onClose} />;
    case 'edit':
      return <EditKey entry={task.key} onClose={onClose} />;
    case 'reveal':
      return <RevealKey entry={task.key} onClose={onClose} />;
    case 'reset':
      return <ResetKey entry={task.key} onClose={onClose} />;
    case 'delete':
      return <DeleteKey entry={task.key} onClose={onClose} />;
  }
}

function CreateKey({ group, onClose }: { group: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [made, setMade] = useState<{ name: string; plaintext: string }>();
  const { change } = useChange({ run: (input: KeyInput) => createKey(group, input), what: 'keys' });
  if (made) return <KeyPlaintext keys={[made]} about={t('keys.madeAbout')} onClose={onClose} />;
  return (
    <KeyForm
      title={t('keys.create')}
      group={group}
      save={async (input) => {
        const { key, plaintext } = await change(input);
        setMade({ name: key.name, plaintext });
      }}
      keepOpen
      onClose={onClose}
    />
  );
}

type Props = { entry: Key; onClose: () => void };

function EditKey({ entry, onClose }: Props) {
  const { t } = useTranslation();
  const { change } = useChange({
    run: (input: KeyInput) => changeKey(entry.key_id, input),
    what: 'keys',
    done: t('state.saved'),
  });
  return (
    <KeyForm
      title={t('keys.edit', { name: entry.name })}
      group={entry.group_id}
      entry={entry}
      save={change}
      onClose={onClose}
    />
  );
}

function ResetKey({ entry, onClose }: Props) {
  const { t } = useTranslation();
  const { attemptThen } = useChange({
    run: () => changeKey(entry.key_id, { reset_usage: true }),
    what: 'keys',
    done: t('keys.wasReset'),
  });
  return (
    <Confirm
      title={t('keys.resetOf', { name: entry.name })}
      action={t('keys.reset')}
      act={() => attemptThen(undefined)}
      onClose={onClose}
    >
      {t('keys.resetAbout')}
    </Confirm>
  );
}

function DeleteKey({ entry, onClose }: Props) {
  const { t } = useTranslation();
  const { attemptThen } = useChange({ run: deleteKey, what: 'keys', done: t('keys.deleted') });
  return (
    <Confirm
      title={t('keys.delete', { name: entry.name })}
      action={t('action.delete')}
      act={() => attemptThen(entry.key_id)}
      onClose={onClose}
    >
      {t('keys.deleteAbout')}
    </Confirm>
  );
}
