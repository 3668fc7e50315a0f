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
import { freeId, furtherEndpoints } from './presets';

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
  const { protocol, base_urls, keys_url, needs_key, note } = preset;
  return (
    <ProviderForm
      title={t('providers.createFrom', { name: preset.name })}
      about={note}
      start={{
        name: preset.name,
        provider_id: freeId(preset.id, taken),
        protocol,
        base_url: base_urls[protocol],
      }}
      baseUrls={base_urls}
      needsKey={needs_key}
      isNew
      save={(input) =>
        change({ ...input, endpoints: furtherEndpoints(preset, input.protocol, input.base_url) })
      }
      onClose={onClose}
      keyHint={needs_key ? keys_url && <KeyPlace url={keys_url} /> : t('presets.noKey')}
    />
  );
}

/** Where keys are made. Text to copy: the desktop window opens no other page. */
function KeyPlace({ url }: { url: string }) {
  const { t } = useTranslation();
  return (
    <>
      {t('presets.keyAt')} <span className="font-mono select-all">{url}</span>
    </>
  );
}
