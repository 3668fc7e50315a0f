import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changeSettings } from '@/api/actions';
import { type Settings, settingsQuery } from '@/api/queries';
import { useChange } from '@/lib/useChange';
import { Field } from '@/parts/ui/Field';
import { Select, Switch } from '@/parts/ui/inputs';
import { Shown } from '@/parts/ui/Shown';

const RETENTIONS = [7, 30, 90, 180, 365] as const;

/** What holds for the whole gateway. Each choice is saved at once. */
export function GatewaySettings() {
  const query = useQuery(settingsQuery);
  return (
    <Shown query={query} rows={3}>
      {(settings) => <Choices settings={settings} />}
    </Shown>
  );
}

function Choices({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const { attempt, busy } = useChange({ run: changeSettings, what: 'settings', done: t('state.saved') });
  const { retention_days: days, hash_only_keys, admin_keys } = settings;
  const offered = [...new Set([...RETENTIONS, days])].toSorted((a, b) => a - b);
  return (
    <div className="grid max-w-xl gap-4 rounded-lg border border-line bg-panel p-4">
      <Field label={t('settings.retention')} hint={t('settings.retentionHint')}>
        {(wires) => (
          <Select
            {...wires}
            className="max-w-40"
            value={days}
            disabled={busy}
            onChange={(event) => attempt({ retention_days: Number(event.target.value) })}
          >
            {offered.map((each) => (
              <option key={each} value={each}>
                {t('settings.days', { count: each })}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <OnOff
        label={t('settings.hashOnly')}
        hint={t('settings.hashOnlyHint')}
        on={hash_only_keys}
        set={(on) => attempt({ hash_only_keys: on })}
      />
      <OnOff
        label={t('settings.adminKeys')}
        hint={t('settings.adminKeysHint')}
        on={admin_keys}
        set={(on) => attempt({ admin_keys: on })}
      />
    </div>
  );
}

function OnOff(props: { label: string; hint: string; on: boolean; set: (on: boolean) => void }) {
  const { label, hint, on, set } = props;
  return (
    <div className="flex items-start gap-3">
      <Switch aria-label={label} checked={on} onChange={set} className="mt-0.5" />
      <div>
        <p className="text-sm font-medium">{label}</p>
        <p className="text-xs text-faint">{hint}</p>
      </div>
    </div>
  );
}
