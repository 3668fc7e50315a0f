import { useTranslation } from 'react-i18next';
import type { LogEntry } from '@/api/types';
import { count, duration, moment } from '@/lib/format';
import { StatusBadge } from '@/parts/StatusBadge';
import { CopyButton } from '@/parts/ui/CopyButton';
import { Dialog } from '@/parts/ui/Dialog';
import { Attempts } from './Attempts';
import { attemptsOf } from './attempts';

/** All that the log says about one request. */
export function EntryPanel({ entry, onClose }: { entry: LogEntry; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const attempts = attemptsOf(entry);
  const facts: [string, string | undefined][] = [
    [t('requests.time'), moment(entry.created_at, language)],
    [t('requests.key'), entry.key_name ?? entry.api_key_id ?? undefined],
    [t('requests.asked'), text(entry.asked_model)],
    [t('requests.route'), entry.route_alias ?? undefined],
    [t('requests.provider'), entry.provider_id ?? undefined],
    [t('requests.model'), entry.upstream_model ?? undefined],
    [t('requests.credential'), text(entry.credential)],
    [t('requests.protocolIn'), text(entry.protocol_in)],
    [t('requests.protocolOut'), text(entry.protocol_out)],
    [
      t('requests.streamed'),
      entry.streamed === undefined ? undefined : t(entry.streamed ? 'state.yes' : 'state.no'),
    ],
    [t('requests.tokensIn'), count(entry.request_tokens, language)],
    [t('requests.cached'), numeric(entry.cached_tokens, language)],
    [t('requests.tokensOut'), count(entry.response_tokens, language)],
    [t('requests.reasoning'), numeric(entry.reasoning_tokens, language)],
    [t('requests.firstByte'), entry.first_byte_ms ? duration(Number(entry.first_byte_ms)) : undefined],
    [t('requests.took'), duration(entry.latency_ms)],
    [t('requests.finish'), text(entry.finish_reason)],
    [t('requests.client'), text(entry.client)],
    [t('requests.requestId'), text(entry.request_id)],
  ];
  return (
    <Dialog title={t('requests.entry')} about={entry.log_id} onClose={onClose} shape="side">
      <div className="grid gap-4 p-4">
        <div className="flex items-center gap-2">
          <StatusBadge status={entry.status_code} />
          <span className="flex-1 truncate font-medium">{entry.route_alias ?? text(entry.asked_model)}</span>
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
          {facts.map(([name, value]) =>
            value === undefined ? null : (
              <div key={name} className="contents">
                <dt className="text-faint">{name}</dt>
                <dd className="break-words">{value}</dd>
              </div>
            ),
          )}
        </dl>
        {attempts.length > 0 && <Attempts attempts={attempts} />}
      </div>
    </Dialog>
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numeric(value: unknown, language: string): string | undefined {
  return typeof value === 'number' ? count(value, language) : undefined;
}
