import { useTranslation } from 'react-i18next';
import type { Flag } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { Switch } from './ui/inputs';

type Props = {
  name: string;
  on: Flag;
  what: string;
  set: (on: boolean) => Promise<unknown>;
  locked?: string;
};

/** Switches a record on or off where it stands. `locked` says why it cannot be. */
export function EnabledSwitch({ name, on, what, set, locked }: Props) {
  const { t } = useTranslation();
  const { attempt, busy } = useChange({ run: set, what });
  return (
    <Switch
      aria-label={t('state.enabledOf', { name })}
      title={locked}
      disabled={busy || locked !== undefined}
      checked={Boolean(on)}
      onChange={attempt}
    />
  );
}
