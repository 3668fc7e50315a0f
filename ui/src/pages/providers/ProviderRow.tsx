import { useTranslation } from 'react-i18next';
import { changeProvider } from '@/api/actions';
import type { Provider } from '@/api/types';
import { EnabledSwitch } from '@/parts/EnabledSwitch';
import { TestButton } from '@/parts/TestButton';
import { Badge } from '@/parts/ui/Badge';
import { Menu, MenuItem } from '@/parts/ui/Menu';
import { ActionsCell, Cell, NameCell } from '@/parts/ui/Table';
import type { ProviderTask } from './ProviderTasks';

type Props = { provider: Provider; start: (task: ProviderTask) => void };

export function ProviderRow({ provider, start }: Props) {
  const { t } = useTranslation();
  const { provider_id, group_id, name, base_url, protocol } = provider;
  const others = Object.entries(provider.endpoints ?? {}).filter(([other]) => other !== protocol);
  return (
    <tr className="hover:bg-row-hover">
      <NameCell>
        {name}
        <p className="font-mono text-xs font-normal text-faint">{provider_id}</p>
      </NameCell>
      <Cell>
        <span className="flex flex-wrap gap-1">
          <Badge tone="accent">{protocol}</Badge>
          {others.map(([other, url]) => (
            <span key={other} title={url}>
              <Badge>{other}</Badge>
            </span>
          ))}
        </span>
      </Cell>
      <Cell className="max-w-64 truncate font-mono text-sm text-soft" title={base_url}>
        {base_url}
      </Cell>
      <Cell>
        <CredentialState provider={provider} open={() => start({ do: 'credentials', provider })} />
      </Cell>
      <Cell>
        <EnabledSwitch
          name={name}
          on={provider.enabled}
          what="providers"
          set={(enabled) => changeProvider(group_id, provider_id, { enabled })}
        />
      </Cell>
      <Cell>
        <TestButton name={name} what={{ provider_id, group_id }} />
      </Cell>
      <ActionsCell>
        <Menu label={t('action.more', { name })}>
          <MenuItem onSelect={() => start({ do: 'edit', provider })}>{t('action.edit')}</MenuItem>
          <MenuItem onSelect={() => start({ do: 'credentials', provider })}>
            {t('credentials.title')}
          </MenuItem>
          <MenuItem danger onSelect={() => start({ do: 'delete', provider })}>
            {t('action.delete')}
          </MenuItem>
        </Menu>
      </ActionsCell>
    </tr>
  );
}

function CredentialState({ provider, open }: { provider: Provider; open: () => void }) {
  const { t } = useTranslation();
  const { api_key, api_key_set, credential_count: count, credential_healthy: healthy, name } = provider;
  const resting = count - healthy;
  return (
    <button
      type="button"
      onClick={open}
      aria-label={t('credentials.of', { name })}
      className="flex items-center gap-2 rounded-sm whitespace-nowrap underline-offset-2 hover:underline"
    >
      {api_key_set ? (
        <span className="font-mono text-sm text-soft">{api_key}</span>
      ) : (
        <Badge>{t('providers.noKey')}</Badge>
      )}
      {count > 1 && <Badge>{t('credentials.count', { count })}</Badge>}
      {resting > 0 && <Badge tone="bad">{t('credentials.resting', { count: resting })}</Badge>}
    </button>
  );
}
