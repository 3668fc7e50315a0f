import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from './ui/Badge';

/** An HTTP status in the colour of what it means. 499: the client hung up. */
export function StatusBadge({ status }: { status: number }) {
  const { t } = useTranslation();
  return <Badge tone={toneOf(status)}>{status === 499 ? t('requests.aborted') : status}</Badge>;
}

export function toneOf(status: number): Tone {
  if (status === 499) return 'plain';
  if (status >= 500 || status === 0) return 'bad';
  return status >= 400 ? 'warn' : 'good';
}
