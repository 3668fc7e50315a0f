import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createProvider, type ProviderInput } from '@/api/actions';
import { presetsQuery, providersQuery } from '@/api/queries';
import type { Preset } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { Dialog } from '@/parts/ui/Dialog';
import { PresetPicker } from './PresetPicker';
import { ProviderForm } from './ProviderForm';

type Choice = { at: 'picking' } | { at: 'custom' } | { at: 'preset'; preset: Preset };

/** Two steps: pick who it is, then paste the key. */
export function CreateProvider({ group, onClose }: { group: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<Choice>({ at: 'picking' });
  const presets = useQuery(presetsQuery);
  const taken = (useQuery(providersQuery(group)).data ?? []).map(({ provider_id }) => provider_id);
  const { change } = useChange({
    run: (input: ProviderInput) => createProvider(group, input),
    what: 'providers',
    done: t('providers.created'),
  });
  if (choice.at === 'picking')
    return (
      <Dialog title={t('providers.create')} about={t('presets.about')} onClose={onClose} shape="wide">
        <PresetPicker
          presets={presets}
          pick={(preset) => setChoice({ at: 'preset', preset })}
          pickCustom={() => setChoice({ at: 'custom' })}
        />
      </Dialog>
    );
  if (choice.at === 'custom')
    return (
      <ProviderForm
        title={t('providers.createCustom')}
        start={{}}
        isNew
        save={(input) => change(input)}
        onClose={onClose}
      />
    );
  const { preset } = choice;
  return (
    <ProviderForm
      title={t('providers.createFrom', { name: preset.name })}
      start={{ ...preset, provider_id: freeId(preset.id, taken) }}
      isNew
      // Only the protocol that was kept has a base URL of the user's own; the preset gives the others.
      save={(input) => change({ ...input, endpoints: preset.endpoints })}
      onClose={onClose}
      keyHint={
        preset.keys_url ? (
          <>
            {t('presets.keyAt')} <span className="font-mono select-all">{preset.keys_url}</span>
          </>
        ) : undefined
      }
    />
  );
}

/** The preset's id, with a number when the group has it already. */
export function freeId(id: string, taken: readonly string[]): string {
  let candidate = id;
  for (let number = 2; taken.includes(candidate); number += 1) candidate = `${id}-${number}`;
  return candidate;
}
