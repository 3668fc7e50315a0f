import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { KeyInput } from '@/api/actions';
import { routesQuery } from '@/api/queries';
import type { Key } from '@/api/types';
import { SelectField, TextField } from '@/parts/ui/Field';
import { FormDialog } from '@/parts/ui/FormDialog';
import { type KeyValues, keySchema, LIMITS, toInput, toValues } from './keyValues';

type Props = {
  title: string;
  group: string;
  entry?: Key;
  save: (input: KeyInput) => Promise<unknown>;
  keepOpen?: boolean;
  onClose: () => void;
};

/** What a key is called, what it answers with, and how much it may use. */
export function KeyForm({ title, group, entry, save, keepOpen, onClose }: Props) {
  const { t } = useTranslation();
  const routes = useQuery(routesQuery(group)).data ?? [];
  const form = useForm<KeyValues>({ resolver: zodResolver(keySchema), defaultValues: toValues(entry) });
  const choices = routes.map(({ route_id, alias }) => (
    <option key={route_id} value={alias}>
      {alias}
    </option>
  ));
  return (
    <FormDialog
      title={title}
      form={form}
      save={(values) => save(toInput(values))}
      onClose={onClose}
      keepOpen={keepOpen}
      submit={entry ? undefined : t('action.create')}
    >
      <div className="grid grid-cols-2 gap-3">
        <TextField form={form} name="name" label={t('keys.name')} />
        <TextField form={form} name="owner_user_id" label={t('keys.owner')} />
      </div>
      <div className="grid grid-cols-2 gap-3">
        <SelectField form={form} name="current_route" label={t('keys.current')} hint={t('keys.currentHint')}>
          <option value="">{t('keys.noCurrent')}</option>
          {choices}
        </SelectField>
        <SelectField form={form} name="fast_route" label={t('keys.fast')} hint={t('keys.fastHint')}>
          <option value="">{t('keys.noFast')}</option>
          {choices}
        </SelectField>
      </div>
      <div className="grid grid-cols-2 gap-3">
        <TextField
          form={form}
          name="expires_at"
          type="datetime-local"
          label={t('keys.expires')}
          hint={t('keys.expiresHint')}
        />
        <SelectField form={form} name="purpose" label={t('keys.purpose')} hint={t('keys.purposeHint')}>
          <option value="default">{t('purpose.default')}</option>
          <option value="cursor">{t('purpose.cursor')}</option>
        </SelectField>
      </div>
      <fieldset className="rounded-lg border border-line p-3">
        <legend className="px-1 text-sm font-medium text-soft">{t('keys.limits')}</legend>
        <div className="grid grid-cols-2 gap-3">
          {LIMITS.map((limit) => (
            <TextField
              key={limit}
              form={form}
              name={limit}
              type="number"
              label={t(`limit.${limit}`)}
              placeholder={t('keys.unlimited')}
            />
          ))}
        </div>
      </fieldset>
    </FormDialog>
  );
}
