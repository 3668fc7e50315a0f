import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { logEntryQuery } from '@/api/queries';
import type { LogEntry } from '@/api/types';
import { KeyName } from '@/parts/KeyName';
import { StatusBadge } from '@/parts/StatusBadge';
import { CopyButton } from '@/parts/ui/CopyButton';
import { Dialog } from '@/parts/ui/Dialog';
import { Shown } from '@/parts/ui/Shown';
import { Attempts } from './Attempts';
import { Losses } from './Losses';
import { useFacts } from './useFacts';

/** All that the log says about one request. */
export function EntryPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useQuery(logEntryQuery(id));
  return (
    <Dialog title={t('requests.entry')} about={id} onClose={onClose} shape="side">
      <div className="p-4">
        <Shown query={query} rows={6}>
          {(entry) => <Entry entry={entry} />}
        </Shown>
      </div>
    </Dialog>
  );
}

function Entry({ entry }: { entry: LogEntry }) {
  const { t } = useTranslation();
  const facts = useFacts(entry);
  return (
    <div className="grid gap-4">
      <div className="flex items-center gap-2">
        <StatusBadge status={entry.status_code} />
        <span className="flex-1 truncate font-mono font-medium">
          {entry.route_alias ?? entry.asked_model}
        </span>
        <CopyButton
          text={JSON.stringify(entry, null, 2)}
          label={t('requests.copy')}
          words={t('requests.copyJson')}
        />
      </div>
      {entry.error && (
        <p className="rounded-md bg-bad-wash px-3 py-2 font-mono text-sm break-words text-bad">
          {entry.error}
        </p>
      )}
      <dl className="grid grid-cols-[9rem_1fr] gap-x-3 gap-y-1.5 text-sm">
        <dt className="text-faint">{t('requests.key')}</dt>
        <dd>
          <KeyName entry={entry} />
        </dd>
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-faint">{name}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
      </dl>
      {entry.attempts.length > 0 && <Attempts attempts={entry.attempts} />}
      {entry.losses.length > 0 && <Losses losses={entry.losses} />}
    </div>
  );
}
