import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { createTarget } from '@/api/actions';
import { providersQuery } from '@/api/queries';
import type { Route } from '@/api/types';
import { giveToField, useChange } from '@/lib/useChange';
import { useErrorWords } from '@/lib/useErrorWords';
import { Button } from '@/parts/ui/Button';
import { SelectField, TextField } from '@/parts/ui/Field';

const schema = z.object({
  provider_id: z.string().min(1, 'form.required'),
  upstream_model: z.string().trim().min(1, 'form.required').max(256, 'form.long'),
});

/** One more target at the end. */
export function AddTarget({ route, place }: { route: Route; place: number }) {
  const { t } = useTranslation();
  const words = useErrorWords();
  const providers = useQuery(providersQuery(route.group_id)).data ?? [];
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { provider_id: providers[0]?.provider_id ?? '', upstream_model: '' },
  });
  const { change } = useChange({
    run: (input: z.infer<typeof schema>) => createTarget(route.route_id, { ...input, priority: place }),
    what: 'routes',
    done: t('targets.added'),
  });
  const add = form.handleSubmit(async (input) => {
    try {
      await change(input);
    } catch (error) {
      if (!giveToField(form, error)) form.setError('upstream_model', { message: words(error).join(' ') });
      return;
    }
    form.resetField('upstream_model');
  });
  return (
    <form onSubmit={add} noValidate className="flex items-start gap-2 rounded-lg bg-sunken p-3">
      <SelectField form={form} name="provider_id" label={t('routes.provider')} className="flex-1">
        {providers.map(({ provider_id, name }) => (
          <option key={provider_id} value={provider_id}>
            {name}
          </option>
        ))}
      </SelectField>
      <TextField form={form} name="upstream_model" label={t('routes.model')} className="flex-[2]" mono />
      <Button type="submit" className="mt-6" busy={form.formState.isSubmitting}>
        <Plus />
        {t('targets.add')}
      </Button>
    </form>
  );
}
