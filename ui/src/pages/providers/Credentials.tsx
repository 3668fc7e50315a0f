import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changeCredential, deleteCredential, resetCredential } from '@/api/actions';
import { credentialsQuery } from '@/api/queries';
import type { Credential, Provider } from '@/api/types';
import { useChange } from '@/lib/useChange';
import { EnabledSwitch } from '@/parts/EnabledSwitch';
import { Badge } from '@/parts/ui/Badge';
import { Button } from '@/parts/ui/Button';
import { Dialog } from '@/parts/ui/Dialog';
import { Shown } from '@/parts/ui/Shown';
import { Cell, NameCell, Table } from '@/parts/ui/Table';
import { AddCredential } from './AddCredential';

/** The upstream keys of a provider: which there are, how each fares, and one more. */
export function Credentials({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useQuery(credentialsQuery(provider.group_id, provider.provider_id));
  return (
    <Dialog
      title={t('credentials.of', { name: provider.name })}
      about={t('credentials.about')}
      onClose={onClose}
      shape="wide"
    >
      <div className="grid gap-4 p-4">
        <Shown query={query} rows={2}>
          {(credentials) =>
            credentials.length === 0 ? (
              <p className="text-soft">{t('credentials.empty')}</p>
            ) : (
              <Table
                label={t('credentials.title')}
                heads={[
                  t('credentials.label'),
                  t('providers.key'),
                  t('credentials.priority'),
                  t('credentials.weight'),
                  t('credentials.health'),
                  t('state.enabled'),
                  '',
                ]}
              >
                {credentials.map((credential) => (
                  <CredentialRow
                    key={credential.credential_id}
                    credential={credential}
                    isLast={credentials.length === 1}
                  />
                ))}
              </Table>
            )
          }
        </Shown>
        <AddCredential provider={provider} />
      </div>
    </Dialog>
  );
}

function CredentialRow({ credential, isLast }: { credential: Credential; isLast: boolean }) {
  const { t } = useTranslation();
  const { credential_id: id, label, api_key, priority, weight, enabled, circuit_open } = credential;
  const deletion = useChange({ run: deleteCredential, what: 'credentials', done: t('credentials.deleted') });
  const reset = useChange({ run: resetCredential, what: 'credentials', done: t('credentials.wasReset') });
  return (
    <tr>
      <NameCell>{label || '–'}</NameCell>
      <Cell className="font-mono text-sm text-soft">{api_key ?? '–'}</Cell>
      <Cell>{priority}</Cell>
      <Cell>{weight}</Cell>
      <Cell>
        {circuit_open ? (
          <span className="flex items-center gap-2">
            <Badge tone="bad">{t('credentials.isResting')}</Badge>
            <Button size="sm" busy={reset.busy} onClick={() => reset.attempt(id)}>
              {t('credentials.reset')}
            </Button>
          </span>
        ) : (
          <Badge tone="good">{t('credentials.healthy')}</Badge>
        )}
      </Cell>
      <Cell>
        <EnabledSwitch
          name={label}
          on={enabled}
          what="credentials"
          set={(on) => changeCredential(id, { enabled: on })}
        />
      </Cell>
      <Cell className="text-right">
        <Button
          size="sm"
          look="danger"
          busy={deletion.busy}
          title={isLast ? t('credentials.last') : undefined}
          aria-label={t('credentials.delete', { name: label })}
          onClick={() => deletion.attempt(id)}
        >
          {t('action.delete')}
        </Button>
      </Cell>
    </tr>
  );
}
