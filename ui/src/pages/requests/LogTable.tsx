import { useTranslation } from 'react-i18next';
import type { LogEntry } from '@/api/types';
import { count, duration, moment, shortMoment } from '@/lib/format';
import { KeyName } from '@/parts/KeyName';
import { StatusBadge } from '@/parts/StatusBadge';
import { Cell, NameCell, Table } from '@/parts/ui/Table';

/** The log, newest first. A row's time opens it. */
export function LogTable({ entries, open }: { entries: LogEntry[]; open: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <Table
      label={t('requests.title')}
      heads={[
        t('requests.time'),
        t('requests.statusHead'),
        t('requests.key'),
        t('requests.route'),
        t('requests.target'),
        { end: t('requests.tokensIn') },
        { end: t('requests.tokensOut') },
        { end: t('requests.took') },
      ]}
    >
      {entries.map((entry) => (
        <LogRow key={entry.log_id} entry={entry} open={() => open(entry.log_id)} />
      ))}
    </Table>
  );
}

function LogRow({ entry, open }: { entry: LogEntry; open: () => void }) {
  const { i18n } = useTranslation();
  const language = i18n.language;
  const target = [entry.provider_id, entry.upstream_model].filter(Boolean).join(' / ');
  return (
    // The whole row answers to the mouse; the button in it is what the keyboard and a screen reader use.
    <tr className="cursor-pointer hover:bg-hover/60" onClick={open}>
      <NameCell className="font-normal whitespace-nowrap">
        <button type="button" className="text-sm underline-offset-2 hover:underline" onClick={open}>
          <time dateTime={entry.created_at} title={moment(entry.created_at, language)}>
            {shortMoment(entry.created_at, language, Date.now())}
          </time>
        </button>
      </NameCell>
      <Cell>
        <StatusBadge status={entry.status_code} />
      </Cell>
      <Cell className="max-w-36 truncate text-sm">
        <KeyName entry={entry} />
      </Cell>
      <Cell className="max-w-44 truncate font-mono text-sm">{entry.route_alias ?? entry.asked_model}</Cell>
      <Cell className="max-w-64 truncate font-mono text-sm text-soft" title={target}>
        {target || '–'}
      </Cell>
      <Cell className="text-right text-sm">{count(entry.usage?.input, language)}</Cell>
      <Cell className="text-right text-sm">{count(entry.usage?.output, language)}</Cell>
      <Cell className="text-right text-sm whitespace-nowrap">{duration(entry.total_ms)}</Cell>
    </tr>
  );
}
