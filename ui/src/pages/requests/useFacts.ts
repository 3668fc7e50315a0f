import { useTranslation } from 'react-i18next';
import type { LogEntry } from '@/api/types';
import { count, duration, moment } from '@/lib/format';

/** What is known of an entry, named; what is not known is left out. */
export function useFacts(entry: LogEntry): [name: string, value: string][] {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const { usage } = entry;
  const some = (value: number | undefined) => (value ? count(value, language) : null);
  const facts: [string, string | null][] = [
    [t('requests.time'), moment(entry.created_at, language)],
    [t('requests.asked'), entry.asked_model],
    [t('requests.route'), entry.route_alias],
    [t('requests.provider'), entry.provider_id],
    [t('requests.model'), entry.upstream_model],
    [t('requests.credential'), entry.credential],
    [t('requests.protocolIn'), entry.protocol_in],
    [t('requests.protocolOut'), entry.protocol_out],
    [t('requests.streamed'), t(entry.streamed ? 'state.yes' : 'state.no')],
    [t('requests.tokensIn'), usage ? count(usage.input, language) : t('requests.untold')],
    [t('requests.cached'), some(usage?.cached)],
    [t('requests.written'), some(usage?.written)],
    [t('requests.tokensOut'), usage ? count(usage.output, language) : t('requests.untold')],
    [t('requests.reasoning'), some(usage?.reasoning)],
    [t('requests.firstByte'), entry.first_byte_ms === null ? null : duration(entry.first_byte_ms)],
    [t('requests.took'), duration(entry.total_ms)],
    [t('requests.finish'), entry.finish_reason],
    [t('requests.client'), entry.client],
    [t('requests.requestId'), entry.request_id],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== '');
}
