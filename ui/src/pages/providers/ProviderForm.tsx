import { zodResolver } from '@hookform/resolvers/zod';
import type { ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { ProviderInput } from '@/api/actions';
import { PROTOCOLS, type Protocol, type Provider } from '@/api/types';
import { SelectField, TextAreaField, TextField } from '@/parts/ui/Field';
import { FormDialog } from '@/parts/ui/FormDialog';
import { readQuirks } from './quirks';

const schema = z.object({
  provider_id: z
    .string()
    .trim()
    .max(64, 'form.long')
    .regex(/^[\w.-]*[a-zA-Z0-9][\w.-]*$/, 'form.idChars'),
  name: z.string().trim().min(1, 'form.required').max(128, 'form.long'),
  base_url: z
    .string()
    .trim()
    .max(512, 'form.long')
    .regex(/^https?:\/\/./, 'form.url'),
  protocol: z.enum(PROTOCOLS),
  api_key: z.string().trim().max(4096, 'form.long'),
  quirks: z.string().refine((text) => readQuirks(text) !== undefined, 'form.jsonObject'),
  note: z.string().max(512, 'form.long'),
});

/** The id stays what it is, whatever it is. */
const old = schema.extend({ provider_id: z.string() });

/** For services that refuse everybody without a key. */
const withKey = schema.extend({ api_key: schema.shape.api_key.min(1, 'form.required') });

type Values = z.infer<typeof schema>;

type Props = {
  title: string;
  about?: ReactNode;
  start: Partial<Values>;
  isNew: boolean;
  save: (input: ProviderInput) => Promise<unknown>;
  onClose: () => void;
  keyHint?: ReactNode;
  needsKey?: boolean;
  /** The known addresses by protocol: choosing a protocol puts in its address. */
  baseUrls?: Provider['endpoints'];
};

const BLANK: Values = {
  provider_id: '',
  name: '',
  base_url: '',
  protocol: 'openai',
  api_key: '',
  quirks: '',
  note: '',
};

/** What a provider is: the same form for a new one and an old one. */
export function ProviderForm({
  title,
  about,
  start,
  isNew,
  save,
  onClose,
  keyHint,
  needsKey,
  baseUrls = {},
}: Props) {
  const { t } = useTranslation();
  const form = useForm<Values>({
    resolver: zodResolver(needsKey ? withKey : isNew ? schema : old),
    defaultValues: { ...BLANK, ...start },
  });
  const followProtocol = (protocol: Protocol) => {
    const isKnown = Object.values(baseUrls).includes(form.getValues('base_url'));
    const url = baseUrls[protocol];
    if (isKnown && url) form.setValue('base_url', url);
  };
  return (
    <FormDialog
      title={title}
      about={about}
      form={form}
      save={({ quirks, ...values }) => save({ ...values, quirks: readQuirks(quirks) })}
      onClose={onClose}
      submit={isNew ? t('action.create') : undefined}
    >
      <div className="grid grid-cols-2 gap-3">
        <TextField form={form} name="name" label={t('providers.name')} />
        <TextField form={form} name="provider_id" label={t('providers.id')} readOnly={!isNew} mono />
      </div>
      <TextField
        form={form}
        name="api_key"
        type="password"
        data-first={isNew && start.base_url ? true : undefined}
        label={t('providers.key')}
        hint={isNew ? keyHint : t('providers.keyKeep')}
        mono
      />
      <SelectField
        form={form}
        name="protocol"
        label={t('providers.protocol')}
        onChange={(value) => followProtocol(value as Protocol)}
      >
        {PROTOCOLS.map((protocol) => (
          <option key={protocol} value={protocol}>
            {t(`protocol.${protocol}`)}
          </option>
        ))}
      </SelectField>
      <TextField form={form} name="base_url" label={t('providers.baseUrl')} placeholder="https://" mono />
      <TextField form={form} name="note" label={t('form.note')} />
      <details open={Boolean(form.formState.errors.quirks) || undefined}>
        <summary className="cursor-pointer text-sm font-medium text-soft">{t('providers.advanced')}</summary>
        <TextAreaField
          form={form}
          name="quirks"
          label={t('providers.quirks')}
          hint={t('providers.quirksHint')}
          placeholder='{"images": false}'
          rows={4}
          className="mt-2"
        />
      </details>
    </FormDialog>
  );
}
