import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { RouteInput } from '@/api/actions';
import { providersQuery } from '@/api/queries';
import { MODES, REASONINGS } from '@/api/types';
import { SelectField, TextField } from '@/parts/ui/Field';
import { FormDialog } from '@/parts/ui/FormDialog';

const schema = z.object({
  alias: z.string().trim().min(1, 'form.required').max(128, 'form.long'),
  provider_id: z.string().min(1, 'form.required'),
  upstream_model: z.string().trim().min(1, 'form.required').max(256, 'form.long'),
  upstream_path: z.string().trim().max(256, 'form.long'),
  mode: z.enum(MODES),
  reasoning: z.enum(['', ...REASONINGS]),
  note: z.string().max(512, 'form.long'),
});

type Values = z.infer<typeof schema>;

type Props = {
  title: string;
  group: string;
  start?: Omit<Values, 'reasoning'> & Pick<RouteInput, 'reasoning'>;
  save: (input: RouteInput) => Promise<unknown>;
  onClose: () => void;
};

/** What is left open is up to the key. */
const input = ({ reasoning, ...values }: Values): RouteInput => ({ ...values, reasoning: reasoning || null });

/** What a route is: an alias, its first target and how targets are used. */
export function RouteForm({ title, group, start, save, onClose }: Props) {
  const { t } = useTranslation();
  const providers = useQuery(providersQuery(group)).data ?? [];
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: start
      ? { ...start, reasoning: start.reasoning ?? '' }
      : {
          alias: '',
          provider_id: providers[0]?.provider_id ?? '',
          upstream_model: '',
          upstream_path: '',
          mode: 'direct',
          reasoning: '',
          note: '',
        },
  });
  return (
    <FormDialog
      title={title}
      form={form}
      save={(values) => save(input(schema.parse(values)))}
      onClose={onClose}
      submit={start ? undefined : t('action.create')}
    >
      <TextField form={form} name="alias" label={t('routes.alias')} hint={t('routes.aliasHint')} mono />
      <div className="grid grid-cols-2 gap-3">
        <SelectField form={form} name="provider_id" label={t('routes.provider')}>
          {providers.map(({ provider_id, name }) => (
            <option key={provider_id} value={provider_id}>
              {name}
            </option>
          ))}
        </SelectField>
        <TextField
          form={form}
          name="upstream_model"
          label={t('routes.model')}
          hint={t('routes.modelHint')}
          mono
        />
      </div>
      <SelectField
        form={form}
        name="mode"
        label={t('routes.mode')}
        hint={t(`modeAbout.${form.watch('mode')}`)}
      >
        {MODES.map((mode) => (
          <option key={mode} value={mode}>
            {t(`mode.${mode}`)}
          </option>
        ))}
      </SelectField>
      <SelectField
        form={form}
        name="reasoning"
        label={t('routes.reasoning')}
        hint={t('routes.reasoningHint')}
      >
        <option value="">{t('routes.reasoningByKey')}</option>
        {REASONINGS.map((reasoning) => (
          <option key={reasoning} value={reasoning}>
            {t(`reasoning.${reasoning}`)}
          </option>
        ))}
      </SelectField>
      <TextField form={form} name="upstream_path" label={t('routes.path')} hint={t('routes.pathHint')} mono />
      <TextField form={form} name="note" label={t('form.note')} />
    </FormDialog>
  );
}
