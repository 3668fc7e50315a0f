import { zodResolver } from '@hookform/resolvers/zod';
import { Plus } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { createCredential } from '@/api/actions';
import type { Provider } from '@/api/types';
import { giveToField, useChange } from '@/lib/useChange';
import { useErrorWords } from '@/lib/useErrorWords';
import { Button } from '@/parts/ui/Button';
import { TextField } from '@/parts/ui/Field';

const schema = z.object({
  label: z.string().trim().max(128, 'form.long'),
  api_key: z.string().trim().min(1, 'form.required').max(4096, 'form.long'),
  priority: z.string().regex(/^-?\d{1,6}$/, 'form.whole'),
  weight: z.string().regex(/^[1-9]\d{0,5}$/, 'form.atLeastOne'),
});

const BLANK = { label: '', api_key: '', priority: '0', weight: '1' };

/** One more upstream key for a provider. */
export function AddCredential({ provider }: { provider: Provider }) {
  const { t } = useTranslation();
  const words = useErrorWords();
  const form = useForm({ resolver: zodResolver(schema), defaultValues: BLANK });
  const { change } = useChange({
    run: ({ priority, weight, ...rest }: z.infer<typeof schema>) =>
      createCredential(provider.group_id, provider.provider_id, {
        ...rest,
        priority: Number(priority),
        weight: Number(weight),
      }),
    what: 'credentials',
    done: t('credentials.added'),
  });
  const add = form.handleSubmit(async (input) => {
    try {
      await change(input);
    } catch (error) {
      if (!giveToField(form, error)) form.setError('api_key', { message: words(error).join(' ') });
      return;
    }
    form.reset(BLANK);
  });
  return (
    <form onSubmit={add} noValidate className="rounded-lg bg-sunken p-3">
      <div className="grid grid-cols-[1fr_2fr_5rem_5rem] items-start gap-2 max-sm:grid-cols-2">
        <TextField form={form} name="label" label={t('credentials.label')} />
        <TextField form={form} name="api_key" type="password" label={t('providers.key')} mono />
        <TextField form={form} name="priority" type="number" label={t('credentials.priority')} />
        <TextField form={form} name="weight" type="number" label={t('credentials.weight')} />
      </div>
      <div className="mt-3 flex justify-end">
        <Button type="submit" busy={form.formState.isSubmitting}>
          <Plus />
          {t('credentials.add')}
        </Button>
      </div>
    </form>
  );
}
