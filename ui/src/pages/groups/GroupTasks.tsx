import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { changeGroup, copyGroup, createGroup, deleteGroup } from '@/api/actions';
import type { Group, IssuedKey } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { KeyPlaintext } from '@/parts/KeyPlaintext';
import { Confirm } from '@/parts/ui/Confirm';
import { TextField } from '@/parts/ui/Field';
import { FormDialog } from '@/parts/ui/FormDialog';

export type GroupTask = { do: 'create' } | { do: 'rename' | 'copy' | 'delete'; group: Group };

const id = z
  .string()
  .trim()
  .max(64, 'form.long')
  .regex(/^[\w.-]*[a-zA-Z0-9][\w.-]*$/, 'form.idChars');
const name = z.string().trim().min(1, 'form.required').max(128, 'form.long');
const note = z.string().max(512, 'form.long');
const created = z.object({ group_id: id, name, note });
const renamed = z.object({ name, note });
const copied = z.object({ new_name: name, new_group_id: z.union([z.literal(''), id]) });

/** The dialog of what is being done to a group. */
export function GroupTasks({ task, onClose }: { task: GroupTask; onClose: () => void }) {
  switch (task.do) {
    case 'create':
      return <CreateGroup onClose={onClose} />;
    case 'rename':
      return <RenameGroup group={task.group} onClose={onClose} />;
    case 'copy':
      return <CopyGroup group={task.group} onClose={onClose} />;
    case 'delete':
      return <DeleteGroup group={task.group} onClose={onClose} />;
  }
}

function CreateGroup({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({
    resolver: zodResolver(created),
    defaultValues: { group_id: '', name: '', note: '' },
  });
  const { change } = useChange({ run: createGroup, what: 'groups', done: t('groups.created') });
  return (
    <FormDialog
      title={t('groups.create')}
      form={form}
      save={change}
      onClose={onClose}
      submit={t('action.create')}
    >
      <TextField form={form} name="name" label={t('groups.name')} />
      <TextField form={form} name="group_id" label={t('groups.id')} hint={t('groups.idHint')} mono />
      <TextField form={form} name="note" label={t('form.note')} />
    </FormDialog>
  );
}

type Props = { group: Group; onClose: () => void };

function RenameGroup({ group, onClose }: Props) {
  const { t } = useTranslation();
  const form = useForm({
    resolver: zodResolver(renamed),
    defaultValues: { name: group.name, note: group.note },
  });
  const { change } = useChange({
    run: (values: z.infer<typeof renamed>) => changeGroup(group.group_id, values),
    what: 'groups',
    done: t('state.saved'),
  });
  return (
    <FormDialog title={t('groups.rename', { name: group.name })} form={form} save={change} onClose={onClose}>
      <TextField form={form} name="name" label={t('groups.name')} />
      <TextField form={form} name="note" label={t('form.note')} />
    </FormDialog>
  );
}

function CopyGroup({ group, onClose }: Props) {
  const { t } = useTranslation();
  const [issued, setIssued] = useState<IssuedKey[]>();
  const form = useForm({
    resolver: zodResolver(copied),
    defaultValues: { new_name: t('groups.copyName', { name: group.name }), new_group_id: '' },
  });
  const { change } = useChange({
    run: ({ new_name, new_group_id }: z.infer<typeof copied>) =>
      copyGroup(group.group_id, { new_name, new_group_id: new_group_id || undefined }),
    what: 'groups',
    done: t('groups.copied'),
  });
  if (issued) return <KeyPlaintext keys={issued} about={t('groups.issued')} onClose={onClose} />;
  const save = async (values: z.infer<typeof copied>) => {
    const { issued_keys = [] } = await change(values);
    if (issued_keys.length > 0) setIssued(issued_keys);
    else onClose();
  };
  return (
    <FormDialog
      title={t('groups.copy', { name: group.name })}
      about={t('groups.copyAbout')}
      form={form}
      save={save}
      keepOpen
      onClose={onClose}
      submit={t('action.copy')}
    >
      <TextField form={form} name="new_name" label={t('groups.name')} />
      <TextField form={form} name="new_group_id" label={t('groups.id')} hint={t('groups.copyIdHint')} mono />
    </FormDialog>
  );
}

function DeleteGroup({ group, onClose }: Props) {
  const { t } = useTranslation();
  const { attemptThen } = useChange({ run: deleteGroup, what: 'groups', done: t('groups.deleted') });
  return (
    <Confirm
      title={t('groups.delete', { name: group.name })}
      action={t('action.delete')}
      act={() => attemptThen(group.group_id)}
      onClose={onClose}
    >
      {t('groups.deleteAbout', {
        providers: t('groups.providers', { count: group.provider_count }),
        routes: t('groups.routes', { count: group.route_count }),
        keys: t('groups.keys', { count: group.key_count }),
      })}
    </Confirm>
  );
}
