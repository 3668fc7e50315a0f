import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { revealKey } from '@/api/actions';
import { configQuery, keysQuery, routesQuery } from '@/api/queries';
import { cn } from '@/lib/cn';
import { askedModel, CLIENTS, type Client, snippet } from '@/lib/snippets';
import { useGroup } from '@/lib/useGroup';
import { CopyButton } from './ui/CopyButton';
import { Dialog } from './ui/Dialog';
import { Field } from './ui/Field';
import { Failed } from './ui/faces';
import { Select } from './ui/inputs';

const NO_KEY = 'db_sk_…';

/** Ready lines that connect a client: pick the client and a key, copy, run. */
export function ConnectPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const group = useGroup();
  const [client, setClient] = useState<Client>('claude-code');
  const [picked, setPicked] = useState<string>();
  const config = useQuery(configQuery);
  const keys = (useQuery(keysQuery(group)).data ?? []).filter(({ enabled }) => enabled);
  const routes = useQuery(routesQuery(group)).data ?? [];
  const key = keys.find(({ key_id }) => key_id === picked) ?? keys[0];
  const plaintext = useQuery({
    queryKey: ['plaintext', key?.key_id],
    queryFn: () => revealKey(key?.key_id ?? ''),
    enabled: key !== undefined,
    gcTime: 0,
    retry: false,
  });
  const current = key?.current_route;
  const model = askedModel(
    current,
    routes.map(({ alias }) => alias),
  );
  const wiring = { baseUrl: config.data?.app_base_url ?? location.origin, model };
  const text = snippet(client, { ...wiring, key: plaintext.data ?? NO_KEY });
  return (
    <Dialog title={t('connect.title')} about={t('connect.about')} onClose={onClose} shape="wide">
      <div className="grid gap-4 p-4">
        <Field label={t('connect.key')} hint={keys.length === 0 ? t('connect.noKey') : undefined}>
          {(wires) => (
            <Select {...wires} value={key?.key_id ?? ''} onChange={(event) => setPicked(event.target.value)}>
              {keys.map(({ key_id, name, key_prefix }) => (
                <option key={key_id} value={key_id}>
                  {name} · {key_prefix}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <ClientTabs chosen={client} choose={setClient} />
        <div className="relative rounded-md border border-line bg-sunken">
          <pre className="overflow-x-auto p-3 pr-24 font-mono text-sm">
            {/* On screen the key stays short: shoulders and screenshots see it too. */}
            <code>{snippet(client, { ...wiring, key: key?.key_prefix ?? NO_KEY })}</code>
          </pre>
          <div className="absolute top-2 right-2">
            <CopyButton text={text} label={t('connect.copy')} words={t('copy.copy')} />
          </div>
        </div>
        {plaintext.isError && <Failed error={plaintext.error} />}
        <p className="text-sm text-soft">
          {t('connect.hint')}{' '}
          {current && current !== model
            ? t('connect.switched', { model, current })
            : t('connect.fixed', { model })}
        </p>
      </div>
    </Dialog>
  );
}

function ClientTabs({ chosen, choose }: { chosen: Client; choose: (client: Client) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{t('connect.client')}</legend>
      {CLIENTS.map((client) => (
        <label
          key={client}
          className={cn(
            'cursor-pointer rounded-md border px-3 py-1 text-sm font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent',
            client === chosen
              ? 'border-accent bg-accent-wash text-accent'
              : 'border-line-strong text-soft hover:bg-hover',
          )}
        >
          <input
            type="radio"
            name="client"
            className="sr-only"
            checked={client === chosen}
            onChange={() => choose(client)}
          />
          {t(`connect.clients.${client}`)}
        </label>
      ))}
    </fieldset>
  );
}
